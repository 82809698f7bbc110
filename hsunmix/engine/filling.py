"""Pixels that are used, block by block, into tiles; several threads may bring blocks at once."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.memory import aligned, require

__all__ = ["TILE", "Filling", "Rows"]

TILE = 480  # pixels; a multiple of 16 for the vector units


@dataclass(frozen=True, eq=False)
class Rows:
    """A block of pixels as it lies in memory, so that it is passed through from end to end.

    Attributes
    ----------
    values : array of float32, C-contiguous
        (pixels, bands), or (n, bands, pixels of a row).
    """

    values: NDArray[np.float32]

    @classmethod
    def of(cls, block: NDArray[np.float32]) -> Rows:
        """Take (lines, samples, bands) in whichever order its axes lie in memory."""
        lines, samples, bands = block.shape
        order = tuple(sorted(range(3), key=lambda axis: -block.strides[axis]))
        if order == (2, 0, 1) and block.transpose(order).flags.c_contiguous:
            return cls(block.transpose(order).reshape(1, bands, lines * samples))
        if order == (0, 2, 1) and block.transpose(order).flags.c_contiguous:
            return cls(block.transpose(order))
        return cls(np.ascontiguousarray(block).reshape(lines * samples, bands))

    def survey(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Bits of the largest magnitude in each pixel, and how many of its values are below zero."""
        from hsunmix.kernels.filling import survey_rows, survey_spectra

        values = self.values
        pixels = len(values) if values.ndim == 2 else values.shape[0] * values.shape[2]
        top, below = np.empty(pixels, np.int32), np.empty(pixels, np.int32)
        (survey_spectra if values.ndim == 2 else survey_rows)(values.view(np.int32), top, below)
        return top, below

    def only(self, used: NDArray[np.bool_]) -> Rows:
        """Some of the pixels."""
        if self.values.ndim == 2:
            return Rows(self.values[used])
        n, _, m = self.values.shape
        parts = [self.values[i][:, used[i * m : (i + 1) * m]] for i in range(n)]
        return Rows(np.concatenate(parts, axis=1)[np.newaxis])

    def put(self, tiles: NDArray[np.float32], start: int) -> None:
        """Copy all pixels into the columns from ``start`` on."""
        from hsunmix.kernels.filling import fill_rows, fill_spectra

        (fill_spectra if self.values.ndim == 2 else fill_rows)(self.values, tiles, start)


class Filling:
    """Collects pixels into tiles.

    Parameters
    ----------
    pixels, bands : int
        At most so many.

    Attributes
    ----------
    tiles : array of float32, (n, bands, TILE)
    count : int
        Pixels in them so far.
    largest : float
        Largest magnitude among these.
    below : int
        How many of their values are below zero.
    """

    def __init__(self, pixels: int, bands: int) -> None:
        tiles = -(-pixels // TILE)
        require(tiles * TILE * bands * 4, "the pixels of the scene")
        self.tiles = aligned((tiles, bands, TILE))  # pages never written cost nothing
        self.count = 0
        self.largest = 0.0
        self.below = 0
        self._kept: dict[int, NDArray[np.int64]] = {}
        self._turn = 0
        self._failed = False
        self._change = threading.Condition()

    @property
    def pixels(self) -> NDArray[np.int64]:
        """For every column the number of its pixel."""
        return np.concatenate([self._kept[number] for number in sorted(self._kept)])

    def add(self, number: int, first: int, rows: Rows, selection: NDArray[np.bool_] | None = None) -> None:
        """Append the pixels of a block that hold data: all bands finite, not all of them zero.

        Blocks are appended in the order of their numbers 0, 1, …, whichever thread is ready first:
        one that comes early waits for those before it to be counted, not for them to be copied.

        Parameters
        ----------
        number : int
        first : int
            Number of its first pixel.
        rows : Rows
        selection : array of bool, (pixels of the block,), optional
            Those that are wanted.
        """
        from hsunmix.kernels.filling import INFINITE

        top, below = rows.survey()
        used = (top > 0) & (top < INFINITE)
        if selection is not None:
            used &= selection
        index = np.flatnonzero(used)
        with self._change:
            while self._turn < number and not self._failed:
                self._change.wait()
            start = self.count
            self.count += len(index)
            self._turn += 1
            self._kept[number] = index + first
            if len(index):
                self.largest = max(self.largest, float(top[index].max().view(np.float32)))
                self.below += int(below[index].sum(dtype=np.int64))
            self._change.notify_all()
        if len(index):
            (rows if len(index) == len(used) else rows.only(used)).put(self.tiles, start)

    def fail(self) -> None:
        """Let nobody wait for a block that will not come."""
        with self._change:
            self._failed = True
            self._change.notify_all()
