"""Classic netCDF (version 3), as GDAL, R and xarray without netCDF4 write it.

SciPy reads it. Then its dimensions, attributes and short variables are laid out as netCDF4 has them, in
memory, so that there is one reading of the conventions for both; pixels are taken from where they lie.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FormatError
from hsunmix.formats.hdf5 import cube_of, joined
from hsunmix.formats.hdf5 import describe as hdf5_describe
from hsunmix.formats.hdf5 import layers as hdf5_layers
from hsunmix.formats.hdf5 import plain as hdf5_plain
from hsunmix.formats.hdf5.axes import plane
from hsunmix.formats.hdf5.file import datasets, reading
from hsunmix.formats.opening.damage import damaged
from hsunmix.formats.opening.options import Options
from hsunmix.model.cube import Cube

TITLE = "netCDF classic"
SUFFIXES = (".nc", ".cdf", ".nc3")
DECODED_BY = ("scipy.io", "h5py")
OPTIONS = ("dataset", "axes")
MAX_VARIABLES = 10_000
MAX_SHORT = 100_000
NO_VARIABLE = "This is a netCDF dimension but not a netCDF variable."

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
    import h5py
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
    with h5py.File(path.name, "w", driver="core", backing_store=False) as mirror, reading(path):
        _lay_out(source, mirror)
        every = datasets(mirror)
        asked = (options.dataset or "").strip("/")
        found = None if options.axes else hdf5_describe.find(mirror, every, asked)
        cubes = hdf5_plain.cubes(every)
        if found is None and not asked and not options.axes and all(map(plane, cubes.values())):
            found = hdf5_layers.find(mirror, every)
        if found is None:
            found = hdf5_plain.find(path, mirror, every, options)
        pieces = [
            (MappedPixels(source.variables[piece.dataset.name.strip("/")].data, piece.axes), piece.bands)
            for piece in found.pieces
        ]
        return cube_of(path, found, joined(path, pieces), tuple(hdf5_plain.cubes(every)), options)


def _lay_out(source: Any, mirror: Any) -> None:
    """Write what a file says into an HDF5 file in memory; of long variables no values."""
    scales = {}
    for name, length in source.dimensions.items():
        variable = source.variables.get(name)
        own = variable is not None and variable.dimensions == (name,) and variable.data.dtype.kind in "iuf"
        place = name if own else f"dimensions/{name}"
        scales[name] = _variable(mirror, place, variable.data) if own else mirror.create_dataset(
            place, shape=(_length(source, name, length),), dtype="f4"
        )  # fmt: skip
        scales[name].make_scale(name if own else NO_VARIABLE)
    for name, variable in source.variables.items():
        made = scales[name] if name in mirror else _variable(mirror, name, variable.data)
        _describe(made, variable._attributes)
        numbers = made.ndim == len(variable.dimensions) and not made.is_scale
        for k, dimension in enumerate(variable.dimensions if numbers else ()):
            made.dims[k].attach_scale(scales[dimension])
    _describe(mirror, source._attributes)


def _length(source: Any, name: str, length: int | None) -> int:
    """Return a dimension's length; the one without a limit is as long as its variables are."""
    if length is not None:
        return int(length)
    return max((len(v.data) for v in source.variables.values() if v.dimensions[:1] == (name,)), default=0)


def _variable(mirror: Any, name: str, data: Values) -> Any:
    if data.dtype.kind not in "iuf":  # text; a grid mapping may be one, of which only the attributes count
        return mirror.create_dataset(name, data=np.int8(0))
    kind = data.dtype.newbyteorder("=")
    if data.size > MAX_SHORT:
        return mirror.create_dataset(name, shape=data.shape, dtype=kind)
    return mirror.create_dataset(name, data=data.astype(kind))


def _describe(item: Any, attributes: dict[str, Any]) -> None:
    for name, value in attributes.items():
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace").replace("\0", "")
        elif isinstance(value, np.ndarray):
            value = value.astype(value.dtype.newbyteorder("="))
        try:
            item.attrs[name] = value
        except (OSError, TypeError, ValueError, RuntimeError):  # one too long for HDF5, a name it has itself
            continue


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
