"""Find the cube in a Zarr store, and what is said of it."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hsunmix.errors import FormatError
from hsunmix.formats.hdf5 import cube_of, joined
from hsunmix.formats.hdf5.attributes import lines_of
from hsunmix.formats.hdf5.file import reading
from hsunmix.formats.hdf5.mirror import Variable, find, lay_out, mirror
from hsunmix.formats.opening.options import Options
from hsunmix.formats.zarr.pixels import ZarrPixels, values_of
from hsunmix.formats.zarr.store import arrays, open_root, stored_at_least
from hsunmix.model.cube import Cube

__all__ = ["cube_in"]

MAX_CHUNK_BYTES = 256 << 20
MAX_RATIO = 20_000  # zstd packs what is all alike by about that much
NAMES = "_ARRAY_DIMENSIONS"  # of the axes, as xarray writes them in version 2
FILL = "_FillValue"


def cube_in(path: Path, options: Options) -> Cube:
    """Open the cube of a store: see ``open_cube``."""
    notes: list[str] = []
    root = open_root(path)
    every, groups = arrays(path, root, notes)
    if not every:
        raise FormatError(path, "; ".join(["holds no array", *(note.rstrip(".") for note in notes[:2])]))
    named = {name: _names(array) for name, array in every.items()}
    dimensions: dict[str, int] = {}
    variables: dict[str, Variable] = {}
    for name, array in every.items():
        axes = _axes(name, array, named, dimensions)
        kind = array.dtype if isinstance(array.dtype, np.dtype) else np.dtype(object)

        def read(array: Any = array, name: str = name) -> Any:
            usable(path, name, array)
            return values_of(path, array, ())

        variables[name] = Variable(array.shape, kind, read, axes, _said(array))
    with mirror(path.name) as file, reading(path):
        lay_out(file, dimensions, variables, {name: _plain(group.attrs) for name, group in groups.items()})
        found, names = find(path, file, options)
        found.notes.extend(notes)
        pieces = []
        for piece in found.pieces:
            name = piece.dataset.name.strip("/")
            usable(path, name, every[name])
            pieces.append((ZarrPixels(path, every[name], piece.axes), piece.bands))
        cube = cube_of(path, found, joined(path, pieces), names, options)
        return replace(cube, header=lines_of(file))


def usable(path: Path, name: str, array: Any) -> None:
    """Check that reading an array runs nothing and takes a bounded amount of memory.

    Raises
    ------
    FormatError
    """
    kind = array.dtype
    if not isinstance(kind, np.dtype) or kind.kind not in "iuf" or kind.itemsize > 8:
        raise FormatError(path, f"{name} holds {kind}, not plain numbers")
    for codec in _codecs(array):
        if "pickle" in codec:
            raise FormatError(path, f"{name} is packed by {codec}, which may run a program: refused")
    chunk = int(np.prod(array.chunks, dtype=object)) * kind.itemsize
    size = int(np.prod(array.shape, dtype=object)) * kind.itemsize
    if chunk > MAX_CHUNK_BYTES:
        raise FormatError(
            path, f"{name} is stored in chunks of {chunk >> 20} MB: too large to read by pixels"
        )
    stored = stored_at_least(path, array, -(-size // MAX_RATIO))
    if size > MAX_RATIO * max(stored, 1):
        raise FormatError(path, f"{name} declares {size} bytes, but only {stored} are in the store")


def _codecs(array: Any) -> Iterator[str]:
    for codec in (*array.filters, *array.compressors):
        yield str(getattr(codec, "codec_id", "") or getattr(codec, "codec_name", "") or type(codec).__name__)


def _names(array: Any) -> tuple[str, ...]:
    """Return the names of an array's axes; () where they have none."""
    given = getattr(array.metadata, "dimension_names", None) or array.attrs.get(NAMES)
    if not isinstance(given, list | tuple) or len(given) != array.ndim:
        return ()
    return tuple(str(name) if name else f"axis {k + 1}" for k, name in enumerate(given))


def _axes(
    name: str, array: Any, named: Mapping[str, tuple[str, ...]], dimensions: dict[str, int]
) -> tuple[str, ...]:
    """Return the axes of an array as dimensions of the store: the nearest group's that knows the name."""
    found = []
    groups = name.split("/")[:-1]
    for axis, length in zip(named[name], array.shape, strict=False):
        axis = axis.replace("/", "_")
        places = ["/".join([*groups[:k], axis]) for k in range(len(groups), -1, -1)]
        place = next((p for p in places if named.get(p) == (axis,)), places[0])
        if dimensions.setdefault(place, length) != length:
            return ()  # two arrays have an axis of one name and of different lengths: it says nothing
        found.append(place)
    return tuple(found)


def _said(array: Any) -> dict[str, Any]:
    """Return what is said of an array, with the value that means no data as netCDF has it."""
    said = _plain(array.attrs)
    said.pop(NAMES, None)
    kind = array.dtype
    if isinstance(said.get(FILL), str) and isinstance(kind, np.dtype) and kind.kind == "f":
        said[FILL] = _decoded(said[FILL])
    fill = array.metadata.fill_value
    plain = isinstance(fill, int | float | np.number) and not isinstance(fill, bool)
    if FILL not in said and plain and fill != 0:  # zero is what zarr takes where nobody chose one
        said[FILL] = float(fill)
    return said


def _decoded(text: str) -> Any:
    """Return a fill value as xarray writes it in version 3: a double in base 64, or its name."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return struct.unpack("<d", base64.b64decode(text, validate=True))[0]
    except (struct.error, binascii.Error):
        return text


def _plain(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes that are text or numbers, or lists of them."""
    found: dict[str, Any] = {}
    for name, value in dict(attributes).items():
        if isinstance(value, list):
            try:
                listed = np.asarray(value)
            except ValueError:
                continue
            if listed.dtype.kind in "iufU":
                found[name] = value if listed.dtype.kind == "U" else listed
        elif isinstance(value, str | int | float):
            found[name] = value
    return found
