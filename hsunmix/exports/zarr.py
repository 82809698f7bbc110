"""The whole result as a Zarr store in one file: what netCDF has, for xarray and whoever works with Zarr."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

import numpy as np

from hsunmix.errors import InputError
from hsunmix.exports import ExportJob
from hsunmix.exports.netcdf import fill, pieces
from hsunmix.files import replacing

__all__ = ["NEEDS_IMAGE", "TITLE", "write"]

TITLE = "Zarr: everything in one store, for xarray"
NEEDS_IMAGE = True
OWN = (  # of the attributes those that say how HDF5 and netCDF store it
    "CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates", "_FillValue",
)  # fmt: skip


def write(job: ExportJob, folder: Path) -> Generator[None, None, list[Path]]:
    """Write ``result.zarr.zip``: version 2, which whatever knows Zarr reads, its metadata in one place too.

    Raises
    ------
    InputError
        The package zarr is not installed.
    """
    try:
        import zarr
    except ImportError:
        raise InputError("the product zarr needs a package: pip install 'hsunmix[zarr]'") from None
    import h5py

    path = folder / "result.zarr.zip"
    content: dict[str, Any] = {}
    with (
        h5py.File("result.nc", "w", driver="core", backing_store=False, track_order=True) as file,
        replacing(path) as temporary,
        ZipFile(temporary, "w") as archive,
    ):
        yield from fill(file, job)
        store = zarr.storage.MemoryStore(content)
        root = zarr.create_group(store, zarr_format=2, attributes=_attributes(file))
        # A list: while it is walked, h5py holds a lock, which zarr's threads may need to clean up.
        for name, dataset in list(file.items()):
            if not str(dataset.attrs.get("NAME", b"")).count("but not a netCDF variable"):
                yield from _array(root, name, dataset)
                _pack(archive, content, done=False)
        zarr.consolidate_metadata(store, zarr_format=2)
        _pack(archive, content, done=True)
    return [path]


def _array(root: Any, name: str, dataset: Any) -> Generator[None, None, None]:
    """Write a variable of a netCDF file; characters become words."""
    axes = [scales[0].name.lstrip("/") if len(scales) else name for scales in dataset.dims]
    about = _attributes(dataset)
    shape, kind = dataset.shape, dataset.dtype
    words = kind.kind == "S"
    if words:
        letters = [b"".join(row).decode("utf-8", "backslashreplace") for row in dataset[()]]
        values: Any = np.array(letters)
        shape, kind, axes = values.shape, values.dtype, axes[:1]
        about.pop("_Encoding", None)
    else:
        values = dataset
    given = dataset.attrs.get("_FillValue")
    array = root.create_array(
        name,
        shape=shape,
        dtype=kind,
        chunks=dataset.chunks if dataset.chunks and not words else tuple(max(n, 1) for n in shape),
        fill_value=None if given is None else np.ravel(given)[0],
        attributes=about | {"_ARRAY_DIMENSIONS": axes},
    )
    for where in pieces(shape) if shape else [()]:
        array[where] = values[where]
        yield


def _attributes(thing: Any) -> dict[str, Any]:
    """Return what a netCDF file says, as JSON has it."""
    found: dict[str, Any] = {}
    for name, value in thing.attrs.items():
        if name not in OWN:
            value = value.decode() if isinstance(value, bytes) else value
            found[name] = value.tolist() if isinstance(value, np.ndarray | np.generic) else value
    return found


def _pack(archive: ZipFile, content: dict[str, Any], *, done: bool) -> None:
    """Move what is there into the zip file, without dates; what is told of it, which may change, last."""
    for key in sorted(content):
        if done or not key.rpartition("/")[2].startswith(".z"):
            archive.writestr(ZipInfo(key), content.pop(key).to_bytes())
