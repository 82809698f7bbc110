"""Lay out what another format says as netCDF4 has it, in memory: one reading of the conventions for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats.hdf5 import describe as hdf5_describe
from hsunmix.formats.hdf5 import layers as hdf5_layers
from hsunmix.formats.hdf5 import plain as hdf5_plain
from hsunmix.formats.hdf5.axes import plane
from hsunmix.formats.hdf5.file import datasets
from hsunmix.formats.hdf5.found import Found
from hsunmix.formats.opening.options import Options

__all__ = ["Variable", "find", "lay_out", "mirror"]

MAX_SHORT = 100_000
NO_VARIABLE = "This is a netCDF dimension but not a netCDF variable."

Values = NDArray[np.generic]


@dataclass(frozen=True, eq=False)
class Variable:
    """A variable of another format.

    Attributes
    ----------
    shape : tuple of int
    dtype : dtype
    read : callable
        Returns all its values: of a short one only.
    dimensions : tuple of str
        Names of its axes, as keys of the dimensions; () where they have none.
    attributes : mapping
    """

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    read: Callable[[], Values]
    dimensions: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def numeric(self) -> bool:
        """Whether it holds plain numbers."""
        return self.dtype.kind in "iuf"


@contextmanager
def mirror(name: str) -> Iterator[Any]:
    """Give an empty HDF5 file in memory."""
    import h5py

    with h5py.File(name, "w", driver="core", backing_store=False) as file:
        yield file


def lay_out(
    file: Any,
    dimensions: Mapping[str, int],
    variables: Mapping[str, Variable],
    attributes: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write variables, their dimensions and attributes into an HDF5 file; of long variables no values.

    Parameters
    ----------
    file : h5py.File
    dimensions : mapping of str to int
        Their lengths; one is a variable of the same name, where that has it as its only axis.
    variables : mapping of str to Variable
        By their names, with the groups in front of them.
    attributes : mapping of str to mapping
        Of groups; of the whole under an empty name.
    """
    scales = {}
    for name, length in dimensions.items():
        variable = variables.get(name)
        own = variable is not None and variable.dimensions == (name,) and variable.numeric
        place = name if own else f"dimensions/{name}"
        scales[name] = (
            _variable(file, place, variable)
            if variable is not None and own
            else file.create_dataset(place, shape=(length,), dtype="f4")
        )
        scales[name].make_scale(name.rpartition("/")[2] if own else NO_VARIABLE)
    for name, variable in variables.items():
        made = scales[name] if name in file else _variable(file, name, variable)
        _describe(made, variable.attributes)
        numbers = made.ndim == len(variable.dimensions) and not made.is_scale
        for k, dimension in enumerate(variable.dimensions if numbers else ()):
            made.dims[k].attach_scale(scales[dimension])
    for name, said in attributes.items():
        _describe(file.require_group(name) if name else file, said)


def find(path: Path, file: Any, options: Options) -> tuple[Found, tuple[str, ...]]:
    """Find the cube in such a file: a product's, the largest variable, the one asked for, or one a band.

    Returns
    -------
    Found
    tuple of str
        Names of the variables that might be opened instead.

    Raises
    ------
    FormatError, Unfit
        There is none.
    """
    every = datasets(file)
    cubes = hdf5_plain.cubes(every)
    asked = (options.dataset or "").strip("/")
    found = None if options.axes else hdf5_describe.find(file, every, asked)
    if found is None and not asked and not options.axes and all(map(plane, cubes.values())):
        found = hdf5_layers.find(file, every)
    return found or hdf5_plain.find(path, file, every, options), tuple(cubes)


def _variable(file: Any, name: str, variable: Variable) -> Any:
    if not variable.numeric:  # text; a grid mapping may be one, of which only the attributes count
        return file.create_dataset(name, data=np.int8(0))
    kind = variable.dtype.newbyteorder("=")
    if np.prod(variable.shape, dtype=object) > MAX_SHORT:
        return file.create_dataset(name, shape=variable.shape, dtype=kind)
    return file.create_dataset(name, data=np.asarray(variable.read()).astype(kind))


def _describe(item: Any, attributes: Mapping[str, Any]) -> None:
    for name, value in attributes.items():
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace").replace("\0", "")
        elif isinstance(value, np.ndarray):
            value = value.astype(value.dtype.newbyteorder("="))
        try:
            item.attrs[name] = value
        except (OSError, TypeError, ValueError, RuntimeError):  # one too long for HDF5, a name it has itself
            continue
