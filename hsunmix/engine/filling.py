"""Pixels that are used, block by block, into tiles; several threads may bring blocks at once."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.blocks import Block
from hsunmix.engine.memory import aligned, require

__all__ = ["TILE", "Filling"]

TILE = 480  # pixels; a multiple of 16 for the vector units


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
        self._whole = True  # all pixels so far are used
        self._failed = False
        self._change = threading.Condition()

    @property
    def pixels(self) -> NDArray[np.int64]:
        """For every column the number of its pixel."""
        return np.concatenate([self._kept[number] for number in sorted(self._kept)])

    def add(self, number: int, first: int, rows: Block, selection: NDArray[np.bool_] | None = None) -> None:
        """Append the pixels of a block that hold data: all bands finite, not all of them zero.

        Blocks are appended in the order of their numbers 0, 1, …, whichever thread is ready first:
        one that comes early waits for those before it to be counted, not for them to be copied.

        As long as no pixel is left out, a block's place is known before it has been looked at, and both
        is done in one go. A block that was then put too far back is put again: what it wrote there, it
        wrote before its turn, and so before anything that belongs there.

        Parameters
        ----------
        number : int
        first : int
            Number of its first pixel.
        rows : Block
        selection : array of bool, (pixels of the block,), optional
            Those that are wanted.
        """
        from hsunmix.kernels.filling import INFINITE

        guessed = self._whole and selection is None
        held = None if guessed else rows.physical()
        top, below = rows.take(self.tiles, first) if held is None else held.survey()
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
            self._whole = self._whole and len(index) == len(used)
            if len(index):
                self.largest = max(self.largest, float(top[index].max().view(np.float32)))
                self.below += int(below[index].sum(dtype=np.int64))
                if held is None and not self._whole:
                    held = rows.again(self.tiles, first)  # before those that follow write there
            self._change.notify_all()
        if len(index) and held is not None:
            (held if len(index) == len(used) else held.only(used)).put(self.tiles, start)

    def fail(self) -> None:
        """Let nobody wait for a block that will not come."""
        with self._change:
            self._failed = True
            self._change.notify_all()
