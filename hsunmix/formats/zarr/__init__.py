"""Zarr stores, versions 2 and 3: a folder, or that folder in a zip file.

The package zarr reads them. What a store says of itself is laid out as netCDF4 has it, in memory, so that
there is one reading of the conventions; pixels are decoded by blocks, in the decoder process.
"""

from __future__ import annotations

from pathlib import Path

from hsunmix.files import STORE_FILES
from hsunmix.formats.opening.options import Options
from hsunmix.formats.zarr.zipped import has_store
from hsunmix.model.cube import Cube

TITLE = "Zarr"
SUFFIXES = (".zarr", ".zip", *STORE_FILES)
DECODED_BY = ("zarr", "h5py")
EXTRA = "zarr"
OPTIONS = ("dataset", "axes", "grid")


def sniff(path: Path, head: bytes) -> bool:
    """Whether this is the folder of a store, or a zip file that holds one."""
    if not head:
        return path.is_dir() and any((path / name).is_file() for name in STORE_FILES)
    if not head.startswith(b"PK\x03\x04"):
        return False
    return path.name.lower().endswith((".zarr.zip", ".zarr")) or has_store(path)


def open_cube(path: Path, options: Options) -> Cube:
    """Open a product's cube, else the largest array with three axes, or the one asked for.

    Raises
    ------
    FormatError
        There is no cube in it, or reading it would not be safe.
    ParameterError
        The options don't fit what it holds.
    """
    from hsunmix.formats.zarr.reading import cube_in

    return cube_in(path, options)
