"""Pixels of a TIFF file, read in blocks."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats.geotiff.file import dataset, gdal, unreadable
from hsunmix.formats.geotiff.mask import TiffMask
from hsunmix.formats.pixels.asked import asked_bands, asked_lines, asked_pixel

__all__ = ["TiffPixels"]

MAX_OPEN = 256  # pages


class TiffPixels:
    """Pixels of a file that stays open, so that GDAL's cache of unpacked pieces lives on.

    Parameters
    ----------
    path : Path
    shape : tuple of 3 int
        (lines, samples, bands).
    dtype : dtype
        In which they are handed out.
    row_bytes : int
        See ``gdal``.
    pages : tuple of int
        Each holds a band, where there are several.
    mask : TiffMask, optional
        Which of them hold data.
    empty : float
        What stands in the others.
    """

    def __init__(
        self,
        path: Path,
        shape: tuple[int, int, int],
        dtype: np.dtype[np.generic],
        row_bytes: int,
        pages: tuple[int, ...] = (0,),
        mask: TiffMask | None = None,
        empty: float = 0.0,
    ) -> None:
        self.path = path
        self._row_bytes = row_bytes
        self._pages = pages
        self.shape = shape
        self.dtype = dtype
        self._mask = mask
        self._empty = empty
        self._lock = threading.Lock()
        self._files: dict[int, Any] = {}  # by page

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> NDArray[np.generic]:
        """Stored values of the lines first … last − 1, (lines, samples, bands).

        Raises
        ------
        FileError
            The file is damaged there, or has changed.
        """
        samples, picked = self.shape[1], asked_bands(bands, self.shape)
        first, last = asked_lines(first, last, self.shape)
        if last == first or not picked:
            return np.empty((last - first, samples, len(picked)), self.dtype)
        return np.moveaxis(self._window(first, last, 0, samples, picked), 0, -1)

    def spectrum(self, line: int, sample: int) -> NDArray[np.generic]:
        """Stored values of one pixel, (bands,)."""
        line, sample = asked_pixel(line, sample, self.shape)
        return self._window(line, line + 1, sample, sample + 1, asked_bands(None, self.shape)).reshape(-1)

    def close(self) -> None:
        """Close the file."""
        files, self._files = self._files, {}
        for file in files.values():
            file.close()

    def _window(self, top: int, bottom: int, left: int, right: int, bands: list[int]) -> NDArray[np.generic]:
        """Return (bands, lines, samples) of a part of the image."""
        from rasterio.errors import RasterioError
        from rasterio.windows import Window

        window = Window(left, top, right - left, bottom - top)
        with self._lock, gdal(self._row_bytes):
            first = self._page(self._pages[0])
            try:
                values: NDArray[np.generic] = self._values(bands, window)
                if self._mask is not None:
                    values = values.astype(self.dtype, copy=False)
                    values[:, ~self._mask.read(first, window)] = self._empty
            except RasterioError:
                raise unreadable(self.path, top, bottom) from None
        return values

    def _values(self, bands: list[int], window: Any) -> Any:
        if len(self._pages) == 1:
            return self._page(self._pages[0]).read([band + 1 for band in bands], window=window)
        return np.stack([self._page(self._pages[band]).read(1, window=window) for band in bands])

    def _page(self, number: int) -> Any:
        """Return a page that is open, and stays so: each has what was unpacked of it."""
        if number not in self._files:
            if len(self._files) >= MAX_OPEN:
                self._files.pop(next(iter(self._files))).close()
            self._files[number] = dataset(self.path, number)
        return self._files[number]
