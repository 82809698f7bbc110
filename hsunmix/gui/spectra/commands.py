"""Commands about the plot of spectra: pins, bands, units."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.gui.state.commands import Command

__all__ = ["ClearPins", "LeaveOut", "PaintBands", "Pin", "RemoveContinuum", "SetUnit"]


@dataclass(frozen=True)
class Pin(Command):
    """Pin a pixel into the spectra plot; a pinned one is taken out again."""

    line: int
    sample: int


@dataclass(frozen=True)
class ClearPins(Command):
    """Take all pinned pixels out."""


@dataclass(frozen=True)
class PaintBands(Command):
    """Leave bands out, or take them in again.

    Attributes
    ----------
    first, last : int
        Both inclusive.
    bad : bool
    """

    first: int
    last: int
    bad: bool


@dataclass(frozen=True)
class LeaveOut(Command):
    """Leave bands out that lie anywhere, and then do what they stood in the way of.

    Attributes
    ----------
    bands : tuple of int
        Counted from 0.
    then : Command or None
    """

    bands: tuple[int, ...]
    then: Command | None = None


@dataclass(frozen=True)
class SetUnit(Command):
    """Choose the unit of the wavelength axis, ``nm`` or ``µm``."""

    unit: str


@dataclass(frozen=True)
class RemoveContinuum(Command):
    """Show spectra divided by their continuum, or as they are."""

    removed: bool
