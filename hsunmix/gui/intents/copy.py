"""Intents that put the way to a result on the clipboard."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.gui.intents.base import Intent

__all__ = ["CopyCommand", "CopyScript"]


@dataclass(frozen=True)
class CopyCommand(Intent):
    """Copy the command line that makes the result shown."""


@dataclass(frozen=True)
class CopyScript(Intent):
    """Copy a Python script that makes the result shown, edits included."""
