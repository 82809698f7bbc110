"""Stored values that mean "no data", where a file names more than one number for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.pixels import Pixels, close_sources

__all__ = ["Absence", "ScreenedPixels", "empty_value"]

Values = NDArray[np.generic]
PerBand = float | NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Absence:
    """What stored values mean that nothing was measured.

    Attributes
    ----------
    values : tuple of float or array of float64, (bands,)
        These.
    low, high : float or array of float64, (bands,)
        All below and above these.
    """

    values: tuple[PerBand, ...] = ()
    low: PerBand = -np.inf
    high: PerBand = np.inf

    @property
    def plain(self) -> bool:
        """Whether one number at most says it all."""
        limits = (*np.ravel(self.low), *np.ravel(self.high))
        return len(self.values) < 2 and not any(map(np.ndim, self.values)) and not np.isfinite(limits).any()

    @property
    def nodata(self) -> float | None:
        """The first number that stands for all bands."""
        return next((float(value) for value in self.values if not np.ndim(value)), None)

    def mask(self, stored: Values, bands: Sequence[int] | slice) -> NDArray[np.bool_]:
        """Return where values (…, bands) mean no data."""

        def of(number: PerBand) -> PerBand:
            return number[bands] if isinstance(number, np.ndarray) else number

        empty: NDArray[np.bool_] = (stored < of(self.low)) | (stored > of(self.high))  # type: ignore[operator]
        for value in self.values:
            empty |= stored == of(value)
        return empty


@dataclass(frozen=True, eq=False)
class ScreenedPixels:
    """Pixels of a source with one number wherever its values mean no data.

    Attributes
    ----------
    source : Pixels
    absence : Absence
    dtype : dtype
    empty : float
        The number; see ``empty_value``.
    """

    source: Pixels
    absence: Absence
    dtype: np.dtype[np.generic]
    empty: float

    @property
    def shape(self) -> tuple[int, int, int]:
        """(lines, samples, bands)."""
        return self.source.shape

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> Values:
        """Stored values of the lines first … last − 1, (lines, samples, bands)."""
        stored = self.source.read(first, last, bands)
        return self._screened(stored, slice(None) if bands is None else list(bands))

    def spectrum(self, line: int, sample: int) -> Values:
        """Stored values of one pixel, (bands,)."""
        return self._screened(self.source.spectrum(line, sample), slice(None))

    def close(self) -> None:
        """Let the source's file go."""
        close_sources(self.source)

    def _screened(self, stored: Values, bands: Sequence[int] | slice) -> Values:
        empty = self.absence.mask(stored, bands)
        values = stored.astype(self.dtype)
        values[empty] = self.empty
        return values


def empty_value(
    dtype: np.dtype[np.generic], nodata: float | None, notes: list[str]
) -> tuple[np.dtype[np.generic], float]:
    """Return the type that pixels are handed out in, and what stands in those without data."""
    if nodata is not None and (dtype.kind == "f" or _holds(dtype, nodata)):
        return dtype, nodata
    if dtype.kind == "f":
        return dtype, np.nan
    wide = np.promote_types(dtype, np.float32)
    notes.append(f"{dtype} has no number for a pixel without data: its values are read as {wide}.")
    return wide, np.nan


def _holds(dtype: np.dtype[np.generic], value: float) -> bool:
    limits = np.iinfo(dtype)  # type: ignore[type-var]
    return bool(float(value).is_integer() and limits.min <= value <= limits.max)
