"""Pixels that are used, block by block, into tiles; several threads may bring blocks at once."""

from __future__ import annotations

import threading
from collections.abc import Generator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.blocks import Block
from hsunmix.engine.memory import aligned, require

__all__ = ["TILE", "Judged", "TileWriter"]

TILE = 480  # pixels; a multiple of 16 for the vector units


class Judged(Protocol):
    """Pixels on which it is judged what holds data: see ``TileWriter``."""

    doubtful: NDArray[np.bool_]
    count: int
    largest: float
    below: int
    infinite: int
    odd: list[int]

    @property
    def tiles(self) -> Shaped:
        """(n, bands, TILE)."""

    @property
    def pixels(self) -> NDArray[np.int64]:
        """For every column the number of its pixel."""

    def __len__(self) -> int:
        """How many tiles hold columns."""

    def part(self, i: int) -> NDArray[np.float32]:
        """Columns of a tile, (bands, at most TILE)."""

    def rows(self, first: int, count: int, bands: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return some bands of some tiles, (count, bands, TILE)."""

    def spectrum(self, column: int) -> NDArray[np.float32]:
        """Return one column, (bands,)."""

    def keep(
        self, bands: NDArray[np.bool_], columns: NDArray[np.bool_] | None = None
    ) -> Generator[None, None, None]:
        """Let go of some bands (bands,) and columns (count,)."""


class Shaped(Protocol):
    """What has the shape of tiles."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(n, bands, TILE)."""


class TileWriter:
    """Collects pixels into tiles.

    Parameters
    ----------
    pixels : int
        At most so many.
    doubtful : array of bool, (bands,)
        Bands that may hold no data at all: what is no number there doesn't spoil its pixel.
    tiles : array of float32, (n, bands, TILE), optional
        Room for them.

    Attributes
    ----------
    tiles : array of float32, (n, bands, TILE)
    count : int
        Pixels in them so far.
    largest : float
        Largest magnitude among these.
    below : int
        How many of their values are below zero.
    infinite : int
        How many pixels have no worse value than one beyond the range of float32.
    odd : list of int
        Columns worth a look: of each block the one with the largest magnitude, and that with most values
        below zero.
    """

    def __init__(
        self, pixels: int, doubtful: NDArray[np.bool_], tiles: NDArray[np.float32] | None = None
    ) -> None:
        from hsunmix.kernels.filling import ANY, FINITE

        bands = len(doubtful)
        self.doubtful = doubtful
        self._limit = np.where(doubtful, FINITE, ANY).astype(np.int32)
        if tiles is None:
            count = -(-pixels // TILE)
            require(count * TILE * bands * 4, "the pixels of the scene")
            tiles = aligned((count, bands, TILE))  # pages never written cost nothing
        self.tiles = tiles
        self.count = 0
        self.largest = 0.0
        self.below = 0
        self.infinite = 0
        self.odd: list[int] = []
        self._kept: dict[int, NDArray[np.int64]] = {}
        self._turn = 0
        self._whole = True  # all pixels so far are used
        self._failed = False
        self._change = threading.Condition()

    @property
    def pixels(self) -> NDArray[np.int64]:
        """For every column the number of its pixel."""
        return np.concatenate([self._kept[number] for number in sorted(self._kept)])

    def __len__(self) -> int:
        """How many tiles hold columns."""
        return -(-self.count // TILE)

    def part(self, i: int) -> NDArray[np.float32]:
        """Columns of a tile, (bands, at most TILE)."""
        return self.tiles[i, :, : self.count - i * TILE]

    def rows(self, first: int, count: int, bands: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return some bands of some tiles, (count, bands, TILE)."""
        return self.tiles[first : first + count, bands]

    def spectrum(self, column: int) -> NDArray[np.float32]:
        """Return a copy of one column, (bands,)."""
        return self.tiles[column // TILE, :, column % TILE].copy()

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
        top, below = rows.take(self.tiles, first, self._limit) if held is None else held.survey(self._limit)
        used = (top > 0) & (top < INFINITE)
        if selection is not None:
            used &= selection
        index = np.flatnonzero(used)
        infinite = 0 if len(index) == len(used) else int((top == INFINITE).sum())
        with self._change:
            while self._turn < number and not self._failed:
                self._change.wait()
            start = self.count
            self.count += len(index)
            self._turn += 1
            self._kept[number] = index + first
            self._whole = self._whole and len(index) == len(used)
            self.infinite += infinite
            if len(index):
                self._survey(start, top[index], below[index])
                if held is None and not self._whole:
                    held = rows.again(self.tiles, first)  # before those that follow write there
            self._change.notify_all()
        if len(index) and held is not None:
            (held if len(index) == len(used) else held.only(used)).put(self.tiles, start)

    def _survey(self, start: int, top: NDArray[np.int32], below: NDArray[np.int32]) -> None:
        largest = int(top.argmax())
        self.largest = max(self.largest, float(top[largest].view(np.float32)))
        self.odd.append(start + largest)
        if count := int(below.sum(dtype=np.int64)):
            self.below += count
            self.odd.append(start + int(below.argmax()))

    def keep(
        self, bands: NDArray[np.bool_], columns: NDArray[np.bool_] | None = None
    ) -> Generator[None, None, None]:
        """Once all blocks are there, let go of some bands (bands,) and columns (count,), in place."""
        if columns is not None and columns.all():
            columns = None
        if columns is None and bands.all():
            return
        count = self.count if columns is None else int(columns.sum())
        height = int(bands.sum())
        room = -(-count // TILE) * height * TILE
        tiles = self.tiles.reshape(-1)[:room].reshape(-1, height, TILE)  # never beyond what was read
        done, largest, below = 0, 0.0, 0
        odd = []
        for i in range(len(self)):
            kept = self.part(i)[bands]
            if columns is not None:
                kept = kept[:, columns[i * TILE : (i + 1) * TILE]]
            if kept.size:
                top = np.abs(kept).max(axis=0)
                largest, below = max(largest, float(top.max())), below + int(np.count_nonzero(kept < 0))
                odd.append(done + int(top.argmax()))
            while kept.shape[1]:
                begin = done % TILE
                some = kept[:, : TILE - begin]
                tiles[done // TILE, :, begin : begin + some.shape[1]] = some
                done, kept = done + some.shape[1], kept[:, some.shape[1] :]
            yield
        self._kept = {0: self.pixels if columns is None else self.pixels[columns]}
        self.tiles, self.count, self.odd, self.doubtful = tiles, count, odd, self.doubtful[bands]
        self.largest, self.below = largest, below

    def fail(self) -> None:
        """Let nobody wait for a block that will not come."""
        with self._change:
            self._failed = True
            self._change.notify_all()
