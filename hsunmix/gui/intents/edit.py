"""Intents that change endmembers and pins."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.gui.intents.base import Intent

__all__ = [
    "AddPixel",
    "ClearPins",
    "Delete",
    "EditColour",
    "EditName",
    "Lock",
    "Pin",
    "Recolour",
    "Redo",
    "Rename",
    "Undo",
    "Visible",
]


@dataclass(frozen=True)
class Undo(Intent):
    """Take the last change back."""


@dataclass(frozen=True)
class Redo(Intent):
    """Do it again."""


@dataclass(frozen=True)
class Rename(Intent):
    """Give an endmember a name."""

    index: int
    name: str


@dataclass(frozen=True)
class EditName(Intent):
    """Begin to type a name for the selected endmember."""


@dataclass(frozen=True)
class EditColour(Intent):
    """Offer colours for the selected endmember."""


@dataclass(frozen=True)
class Recolour(Intent):
    """Give an endmember a colour, ``#rrggbb``."""

    index: int
    colour: str


@dataclass(frozen=True)
class Visible(Intent):
    """Show an endmember in the plots or not."""

    index: int
    visible: bool


@dataclass(frozen=True)
class Lock(Intent):
    """Keep an endmember as it is in the next factorization, or not."""

    index: int
    locked: bool


@dataclass(frozen=True)
class Delete(Intent):
    """Delete an endmember, and ``more`` of them, and solve the abundances again."""

    index: int
    more: tuple[int, ...] = ()


@dataclass(frozen=True)
class AddPixel(Intent):
    """Make a pixel's spectrum an endmember and solve the abundances again."""

    line: int
    sample: int


@dataclass(frozen=True)
class Pin(Intent):
    """Pin a pixel into the spectra plot; a pinned one is taken out again."""

    line: int
    sample: int


@dataclass(frozen=True)
class ClearPins(Intent):
    """Take all pinned pixels out."""
