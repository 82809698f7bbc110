"""Regions of interest: parts of a scene that the analyst drew."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.spectra import check_colour

__all__ = ["FARTHEST", "KINDS", "Region", "runs_of"]

KINDS = ("rectangle", "polygon", "brush")
MIN_VERTICES = {"rectangle": 2, "polygon": 3, "brush": 0}  # vertices
CROSSINGS = 1 << 16  # of edges and lines, worked on at a time
FARTHEST = 1e7  # no scene has so many lines or samples


def _no_runs() -> NDArray[np.int32]:
    return np.empty((0, 3), np.int32)


@dataclass(frozen=True, eq=False)
class Region:
    """A part of a scene, drawn or painted.

    Places are (line, sample) with pixel edges at integers: the first pixel covers 0 … 1 on both axes.
    A pixel belongs to a rectangle or a polygon when its centre does.

    Attributes
    ----------
    name : str
    colour : str
        ``#rrggbb``.
    kind : str
        ``rectangle`` (vertices are two opposite corners), ``polygon`` (its corners in order, closed
        by itself; where it crosses itself, inside is by the even-odd rule) or ``brush``.
    vertices : tuple of (float, float)
        (line, sample); empty for a brush.
    runs : array of int32, (n, 3)
        What a brush painted: line, first sample, one past the last sample. Need not be in order.

    Raises
    ------
    ValueError
        The kind is unknown, or vertices or runs are not what the kind needs.
    """

    name: str
    colour: str
    kind: str
    vertices: tuple[tuple[float, float], ...] = ()
    runs: NDArray[np.int32] = field(default_factory=_no_runs)

    def __post_init__(self) -> None:
        check_colour(self.colour)
        if self.kind not in KINDS:
            raise ValueError(f"there is no region of the kind {self.kind!r}")
        if len(self.vertices) < MIN_VERTICES[self.kind] or (
            self.kind == "rectangle" and len(self.vertices) != 2
        ):
            raise ValueError(f"a {self.kind} of {len(self.vertices)} vertices")
        if not (np.abs(np.array(self.vertices, dtype=np.float64)) <= FARTHEST).all():  # nor NaN
            raise ValueError(f"the region {self.name} reaches too far")
        if self.runs.ndim != 2 or self.runs.shape[1] != 3:
            raise ValueError(f"the runs of a region have the shape {self.runs.shape}")

    def mask(self, lines: int, samples: int) -> NDArray[np.bool_]:
        """Return the pixels that belong to it: True inside, (lines, samples).

        What lies outside the scene is cut off.
        """
        mask = np.zeros((lines, samples), dtype=bool)
        top, left, bottom, right = self.window(lines, samples)
        mask[top:bottom, left:right] = self.part(top, left, bottom, right)
        return mask

    def contains(self, line: int, sample: int) -> bool:
        """Whether a pixel belongs to it, wherever the scene ends."""
        return bool(self.part(line, sample, line + 1, sample + 1)[0, 0])

    def part(self, top: int, left: int, bottom: int, right: int) -> NDArray[np.bool_]:
        """Return the mask of a window, (bottom − top, right − left)."""
        if self.kind == "brush":
            runs = self.runs - np.array([top, left, left], np.int32)
            return _painted(runs, bottom - top, right - left)
        vertices = tuple((line - top, sample - left) for line, sample in self.vertices)
        drawn = _rectangle if self.kind == "rectangle" else _polygon
        return drawn(vertices, bottom - top, right - left)

    def window(self, lines: int, samples: int) -> tuple[int, int, int, int]:
        """Return the first line, first sample and those past the last that it can reach in a scene.

        A window without a pixel where it lies outside.
        """
        if self.kind == "brush":
            if not len(self.runs):
                return 0, 0, 0, 0
            low = self.runs[:, :2].min(axis=0)
            high = self.runs[:, ::2].max(axis=0) + np.array([1, 0])
        else:
            corners = np.asarray(self.vertices, dtype=np.float64)
            low, high = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
        top, left = np.clip(low, 0, (lines, samples)).astype(int).tolist()
        bottom, right = np.clip(high, 0, (lines, samples)).astype(int).tolist()
        return top, left, bottom, right

    def pixels(self, lines: int, samples: int) -> NDArray[np.int64]:
        """Return its pixels as line · samples + sample, ascending."""
        return np.flatnonzero(self.mask(lines, samples)).astype(np.int64)


def runs_of(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Pack a mask (lines, samples) into the runs of a brush, in order."""
    held = np.flatnonzero(mask.any(axis=1))
    if not held.size:
        return _no_runs()
    top = int(held[0])
    part = np.pad(mask[top : int(held[-1]) + 1], ((0, 0), (1, 1))).view(np.int8)
    line, edge = np.nonzero(part[:, 1:] != part[:, :-1])  # beginnings and ends by turns
    return np.stack([line[::2] + top, edge[::2], edge[1::2]], axis=1).astype(np.int32)


def _rectangle(corners: tuple[tuple[float, float], ...], lines: int, samples: int) -> NDArray[np.bool_]:
    mask = np.zeros((lines, samples), dtype=bool)
    (top, left), (bottom, right) = np.sort(np.asarray(corners, dtype=np.float64), axis=0)
    mask[_centres(top, bottom, lines), _centres(left, right, samples)] = True
    return mask


def _centres(low: float, high: float, count: int) -> slice:
    """Return the pixels whose centres lie between two places, the upper one left out."""
    first, past = np.clip(np.ceil(np.array([low, high]) - 0.5), 0, count).astype(int)
    return slice(first, past)


def _polygon(vertices: tuple[tuple[float, float], ...], lines: int, samples: int) -> NDArray[np.bool_]:
    """Every edge toggles what lies right of it on the lines it crosses; twice is outside again."""
    toggles = np.zeros((lines, samples + 1), dtype=np.uint8)  # only whether they are odd counts
    start = np.asarray(vertices, dtype=np.float64)
    end = np.roll(start, -1, axis=0)
    low, high = np.minimum(start[:, 0], end[:, 0]), np.maximum(start[:, 0], end[:, 0])
    first, past = (np.clip(np.ceil(edge - 0.5), 0, lines).astype(np.int64) for edge in (low, high))
    crossing = np.flatnonzero(past > first)
    start, end, first, counts = start[crossing], end[crossing], first[crossing], (past - first)[crossing]
    slope = (end[:, 1] - start[:, 1]) / (end[:, 0] - start[:, 0])
    cuts = np.searchsorted(np.cumsum(counts), np.arange(0, counts.sum(), CROSSINGS), side="right")
    for begin, stop in pairwise([*cuts.tolist(), len(counts)]):
        some = counts[begin:stop]
        edge = np.repeat(np.arange(begin, stop), some)
        line = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(some) - some, some)
        place = start[edge, 1] + (line + 0.5 - start[edge, 0]) * slope[edge]
        column = np.clip(np.ceil(place - 0.5), 0, samples).astype(np.int64)
        np.add.at(toggles.reshape(-1), line * (samples + 1) + column, np.uint8(1))
    odd = (toggles & 1).view(bool)
    return np.logical_xor.accumulate(odd, axis=1)[:, :samples]


def _painted(runs: NDArray[np.int32], lines: int, samples: int) -> NDArray[np.bool_]:
    inside = runs[(runs[:, 0] >= 0) & (runs[:, 0] < lines)].astype(np.int64)
    first, past = np.clip(inside[:, 1:], 0, samples).T
    full = past > first
    steps = np.zeros((lines, samples + 1), dtype=np.int32)
    np.add.at(steps, (inside[full, 0], first[full]), 1)
    np.add.at(steps, (inside[full, 0], past[full]), -1)
    return np.cumsum(steps, axis=1)[:, :samples] > 0
