"""Pixels of a three-dimensional HDF5 dataset, read in blocks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FileError
from hsunmix.formats._hdf5_file import LOCK, opened

__all__ = ["HdfPixels"]

SLABS = 3
SLAB_BYTES = 96 << 20


class HdfPixels:
    """Pixels of a dataset.

    The file is opened anew by every read, under one lock for all threads. Whole rows of chunks are
    kept for a while, so that passing through the scene line by line unpacks each of them once.

    Parameters
    ----------
    path : Path
    dataset : h5py.Dataset
        Looked at here, not kept.
    axes : str
        The order of its axes: ``y`` lines, ``x`` samples, ``b`` bands.
    """

    def __init__(self, path: Path, dataset: Any, axes: str) -> None:
        self._path = path
        self._size = path.stat().st_size
        self._name = dataset.name
        self._axes = axes
        self._order = [axes.index(axis) for axis in "yxb"]
        lines, samples, bands = (int(dataset.shape[k]) for k in self._order)
        self._shape = (lines, samples, bands)
        self._dtype: np.dtype[np.generic] = dataset.dtype.newbyteorder("=")
        step = dataset.chunks[self._order[0]] if dataset.chunks else 1
        keep = step * samples * bands * self._dtype.itemsize <= SLAB_BYTES
        self._step = min(step, lines) if keep else 1
        self._slabs: OrderedDict[int, NDArray[np.generic]] = OrderedDict()

    @property
    def shape(self) -> tuple[int, int, int]:
        """(lines, samples, bands)."""
        return self._shape

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Type of the stored values."""
        return self._dtype

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> NDArray[np.generic]:
        """Stored values of the lines first … last − 1, (lines, samples, bands).

        Raises
        ------
        FileError
            The file has changed since it was opened, or can't be read.
        """
        lines, samples, all_bands = self._shape
        first, last, _ = slice(first, last).indices(lines)
        if bands is not None:
            return self._read_bands(first, last, [range(all_bands)[b] for b in bands])
        if self._step == 1:
            return self._load(slice(first, last), slice(None), slice(None))
        out = np.empty((max(0, last - first), samples, all_bands), dtype=self._dtype)
        for index in range(first // self._step, -(-last // self._step)):
            begin = index * self._step
            low, high = max(first, begin), min(last, begin + self._step)
            out[low - first : high - first] = self._slab(index)[low - begin : high - begin]
        return out

    def spectrum(self, line: int, sample: int) -> NDArray[np.generic]:
        """Stored values of one pixel, (bands,)."""
        lines, samples, _ = self._shape
        line, sample = range(lines)[line], range(samples)[sample]
        with LOCK:
            slab = self._slabs.get(line // self._step) if self._step > 1 else None
        if slab is not None:
            return np.array(slab[line % self._step, sample])
        return self._load(slice(line, line + 1), slice(sample, sample + 1), slice(None)).reshape(-1)

    def _read_bands(self, first: int, last: int, bands: list[int]) -> NDArray[np.generic]:
        """Read some bands in one pass: each chunk is unpacked once."""
        wanted = sorted(set(bands))
        if not wanted:
            return np.empty((last - first, self._shape[1], 0), dtype=self._dtype)
        low, high = wanted[0], wanted[-1] + 1
        if high - low == len(wanted) or len(wanted) > 64:
            values = self._load(slice(first, last), slice(None), slice(low, high))
            return values.take([band - low for band in bands], axis=2)
        values = self._load(slice(first, last), slice(None), wanted)
        return values.take([wanted.index(band) for band in bands], axis=2)

    def _slab(self, index: int) -> NDArray[np.generic]:
        with LOCK:
            slab = self._slabs.get(index)
            if slab is None:
                begin = index * self._step
                slab = self._load(slice(begin, begin + self._step), slice(None), slice(None))
                self._slabs[index] = slab
                while len(self._slabs) > SLABS:
                    self._slabs.popitem(last=False)
            self._slabs.move_to_end(index)
            return slab

    def _load(self, *picked: slice | list[int]) -> NDArray[np.generic]:
        """Read from the file: what is picked along lines, samples and bands."""
        with opened(self._path) as file:
            self._check_size()
            dataset = file[self._name]
            if dataset.ndim != 3 or tuple(dataset.shape[k] for k in self._order) != self._shape:
                raise FileError(self._path, f"has changed: {self._name} has another shape")
            values = dataset[tuple(picked["yxb".index(axis)] for axis in self._axes)]
            self._check_size()
        return np.asarray(values.transpose(self._order).astype(self._dtype, copy=False))

    def _check_size(self) -> None:
        """HDF5 reads zeros where a file was cut while it was open."""
        size = self._path.stat().st_size
        if size != self._size:
            raise FileError(self._path, f"has changed: {size} bytes instead of {self._size}")
