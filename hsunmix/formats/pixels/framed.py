"""Pixels of a flat binary file with bytes to skip around every row and every frame of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats.pixels import raw as raw_pixels
from hsunmix.formats.pixels.raw import RawPixels

__all__ = ["FramedPixels"]


@dataclass(frozen=True)
class FramedPixels(RawPixels):
    """Pixels between bytes that mean nothing.

    The minor frame is a row of values: a line of one band (bsq, bil), a pixel's spectrum (bip). The
    major frame holds several: a band (bsq), a line of all bands (bil, bip).

    Attributes
    ----------
    major, minor : tuple of 2 int
        Bytes to skip before and after each.
    """

    major: tuple[int, int] = (0, 0)
    minor: tuple[int, int] = (0, 0)

    @property
    def nbytes(self) -> int:
        """Bytes that the file must have."""
        return self.offset + self._extents[0] * self._frame_bytes

    @property
    def _extents(self) -> tuple[int, int, int]:
        """How often the major frame, the row in it, and the value in that come."""
        lines, samples, bands = self.shape
        return {
            "bsq": (bands, lines, samples),
            "bil": (lines, bands, samples),
            "bip": (lines, samples, bands),
        }[self.interleave]

    @property
    def _row_bytes(self) -> int:
        return sum(self.minor) + self._extents[2] * self.stored.itemsize

    @property
    def _frame_bytes(self) -> int:
        return sum(self.major) + self._extents[1] * self._row_bytes

    def spectrum(self, line: int, sample: int) -> NDArray[np.generic]:
        """Stored values of one pixel, (bands,)."""
        lines, samples, _ = self.shape
        line, sample = range(lines)[line], range(samples)[sample]
        values: NDArray[np.generic] = self.read(line, line + 1)[0, sample]
        return values

    def _read_bsq(self, file: IO[bytes], first: int, last: int, bands: list[int]) -> NDArray[np.generic]:
        planes = np.empty((len(bands), last - first, self.shape[1]), dtype=self.stored)
        for plane, band in zip(planes, bands, strict=True):
            start = band * self._frame_bytes + self.major[0] + first * self._row_bytes
            plane[:] = self._rows(file, start, (last - first,), (self._row_bytes,))
        return np.moveaxis(self._native(planes), 0, -1)

    def _read_bil(self, file: IO[bytes], first: int, last: int, bands: list[int]) -> NDArray[np.generic]:
        return np.moveaxis(self._frames(file, first, last, bands, 1), 1, -1)

    def _read_bip(
        self, file: IO[bytes], first: int, last: int, bands: list[int] | None
    ) -> NDArray[np.generic]:
        return self._frames(file, first, last, range(self.shape[2]) if bands is None else bands, 2)

    def _frames(
        self, file: IO[bytes], first: int, last: int, bands: Sequence[int], axis: int
    ) -> NDArray[np.generic]:
        """Read whole lines, a few at a time, and take some bands of them."""
        shape = [last - first, *self._extents[1:]]
        shape[axis] = len(bands)
        out = np.empty(shape, dtype=self.stored)
        step = max(1, raw_pixels.CHUNK_BYTES // self._frame_bytes)
        for begin in range(first, last, step):
            count = min(step, last - begin)
            start = begin * self._frame_bytes + self.major[0]
            strides = (self._frame_bytes, self._row_bytes)
            rows = self._rows(file, start, (count, self._extents[1]), strides)
            out[begin - first : begin - first + count] = rows.take(bands, axis=axis)
        return self._native(out)

    def _rows(
        self, file: IO[bytes], start: int, shape: tuple[int, ...], strides: tuple[int, ...]
    ) -> NDArray[np.generic]:
        """Look at rows of values among the bytes that are read."""
        width, size = self._extents[2], self.stored.itemsize
        length = self.minor[0] + width * size + sum((n - 1) * s for n, s in zip(shape, strides, strict=True))
        raw = np.empty(length, np.uint8)
        self._fill_bytes(file, self.offset + start, raw)
        return np.ndarray((*shape, width), self.stored, raw.data, self.minor[0], (*strides, size))
