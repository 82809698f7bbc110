"""Intents of the loop: change an endmember, see the map at once, doubt it, mend it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hsunmix.gui.intents.base import Intent

__all__ = [
    "AddFromLibrary",
    "AddMean",
    "AddShade",
    "AddSuggested",
    "CloseLibraries",
    "Compare",
    "Duplicate",
    "LeaveOut",
    "LookAt",
    "Merge",
    "MoveEndmember",
    "OpenLibrary",
    "PaintBands",
    "Reorder",
    "SetUnit",
    "ShowMatches",
    "SolveAgain",
]


@dataclass(frozen=True)
class LookAt(Intent):
    """The image shows this part of the scene: it is solved first.

    Attributes
    ----------
    window : tuple of 4 int, or None
        First line, one past the last, first sample, one past the last; None means all of it.
    """

    window: tuple[int, int, int, int] | None = None


@dataclass(frozen=True)
class SolveAgain(Intent):
    """Solve for the abundances of the endmembers there are; ``abundance`` changes the constraint."""

    abundance: str = ""


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
class PaintBands(Intent):
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
class LeaveOut(Intent):
    """Leave bands out that lie anywhere, and then do what they stood in the way of.

    Attributes
    ----------
    bands : tuple of int
        Counted from 0.
    then : Intent or None
    """

    bands: tuple[int, ...]
    then: Intent | None = None


@dataclass(frozen=True)
class SetUnit(Intent):
    """Choose the unit of the wavelength axis, ``nm`` or ``µm``."""

    unit: str


@dataclass(frozen=True)
class AddFromLibrary(Intent):
    """Make spectra of the library endmembers; none asks which.

    Attributes
    ----------
    entries : tuple of int
    factor : float or None
        By what they are multiplied; None as their library needs.
    """

    entries: tuple[int, ...] = ()
    factor: float | None = None


@dataclass(frozen=True)
class ShowMatches(Intent):
    """Show what of the library is most like an endmember; −1 the selected one."""

    index: int = -1


@dataclass(frozen=True)
class Compare(Intent):
    """Draw a spectrum of the library over an endmember; ``entry`` −1 takes it away."""

    index: int = -1
    entry: int = -1


@dataclass(frozen=True)
class OpenLibrary(Intent):
    """Use another spectral library as well; ``path`` None asks which."""

    path: Path | None = None


@dataclass(frozen=True)
class CloseLibraries(Intent):
    """Use only the library that comes with the program."""
