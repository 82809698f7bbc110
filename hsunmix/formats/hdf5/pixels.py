"""Pixels of an HDF5 dataset, read in blocks."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FileError
from hsunmix.formats.hdf5.file import reading
from hsunmix.formats.pixels.asked import asked_bands, asked_lines, asked_pixel
from hsunmix.formats.pixels.raw import RawPixels
from hsunmix.formats.pixels.slabs import KEPT_BYTES, Slabs, lines_of_slab

__all__ = ["HdfPixels", "lying"]

INTERLEAVES = {"yxb": "bip", "ybx": "bil", "byx": "bsq"}

Values = NDArray[np.generic]


def lying(path: Path, dataset: Any, axes: str) -> RawPixels | None:
    """Return the pixels of a dataset that lies in one piece and as it is, to be read without HDF5.

    None for what is stored in chunks, or in an order or a type that file reads alone don't serve.
    """
    import h5py

    offset = dataset.id.get_offset()
    plain = dataset.id.get_type() == h5py.h5t.py_create(dataset.dtype)
    interleave = INTERLEAVES.get(axes.replace(".", ""))  # an axis that is one long moves nothing
    if offset is None or not plain or interleave is None:
        return None
    lines, samples, bands = (int(dataset.shape[axes.index(axis)]) for axis in "yxb")
    pixels = RawPixels(path, (lines, samples, bands), dataset.dtype, interleave, int(offset))
    return pixels if pixels.nbytes <= path.stat().st_size else None


class HdfPixels:
    """Pixels of a dataset; the file stays open with them.

    Where the dataset is stored in chunks, whole rows of chunks are kept for a while, so that passing
    through the scene line by line unpacks each of them once.

    Parameters
    ----------
    path : Path
    file : h5py.File
    dataset : h5py.Dataset
    axes : str
        The order of its axes: ``y`` lines, ``x`` samples, ``b`` bands, a dot for one that is one long.
        Without a ``b`` it is one band.
    kept_bytes : int
        How much is kept.
    """

    def __init__(self, path: Path, file: Any, dataset: Any, axes: str, kept_bytes: int = KEPT_BYTES) -> None:
        self._path = path
        self._size = path.stat().st_size
        self._file = file  # HDF5 closes it when nobody holds it any more
        self._dataset = dataset
        self._axes = axes
        there = axes.replace(".", "") + ("" if "b" in axes else "b")
        self._order = [there.index(axis) for axis in "yxb"]
        lines, samples, bands = (int(dataset.shape[axes.index(k)]) if k in axes else 1 for k in "yxb")
        self.shape = (lines, samples, bands)
        self.dtype: np.dtype[np.generic] = dataset.dtype.newbyteorder("=")
        line = samples * bands * self.dtype.itemsize
        chunks = dataset.chunks
        rows = (
            1 if chunks is None else int(chunks[axes.index("y")])
        )  # where nothing is packed, a line is read
        self.slab_lines = lines_of_slab(rows, lines, line)
        self._slabs = Slabs(self.slab_lines, self.slab_lines * line, kept_bytes)
        self._lock = threading.RLock()

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> Values:
        """Stored values of the lines first … last − 1, (lines, samples, bands).

        Raises
        ------
        FileError
            The file has changed since it was opened, or can't be read.
        """
        first, last = asked_lines(first, last, self.shape)
        if bands is not None:
            return self._read_bands(first, last, asked_bands(bands, self.shape))
        return np.array(self.view(first, last), order="K")

    def view(self, first: int, last: int) -> Values:
        """As ``read``, of all bands; not to be written to."""
        if self.slab_lines == 1 or first >= last:
            return self._lines(first, last)
        return self._slabs.view(first, last, self._lines)

    def spectrum(self, line: int, sample: int) -> Values:
        """Stored values of one pixel, (bands,)."""
        line, sample = asked_pixel(line, sample, self.shape)
        slab = self._slabs.peek(line // self.slab_lines)
        if slab is not None:
            return np.array(slab[line % self.slab_lines, sample])
        return self._load(slice(line, line + 1), slice(sample, sample + 1), slice(None)).reshape(-1)

    def slab(self, index: int) -> Values:
        """Return the lines index · slab_lines and following, not to be written to."""
        return self._slabs.slab(index, self._lines)

    def close(self) -> None:
        """Close the file, also for those that still hold parts of it."""
        self._file.close()

    def _lines(self, first: int, last: int) -> Values:
        return self._load(slice(first, last), slice(None), slice(None))

    def _read_bands(self, first: int, last: int, bands: list[int]) -> Values:
        """Read some bands in one pass: each chunk is unpacked once."""
        wanted = sorted(set(bands))
        if not wanted:
            return np.empty((last - first, self.shape[1], 0), dtype=self.dtype)
        low, high = wanted[0], wanted[-1] + 1
        if high - low == len(wanted) or len(wanted) > 64:
            values = self._load(slice(first, last), slice(None), slice(low, high))
            return values.take([band - low for band in bands], axis=2)
        values = self._load(slice(first, last), slice(None), wanted)
        return values.take([wanted.index(band) for band in bands], axis=2)

    def _load(self, *picked: slice | list[int]) -> Values:
        """Read from the file: what is picked along lines, samples and bands."""
        with self._lock, reading(self._path):
            self._check_size()
            values = self._dataset[tuple(0 if a == "." else picked["yxb".index(a)] for a in self._axes)]
            self._check_size()
        if "b" not in self._axes:
            values = values[..., np.newaxis][..., picked[2]]
        return np.asarray(values.transpose(self._order).astype(self.dtype, copy=False))

    def _check_size(self) -> None:
        """HDF5 reads zeros where a file was cut while it was open."""
        size = self._path.stat().st_size
        if size != self._size:
            raise FileError(self._path, f"has changed: {size} bytes instead of {self._size}")
