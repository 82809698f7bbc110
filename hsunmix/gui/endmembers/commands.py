"""Commands that change endmembers, and that take a change back."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.gui.state.commands import Command
from hsunmix.model.spectra import Endmember

__all__ = [
    "AddEndmembers",
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
class Undo(Command):
    """Take the last change back."""


@dataclass(frozen=True)
class Redo(Command):
    """Do it again."""


@dataclass(frozen=True)
class Rename(Command):
    """Give an endmember a name."""

    index: int
    name: str


@dataclass(frozen=True)
class EditName(Command):
    """Begin to type a name for the selected endmember."""


@dataclass(frozen=True)
class EditColour(Command):
    """Offer colours for the selected endmember."""


@dataclass(frozen=True)
class Recolour(Command):
    """Give an endmember a colour, ``#rrggbb``."""

    index: int
    colour: str


@dataclass(frozen=True)
class Visible(Command):
    """Show an endmember in the plots or not."""

    index: int
    visible: bool


@dataclass(frozen=True)
class Lock(Command):
    """Keep an endmember as it is in the next factorization, or not."""

    index: int
    locked: bool


@dataclass(frozen=True)
class Delete(Command):
    """Delete an endmember, and ``more`` of them, and solve the abundances again."""

    index: int
    more: tuple[int, ...] = ()


@dataclass(frozen=True)
class AddPixel(Command):
    """Make a pixel's spectrum an endmember and solve the abundances again."""

    line: int
    sample: int


@dataclass(frozen=True, eq=False)
class AddEndmembers(Command):
    """Add endmembers behind the others, in one change; they get names and colours that are free.

    Attributes
    ----------
    members : tuple of Endmember
    label : str
        What the change is called.
    """

    members: tuple[Endmember, ...]
    label: str


@dataclass(frozen=True)
class AddMean(Command):
    """Make the mean spectrum of a region an endmember."""

    region: int


@dataclass(frozen=True)
class AddShade(Command):
    """Make a spectrum of zeros, photometric shade, an endmember, and let abundances sum to one."""


@dataclass(frozen=True)
class AddSuggested(Command):
    """Make the spectrum that the residual asks for an endmember."""


@dataclass(frozen=True)
class Duplicate(Command):
    """Make a copy of an endmember, right behind it."""

    index: int


@dataclass(frozen=True)
class Merge(Command):
    """Make one endmember of several, in the place of the first."""

    indices: tuple[int, ...]


@dataclass(frozen=True)
class Reorder(Command):
    """Move an endmember to another place of the table."""

    index: int
    to: int


@dataclass(frozen=True)
class MoveEndmember(Command):
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
