"""Classic netCDF (version 3), as GDAL, R and xarray without netCDF4 write it.

SciPy reads it. Then its dimensions, attributes and short variables are laid out as netCDF4 has them, in
memory, so that there is one reading of the conventions for both; pixels are taken from where they lie.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FormatError
from hsunmix.formats.hdf5 import cube_of, joined
from hsunmix.formats.hdf5.attributes import lines_of
from hsunmix.formats.hdf5.file import reading
from hsunmix.formats.hdf5.mirror import Variable, find, lay_out, mirror
from hsunmix.formats.opening.damage import damaged
from hsunmix.formats.opening.options import Options
from hsunmix.model.cube import Cube

TITLE = "netCDF classic"
SUFFIXES = (".nc", ".cdf", ".nc3")
DECODED_BY = ("scipy.io", "h5py")
OPTIONS = ("dataset", "axes")
MAX_VARIABLES = 10_000

Values = NDArray[np.generic]


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the content decides
    """Whether this is classic netCDF, with offsets of 32 or of 64 bits."""
    return head.startswith((b"CDF\x01", b"CDF\x02"))


def open_cube(path: Path, options: Options) -> Cube:
    """Open the largest variable with three axes, or the one asked for, or those of the bands.

    Raises
    ------
    FormatError
        There is no cube in it, or it is damaged.
    """
    from scipy.io import netcdf_file

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source = netcdf_file(path, "r", mmap=True)
    except MemoryError:
        raise
    except Exception:  # on a damaged file SciPy raises whatever comes
        raise FormatError(path, damaged("its tables can't be read, or it was cut short")) from None
    if not source.variables:
        reason = "is netCDF classic without a variable; if others read it, convert it with nccopy -k nc4"
        raise FormatError(path, reason)
    if len(source.variables) > MAX_VARIABLES:
        raise FormatError(path, f"has {len(source.variables)} variables: too many for a cube")
    with mirror(path.name) as file, reading(path):
        _lay_out(source, file)
        found, names = find(path, file, options)
        pieces = [
            (MappedPixels(source.variables[piece.dataset.name.strip("/")].data, piece.axes), piece.bands)
            for piece in found.pieces
        ]
        cube = cube_of(path, found, joined(path, pieces), names, options)
        return replace(cube, header=lines_of(file))


def _lay_out(source: Any, file: Any) -> None:
    """Say in terms of netCDF4 what a file says."""
    variables = {
        name: Variable(v.data.shape, v.data.dtype, partial(np.asarray, v.data), v.dimensions, v._attributes)
        for name, v in source.variables.items()
    }
    dimensions = {name: _length(source, name, length) for name, length in source.dimensions.items()}
    lay_out(file, dimensions, variables, {"": source._attributes})


def _length(source: Any, name: str, length: int | None) -> int:
    """Return a dimension's length; the one without a limit is as long as its variables are."""
    if length is not None:
        return int(length)
    return max((len(v.data) for v in source.variables.values() if v.dimensions[:1] == (name,)), default=0)


class MappedPixels:
    """Pixels of an array that is mapped into memory, of any axes and byte order.

    Parameters
    ----------
    values : array
    axes : str
        As in ``Piece``.
    """

    def __init__(self, values: Values, axes: str) -> None:
        view = values[tuple(0 if axis == "." else slice(None) for axis in axes)]
        there = axes.replace(".", "")
        if "b" not in there:
            view, there = view[..., np.newaxis], there + "b"
        self._view = view.transpose([there.index(axis) for axis in "yxb"])
        self.dtype: np.dtype[np.generic] = values.dtype.newbyteorder("=")

    @property
    def shape(self) -> tuple[int, int, int]:
        """(lines, samples, bands)."""
        lines, samples, bands = self._view.shape
        return lines, samples, bands

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> Values:
        """Stored values of the lines first … last − 1, (lines, samples, bands)."""
        block = self._view[first:last]
        return (block if bands is None else block[:, :, list(bands)]).astype(self.dtype)

    def spectrum(self, line: int, sample: int) -> Values:
        """Stored values of one pixel, (bands,)."""
        values: Values = self._view[line, sample].astype(self.dtype)
        return values
