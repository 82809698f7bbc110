"""Pixels of a Zarr array, read in blocks."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FileError
from hsunmix.files import check_identity, identity
from hsunmix.formats.hdf5.pixels import HdfPixels
from hsunmix.formats.opening.damage import damaged

__all__ = ["ZarrPixels", "values_of"]

Values = NDArray[np.generic]


class ZarrPixels(HdfPixels):
    """Pixels of an array; whole rows of chunks are kept for a while, as of HDF5.

    A chunk that is missing holds the array's fill value, as Zarr has it.

    Parameters
    ----------
    path : Path
        Of the store.
    array : zarr.Array
    axes : str
        As in ``Piece``.
    """

    def __init__(self, path: Path, array: Any, axes: str) -> None:
        self.path = path
        self._identity = identity(path)
        super().__init__(path, None, _Checked(path, array), axes)

    def close(self) -> None:
        """Nothing stays open but a zip file, which goes with its array."""

    def _check_size(self) -> None:
        check_identity(self.path, self._identity)


class _Checked:
    """An array whose values come, or an error that names the chunk."""

    def __init__(self, path: Path, array: Any) -> None:
        self._path, self._array = path, array
        self.shape, self.dtype, self.chunks = array.shape, array.dtype, array.chunks

    def __getitem__(self, where: tuple[Any, ...]) -> Values:
        return values_of(self._path, self._array, where)


def values_of(path: Path, array: Any, where: tuple[Any, ...]) -> Values:
    """Return some values of an array: a slice, a number or a list of them for each axis.

    Raises
    ------
    FileError
        A chunk is damaged; it is named.
    """
    where = where or (slice(None),) * array.ndim
    try:
        return np.asarray(array.get_orthogonal_selection(where))
    except MemoryError:
        raise
    except Exception as error:
        name, why = _culprit(array, where) or (array.path or "it", error)
        said = " ".join(str(why).split())[:80] or type(why).__name__
        raise FileError(path, damaged(f"{name} can't be read or unpacked ({said})")) from None


def _culprit(array: Any, where: tuple[Any, ...]) -> tuple[str, Exception] | None:
    """Find the chunk that can't be read, among those of a selection."""
    size = array.shards or array.chunks
    grid = [
        sorted({int(n) // step for n in np.atleast_1d(np.arange(length)[picked])})
        for picked, length, step in zip(where, array.shape, size, strict=True)
    ]
    for place in itertools.product(*grid):
        corner = tuple(slice(n * step, (n + 1) * step) for n, step in zip(place, size, strict=True))
        try:
            array.get_basic_selection(corner)
        except Exception as error:
            key = array.metadata.encode_chunk_key(place)
            return f"{array.path}/{key}".strip("/"), error
    return None
