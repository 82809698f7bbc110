"""HDF5: NEON's layout, MATLAB 7.3 files, and any three-dimensional dataset."""

from __future__ import annotations

from pathlib import Path

from hsunmix.errors import FormatError
from hsunmix.formats import _hdf5_neon, _hdf5_plain
from hsunmix.formats._hdf5_file import datasets, opened, usable
from hsunmix.formats._hdf5_pixels import HdfPixels
from hsunmix.formats._options import Options
from hsunmix.model.cube import Cube

TITLE = "HDF5"
SUFFIXES = (".h5", ".hdf5", ".he5", ".hdf", ".mat")
DECODED_BY = ("h5py",)
OPTIONS = ("dataset", "axes")
MAX_BANDS = 100_000
_SIGNATURE = b"\x89HDF\r\n\x1a\n"


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the content decides
    """Whether HDF5's signature is at the start or behind a user block, as in MATLAB 7.3 files."""
    return any(head[at : at + 8] == _SIGNATURE for at in (0, 512, 1024, 2048))


def open_cube(path: Path, options: Options) -> Cube:
    """Open NEON's reflectance, else the largest three-dimensional dataset or the one asked for.

    Raises
    ------
    FormatError
        There is no cube in it, or reading it would not be safe.
    """
    with opened(path) as file:
        every = datasets(file)
        found = _hdf5_neon.find(every)
        asked = (options.dataset or "").strip("/")
        if found is None or options.axes or asked not in ("", found.dataset.name.strip("/")):
            found = _hdf5_plain.find(path, file, every, options)
        usable(path, found.dataset)
        pixels = HdfPixels(path, found.dataset, found.axes)
    if not all(pixels.shape) or pixels.shape[2] > MAX_BANDS:
        lines, samples, bands = pixels.shape
        raise FormatError(path, f"{lines} lines × {samples} samples × {bands} bands make no cube")
    return Cube(
        pixels,
        wavelengths=found.bands.wavelengths,
        fwhm=found.bands.fwhm,
        bad_bands=found.bands.bad_bands,
        wavelength_unit=found.bands.unit,
        nodata=found.nodata,
        gain=found.gain,
        offset=found.offset,
        georeference=found.georeference,
        path=path,
        notes=tuple(found.notes),
    )
