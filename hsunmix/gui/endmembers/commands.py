"""Commands that change endmembers, and that take a change back."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.gui.state.commands import Intent

__all__ = [
    "AddMean",
    "AddPixel",
    "AddShade",
    "AddSuggested",
    "Delete",
    "Duplicate",
    "EditColour",
    "EditName",
    "Lock",
    "Merge",
    "MoveEndmember",
    "Recolour",
    "Redo",
    "Rename",
    "Reorder",
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
class AddMean(Intent):
    """Make the mean spectrum of a region an endmember."""

    region: int


@dataclass(frozen=True)
class AddShade(Intent):
    """Make a spectrum of zeros, photometric shade, an endmember, and let abundances sum to one."""


@dataclass(frozen=True)
class AddSuggested(Intent):
    """Make the spectrum that the residual asks for an endmember."""


@dataclass(frozen=True)
class Duplicate(Intent):
    """Make a copy of an endmember, right behind it."""

    index: int


@dataclass(frozen=True)
class Merge(Intent):
    """Make one endmember of several, in the place of the first."""

    indices: tuple[int, ...]


@dataclass(frozen=True)
class Reorder(Intent):
    """Move an endmember to another place of the table."""

    index: int
    to: int


@dataclass(frozen=True)
class MoveEndmember(Intent):
    """Take an endmember's spectrum from another pixel.

    Attributes
    ----------
    index, line, sample : int
    going_on : bool
        The mouse is still dragging: all of one drag is one change.
    """

    index: int
    line: int
    sample: int
    going_on: bool = False
