"""Pixels that are used, block by block, into tiles; several threads may bring blocks at once."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.memory import aligned, require
from hsunmix.model.cube import Cube

__all__ = ["TILE", "Filling", "Rows", "Scaling"]

TILE = 480  # pixels; a multiple of 16 for the vector units
KNOWN = ("float32", "int16", "uint16")  # stored types whose kernels are worth their compilation


@dataclass(frozen=True, eq=False)
class Scaling:
    """How stored values become physical ones, stored · gain + offset, as ``Cube.read`` makes them.

    Attributes
    ----------
    gain, offset : array of float64, (bands,)
    missing : float
        The stored value of what holds no data; NaN where there is none.
    """

    gain: NDArray[np.float64]
    offset: NDArray[np.float64]
    missing: float

    @classmethod
    def of(cls, cube: Cube, bands: NDArray[np.bool_]) -> Scaling | None:
        """Return what the bands of a cube that are used need; None where the kernels don't know its type."""
        dtype = cube.pixels.dtype
        if dtype not in KNOWN:
            return None
        gain, offset = (
            np.ascontiguousarray(np.broadcast_to(np.asarray(number, np.float64), len(bands))[bands])
            for number in (cube.gain, cube.offset)
        )
        if cube.nodata is None:
            return cls(gain, offset, float("nan"))
        with np.errstate(over="ignore"):
            missing = np.float32(cube.nodata) if dtype.kind == "f" else cube.nodata
        return cls(gain, offset, float(missing))

    @cached_property
    def arguments(self) -> tuple[NDArray[np.float64], NDArray[np.float64], bool, float]:
        """What the kernels take."""
        return self.gain, self.offset, bool(self.offset.any()), self.missing

    @cached_property
    def changes(self) -> bool:
        """Whether physical values are others than the stored ones."""
        return bool((self.gain != 1).any() or self.offset.any() or not np.isnan(self.missing))


@dataclass(frozen=True, eq=False)
class Rows:
    """A block of pixels as it lies in memory, so that it is passed through from end to end.

    Attributes
    ----------
    values : array, C-contiguous
        (pixels, bands), or (n, bands, pixels of a row). float32, or stored values and their scaling.
    scaling : Scaling or None
    """

    values: NDArray[Any]
    scaling: Scaling | None = None

    @classmethod
    def of(cls, block: NDArray[Any], scaling: Scaling | None = None) -> Rows:
        """Take (lines, samples, bands) in whichever order its axes lie in memory."""
        lines, samples, bands = block.shape
        if scaling is not None and block.dtype == np.float32 and not scaling.changes:
            scaling = None
        order = tuple(sorted(range(3), key=lambda axis: -block.strides[axis]))
        if order == (2, 0, 1) and block.transpose(order).flags.c_contiguous:
            return cls(block.transpose(order).reshape(1, bands, lines * samples), scaling)
        if order == (0, 2, 1) and block.transpose(order).flags.c_contiguous:
            return cls(block.transpose(order), scaling)
        return cls(np.ascontiguousarray(block).reshape(lines * samples, bands), scaling)

    @property
    def pixels(self) -> int:
        """How many there are."""
        return len(self.values) if self.values.ndim == 2 else self.values.shape[0] * self.values.shape[2]

    def physical(self) -> Rows:
        """Return the same as float32."""
        from hsunmix.kernels.filling import scale_rows, scale_spectra

        if self.scaling is None:
            return self
        out = np.empty(self.values.shape, np.float32)
        (scale_spectra if out.ndim == 2 else scale_rows)(self.values, *self.scaling.arguments, out)
        return Rows(out)

    def survey(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Bits of the largest magnitude in each pixel, and how many of its values are below zero."""
        from hsunmix.kernels.filling import survey_rows, survey_spectra

        top, below = np.empty(self.pixels, np.int32), np.empty(self.pixels, np.int32)
        (survey_spectra if self.values.ndim == 2 else survey_rows)(self.values, top, below)
        return top, below

    def take(self, tiles: NDArray[np.float32], start: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """``survey``, and ``put`` all the same."""
        from hsunmix.kernels import filling

        top, below = np.empty(self.pixels, np.int32), np.empty(self.pixels, np.int32)
        spectra = self.values.ndim == 2
        if self.scaling is None:
            take = filling.take_spectra if spectra else filling.take_rows
            take(self.values, tiles, start, top, below)
        else:
            take = filling.take_stored_spectra if spectra else filling.take_stored_rows
            take(self.values, *self.scaling.arguments, tiles, start, top, below)
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
        self._whole = True  # all pixels so far are used
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

        As long as no pixel is left out, a block's place is known before it has been looked at, and both
        is done in one go. A block that was then put too far back is put again: what it wrote there, it
        wrote before its turn, and so before anything that belongs there.

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

        guessed = self._whole and selection is None
        if not guessed:
            rows = rows.physical()
        top, below = rows.take(self.tiles, first) if guessed else rows.survey()
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
            placed = guessed and self._whole
            if len(index):
                self.largest = max(self.largest, float(top[index].max().view(np.float32)))
                self.below += int(below[index].sum(dtype=np.int64))
            self._change.notify_all()
        if len(index) and not placed:
            rows = rows.physical()
            (rows if len(index) == len(used) else rows.only(used)).put(self.tiles, start)

    def fail(self) -> None:
        """Let nobody wait for a block that will not come."""
        with self._change:
            self._failed = True
            self._change.notify_all()
