"""Pixels made of others: bands of several joined, and a scene laid out on a map by a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats.pixels.asked import asked_lines
from hsunmix.model.cube import Pixels
from hsunmix.model.pixels import close_sources

__all__ = ["GridPixels", "JoinedPixels", "SlabPixels", "SummedPixels", "UnsignedPixels"]

Values = NDArray[np.generic]


@dataclass(frozen=True, eq=False)
class JoinedPixels:
    """Bands of several sources, one after the other.

    Attributes
    ----------
    sources : tuple of (Pixels, array of int)
        All with the same lines, samples and type; which of the bands of each are taken.
    """

    sources: tuple[tuple[Pixels, NDArray[np.intp]], ...]

    @cached_property
    def shape(self) -> tuple[int, int, int]:
        """(lines, samples, bands)."""
        lines, samples, _ = self.sources[0][0].shape
        return lines, samples, sum(len(index) for _, index in self.sources)

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Type of the stored values."""
        return self.sources[0][0].dtype

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> Values:
        """Stored values of the lines first … last − 1, (lines, samples, bands)."""
        wanted = np.arange(self.shape[2])[slice(None) if bands is None else list(bands)]
        blocks, places, begin = [], [], 0
        for pixels, index in self.sources:
            here = np.flatnonzero((wanted >= begin) & (wanted < begin + len(index)))
            if len(here):
                picked = index[wanted[here] - begin]
                if bands is None:  # whole lines may be kept in memory
                    blocks.append(pixels.read(first, last).take(picked, axis=2))
                else:
                    blocks.append(pixels.read(first, last, picked.tolist()))
                places.append(here)
            begin += len(index)
        if not blocks:
            return self.sources[0][0].read(first, last, [])
        joined = np.concatenate(blocks, axis=2)
        order = np.argsort(np.concatenate(places))
        return joined if bands is None else joined.take(order, axis=2)

    def spectrum(self, line: int, sample: int) -> Values:
        """Stored values of one pixel, (bands,)."""
        return np.concatenate([pixels.spectrum(line, sample)[index] for pixels, index in self.sources])

    def close(self) -> None:
        """Let the sources' files go."""
        close_sources(*(pixels for pixels, _ in self.sources))


@dataclass(frozen=True, eq=False)
class SummedPixels:
    """Whole numbers and, in another source, what comes behind the point.

    Attributes
    ----------
    whole, decimals : Pixels
        Of one shape.
    divisor : float
        Of the decimals.
    nodata : float or None
        The whole number of a value that was not measured, which becomes NaN.
    """

    whole: Pixels
    decimals: Pixels
    divisor: float
    nodata: float | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """(lines, samples, bands)."""
        return self.whole.shape

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Type of the sums."""
        return np.dtype(np.float32)

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> Values:
        """Sums of the lines first … last − 1, (lines, samples, bands)."""
        return self._sum(self.whole.read(first, last, bands), self.decimals.read(first, last, bands))

    def spectrum(self, line: int, sample: int) -> Values:
        """Sums of one pixel, (bands,)."""
        return self._sum(self.whole.spectrum(line, sample), self.decimals.spectrum(line, sample))

    def close(self) -> None:
        """Let the sources' files go."""
        close_sources(self.whole, self.decimals)

    def _sum(self, whole: Values, decimals: Values) -> Values:
        values: Values = (whole + decimals / self.divisor).astype(np.float32)  # type: ignore[operator]
        if self.nodata is not None:
            values[whole == self.nodata] = np.nan
        return values


@dataclass(frozen=True, eq=False)
class UnsignedPixels:
    """Numbers without a sign, of a source that stores them as if they had one.

    Attributes
    ----------
    source : Pixels
    """

    source: Pixels

    @property
    def shape(self) -> tuple[int, int, int]:
        """(lines, samples, bands)."""
        return self.source.shape

    @cached_property
    def dtype(self) -> np.dtype[np.generic]:
        """Type of the values."""
        return np.dtype(f"u{self.source.dtype.itemsize}")

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> Values:
        """Values of the lines first … last − 1, (lines, samples, bands)."""
        return self.source.read(first, last, bands).view(self.dtype)

    def spectrum(self, line: int, sample: int) -> Values:
        """Values of one pixel, (bands,)."""
        return self.source.spectrum(line, sample).view(self.dtype)

    def close(self) -> None:
        """Let the source's file go."""
        close_sources(self.source)


class SlabPixels(Pixels, Protocol):
    """Pixels that keep a number of lines at a time."""

    slab_lines: int

    def slab(self, index: int) -> Values:
        """Return the lines index · slab_lines and following, not to be written to."""

    def close(self) -> None:
        """Let the file go."""


@dataclass(frozen=True, eq=False)
class GridPixels:
    """A scene on a map: for every cell of the map the pixel that a table names.

    Attributes
    ----------
    source : SlabPixels
    line, sample : array of int32, (lines, samples) of the map
        Counted from 0; -1 where no pixel belongs.
    empty : number
        The stored value of such a cell.
    """

    source: SlabPixels
    line: NDArray[np.int32]
    sample: NDArray[np.int32]
    empty: float

    @property
    def shape(self) -> tuple[int, int, int]:
        """(lines, samples, bands)."""
        lines, samples = self.line.shape
        return lines, samples, self.source.shape[2]

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Type of the stored values."""
        return self.source.dtype

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> Values:
        """Stored values of the lines first … last − 1, (lines, samples, bands)."""
        first, last = asked_lines(first, last, self.shape)
        line, sample = self.line[first:last], self.sample[first:last]
        count = self.shape[2] if bands is None else len(bands)
        out = np.full((*line.shape, count), self.empty, dtype=self.dtype)
        used = line >= 0
        step = self.source.slab_lines if bands is None else max(1, self.source.shape[0])
        for index in np.unique(line[used] // step).tolist():
            here = used & (line // step == index)
            if bands is None:
                slab = self.source.slab(index)
            else:
                slab = self.source.read(int(line[here].min()), int(line[here].max()) + 1, bands)
            begin = index * step if bands is None else int(line[here].min())
            out[here] = slab[line[here] - begin, sample[here]]
        return out

    def spectrum(self, line: int, sample: int) -> Values:
        """Stored values of one pixel, (bands,)."""
        if self.line[line, sample] < 0:
            return np.full(self.shape[2], self.empty, dtype=self.dtype)
        return self.source.spectrum(int(self.line[line, sample]), int(self.sample[line, sample]))

    def close(self) -> None:
        """Let the source's file go."""
        self.source.close()
