"""Commands about regions of interest and the mask."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.gui.state.commands import Command

__all__ = [
    "ApplyMask",
    "CancelMask",
    "ClearMask",
    "DeleteRegion",
    "DrawRegion",
    "ExportRegions",
    "ImportRegions",
    "InvertMask",
    "MaskFile",
    "MaskRegion",
    "PaintRegion",
    "PlanMask",
    "PutDown",
    "RecolourRegion",
    "RenameRegion",
    "SaveMask",
    "SelectRegion",
    "SetTool",
]


@dataclass(frozen=True)
class SetTool(Command):
    """Take a tool in hand: ``rectangle``, ``polygon``, ``brush``; empty puts it down.

    The one that is in hand already is put down.
    """

    tool: str = ""


@dataclass(frozen=True)
class PutDown(Command):
    """Take back what the tool in hand has begun; with nothing begun, put it down."""


@dataclass(frozen=True)
class DrawRegion(Command):
    """A rectangle or a polygon was drawn; its vertices are (line, sample), pixel edges at integers."""

    kind: str
    vertices: tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class PaintRegion(Command):
    """A stroke of the brush: it adds to the selected region, or takes away from it.

    Where no painted region is selected, adding makes a new one.

    Attributes
    ----------
    runs : array of int32, (n, 3)
        Line, first sample, one past the last.
    erase : bool
    """

    runs: NDArray[np.int32] = field(default_factory=lambda: np.empty((0, 3), np.int32))
    erase: bool = False


@dataclass(frozen=True)
class SelectRegion(Command):
    """Select a region; −1 selects none."""

    index: int


@dataclass(frozen=True)
class RenameRegion(Command):
    """Give a region a name."""

    index: int
    name: str


@dataclass(frozen=True)
class RecolourRegion(Command):
    """Give a region a colour, ``#rrggbb``."""

    index: int
    colour: str


@dataclass(frozen=True)
class DeleteRegion(Command):
    """Delete a region; −1 deletes all."""

    index: int


@dataclass(frozen=True)
class ExportRegions(Command):
    """Write the regions as GeoJSON; asks where."""


@dataclass(frozen=True)
class ImportRegions(Command):
    """Read regions from a file of a GIS; asks which."""


@dataclass(frozen=True)
class PlanMask(Command):
    """Show what an expression would keep; nothing is changed yet.

    Attributes
    ----------
    text : str
        A condition, or an expression for numbers, which is then compared with the threshold.
    sense : str
        ``>`` or ``<``.
    threshold : float or None
        None takes one that suits the expression.
    how : str
        ``replace``, ``narrow`` or ``widen`` the mask that there is.
    """

    text: str = "ndvi"
    sense: str = ">"
    threshold: float | None = None
    how: str = "replace"


@dataclass(frozen=True)
class ApplyMask(Command):
    """Make what was planned the mask."""


@dataclass(frozen=True)
class CancelMask(Command):
    """Forget what was planned."""


@dataclass(frozen=True)
class MaskRegion(Command):
    """Use only the pixels of a region, or all but them."""

    index: int
    keep: bool = True


@dataclass(frozen=True)
class MaskFile(Command):
    """Use only the pixels where an image file is not zero; ``path`` None asks which."""

    path: Path | None = None


@dataclass(frozen=True)
class SaveMask(Command):
    """Write the mask as an image file; asks where."""


@dataclass(frozen=True)
class InvertMask(Command):
    """Use the pixels that are masked, and mask the others."""


@dataclass(frozen=True)
class ClearMask(Command):
    """Use all pixels."""
