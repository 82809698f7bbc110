"""Commands about vector layers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hsunmix.gui.state.commands import Command

__all__ = ["AddVectors", "RecolourVectors", "RemoveVectors", "ShowVectors"]


@dataclass(frozen=True)
class AddVectors(Command):
    """Draw the layers of files over the scene; with no paths, asks which."""

    paths: tuple[Path, ...] = ()


@dataclass(frozen=True)
class ShowVectors(Command):
    """Show a vector layer, or hide it; one that could not be read is tried again."""

    index: int
    shown: bool


@dataclass(frozen=True)
class RecolourVectors(Command):
    """Give a vector layer a colour, ``#rrggbb``."""

    index: int
    colour: str


@dataclass(frozen=True)
class RemoveVectors(Command):
    """Take a vector layer away; its file stays."""

    index: int
