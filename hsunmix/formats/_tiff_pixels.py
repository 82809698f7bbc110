"""Pixels of a TIFF file, read in blocks."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats._tiff_file import dataset, gdal, unreadable

__all__ = ["TiffPixels"]


class TiffPixels:
    """Pixels of a file that stays open, so that GDAL's cache of unpacked pieces lives on.

    Parameters
    ----------
    path : Path
    shape : tuple of 3 int
        (lines, samples, bands).
    dtype : dtype
    row_bytes : int
        See ``gdal``.
    """

    def __init__(
        self, path: Path, shape: tuple[int, int, int], dtype: np.dtype[np.generic], row_bytes: int
    ) -> None:
        self.path = path
        self._row_bytes = row_bytes
        self.shape = shape
        self.dtype = dtype
        self._lock = threading.Lock()
        self._file: Any = None

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> NDArray[np.generic]:
        """Stored values of the lines first … last − 1, (lines, samples, bands).

        Raises
        ------
        FileError
            The file is damaged there, or has changed.
        """
        lines, samples, every = self.shape
        first, last, _ = slice(first, last).indices(lines)
        picked = list(range(every)) if bands is None else [range(every)[band] for band in bands]
        if last <= first or not picked:
            return np.empty((max(0, last - first), samples, len(picked)), self.dtype)
        return np.moveaxis(self._window(first, last, 0, samples, picked), 0, -1)

    def spectrum(self, line: int, sample: int) -> NDArray[np.generic]:
        """Stored values of one pixel, (bands,)."""
        lines, samples, bands = self.shape
        line, sample = range(lines)[line], range(samples)[sample]
        return self._window(line, line + 1, sample, sample + 1, list(range(bands))).reshape(-1)

    def _window(self, top: int, bottom: int, left: int, right: int, bands: list[int]) -> NDArray[np.generic]:
        """Return (bands, lines, samples) of a part of the image."""
        from rasterio.errors import RasterioError
        from rasterio.windows import Window

        with self._lock, gdal(self._row_bytes):
            if self._file is None:
                self._file = dataset(self.path)
            try:
                values: NDArray[np.generic] = self._file.read(
                    [band + 1 for band in bands], window=Window(left, top, right - left, bottom - top)
                )
            except RasterioError as error:
                raise unreadable(self.path, error) from None
        return values
