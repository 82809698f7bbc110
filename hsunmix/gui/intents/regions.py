"""Intents about regions of interest."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hsunmix.gui.intents.base import Intent

__all__ = [
    "DeleteRegion",
    "DrawRegion",
    "ExportRegions",
    "ImportRegions",
    "PaintRegion",
    "PutDown",
    "RecolourRegion",
    "RenameRegion",
    "SelectRegion",
    "SetTool",
]


@dataclass(frozen=True)
class SetTool(Intent):
    """Take a tool in hand: ``rectangle``, ``polygon``, ``brush``; empty puts it down.

    The one that is in hand already is put down.
    """

    tool: str = ""


@dataclass(frozen=True)
class PutDown(Intent):
    """Take back what the tool in hand has begun; with nothing begun, put it down."""


@dataclass(frozen=True)
class DrawRegion(Intent):
    """A rectangle or a polygon was drawn; its vertices are (line, sample), pixel edges at integers."""

    kind: str
    vertices: tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class PaintRegion(Intent):
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
class SelectRegion(Intent):
    """Select a region; −1 selects none."""

    index: int


@dataclass(frozen=True)
class RenameRegion(Intent):
    """Give a region a name."""

    index: int
    name: str


@dataclass(frozen=True)
class RecolourRegion(Intent):
    """Give a region a colour, ``#rrggbb``."""

    index: int
    colour: str


@dataclass(frozen=True)
class DeleteRegion(Intent):
    """Delete a region; −1 deletes all."""

    index: int


@dataclass(frozen=True)
class ExportRegions(Intent):
    """Write the regions as GeoJSON; asks where."""


@dataclass(frozen=True)
class ImportRegions(Intent):
    """Read regions from GeoJSON; asks which file."""
