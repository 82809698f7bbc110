"""HDF5 and netCDF4: the products in ``products``, MATLAB 7.3, and any three-dimensional dataset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hsunmix.errors import FormatError, ParameterError
from hsunmix.formats.hdf5 import describe as hdf5_describe
from hsunmix.formats.hdf5 import layers as hdf5_layers
from hsunmix.formats.hdf5 import matrix as hdf5_matrix
from hsunmix.formats.hdf5 import plain as hdf5_plain
from hsunmix.formats.hdf5.attributes import lines_of
from hsunmix.formats.hdf5.axes import plane
from hsunmix.formats.hdf5.chunks import chunked
from hsunmix.formats.hdf5.file import datasets, open_file, reading, usable, vectors
from hsunmix.formats.hdf5.found import Found
from hsunmix.formats.hdf5.pixels import HdfPixels, lying
from hsunmix.formats.opening.options import Options
from hsunmix.formats.pixels.absence import ScreenedPixels, empty_value
from hsunmix.formats.pixels.composed import GridPixels, JoinedPixels, SummedPixels, UnsignedPixels
from hsunmix.formats.spectra.band_vectors import understand
from hsunmix.model.cube import ArrayPixels, Cube, Pixels
from hsunmix.model.layout import Layout

ROOM = True  # classic netCDF has a reader of its own
TITLE = "HDF5 and netCDF4"
SUFFIXES = (".h5", ".hdf5", ".he5", ".hdf", ".nc", ".nc4", ".mat")
DECODED_BY = ("h5py",)
OPTIONS = ("dataset", "axes", "lines", "samples", "grid")
MAX_BANDS = 100_000
MAX_TABLE = 1 << 28  # cells of a map
GRID_BYTES = 2 << 30  # kept of the source: a line of the map may cross all of it
_SIGNATURE = b"\x89HDF\r\n\x1a\n"


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the content decides
    """Whether HDF5's signature is at the start or behind a user block, as in MATLAB 7.3 files."""
    return any(head[at : at + 8] == _SIGNATURE for at in (0, 512, 1024, 2048))


def open_cube(path: Path, options: Options) -> Cube:
    """Open a product's cube, else the largest three-dimensional dataset or the one asked for.

    Raises
    ------
    FormatError
        There is no cube in it, or reading it would not be safe.
    ShapeUnknownError
        It is a MATLAB matrix, and neither the file nor the options say its lines.
    ParameterError
        The options don't fit what it holds.
    """
    file = open_file(path)
    try:
        with reading(path):
            cube = replace(_opened(path, file, options), header=lines_of(file))
    except BaseException:
        file.close()
        raise
    if not hasattr(cube.pixels, "close"):
        file.close()  # who still holds a part of it, in an error perhaps, must not keep it open
    return cube


def _opened(path: Path, file: Any, options: Options) -> Cube:
    every = datasets(file)
    asked = (options.dataset or "").strip("/")
    found = None if options.axes else hdf5_describe.find(file, every, asked)
    if found is None and not hdf5_plain.offers(every, asked):
        cube = _matrix(path, file, every, options)
        if cube is not None:
            return cube
    if found is None and not asked and not options.axes and all(map(plane, hdf5_plain.cubes(every).values())):
        found = hdf5_layers.find(file, every)
    if found is None:
        found = hdf5_plain.find(path, file, every, options)
    for name in ("lines", "samples"):
        if getattr(options, name) is not None:
            raise ParameterError(name, "the cube has three axes, it says its lines and samples itself")
    return cube_of(path, found, _pixels(path, file, found, options), tuple(hdf5_plain.cubes(every)), options)


def _pixels(path: Path, file: Any, found: Found, options: Options) -> Pixels:
    """Return the pixels of what was found, as they are stored."""
    for piece in found.pieces:
        usable(path, piece.dataset)
    kept = {"kept_bytes": GRID_BYTES} if options.grid == "map" else {}
    first = found.pieces[0]
    if first.decimals is not None:
        usable(path, first.decimals)
        whole, decimals = (HdfPixels(path, file, d, first.axes) for d in (first.dataset, first.decimals))
        return SummedPixels(whole, decimals, first.divisor, found.nodata)
    if len(found.pieces) == 1 and first.bands is None and options.grid != "map":
        direct = lying(path, first.dataset, first.axes) or chunked(path, first.dataset, first.axes)
        if direct is not None:
            return direct
    sources = [(HdfPixels(path, file, p.dataset, p.axes, **kept), p.bands) for p in found.pieces]
    return joined(path, sources)


def cube_of(path: Path, found: Found, pixels: Pixels, names: tuple[str, ...], options: Options) -> Cube:
    """Make a cube of what was found in a file.

    Parameters
    ----------
    path : Path
    found : Found
    pixels : Pixels
        Of its pieces.
    names : tuple of str
        Of the datasets that might have been opened instead.
    options : Options

    Raises
    ------
    FormatError
        It makes no cube.
    ParameterError
        There is no table that lays it out on a map, and that was asked for.
    """
    lines, samples, bands = pixels.shape
    if not all(pixels.shape) or bands > MAX_BANDS:
        raise FormatError(path, f"{lines} lines × {samples} samples × {bands} bands make no cube")
    place, nodata = found.georeference, None if isinstance(pixels, SummedPixels) else found.nodata
    if options.grid == "map":
        pixels, nodata = _on_map(path, found, pixels)
    elif found.table is not None and place is not None:
        found.notes.append("The scene is as the sensor saw it; --grid map lays it out on the map.")
        place = None
    if found.unsigned:
        pixels = UnsignedPixels(pixels)
    if found.absence is not None:
        dtype, empty = empty_value(pixels.dtype, found.nodata, found.notes)
        pixels = ScreenedPixels(pixels, found.absence, dtype, empty)
    return Cube(
        pixels,
        wavelengths=found.bands.wavelengths,
        fwhm=found.bands.fwhm,
        bad_bands=found.bands.bad_bands,
        band_numbers=found.bands.numbers,
        band_names=found.names,
        wavelength_unit=found.bands.unit,
        nodata=nodata,
        gain=found.gain,
        offset=found.offset,
        georeference=place,
        path=path,
        layout=_layout(found, names, options),
        notes=tuple(found.notes),
    )


def _layout(found: Found, names: tuple[str, ...], options: Options) -> Layout:
    """Say what was chosen; a product's axes are not to be chosen."""
    first = found.pieces[0]
    return Layout(
        first.axes.replace(".", "") if found.plain else "",
        not found.guessed,
        first.dataset.name.strip("/") if found.plain else "",
        names if found.plain else (),
        (options.grid or "sensor") if found.table is not None else "",
    )


def joined(path: Path, sources: Sequence[tuple[Pixels, Any]]) -> Pixels:
    """Join the pieces of a cube along the bands.

    Raises
    ------
    FormatError
        They are not alike.
    """
    first, picked = sources[0]
    if len(sources) == 1 and picked is None:
        return first
    for pixels, _ in sources[1:]:
        if pixels.shape[:2] != first.shape[:2] or pixels.dtype != first.dtype:
            raise FormatError(path, "its parts are not of one size and type")
    return JoinedPixels(
        tuple((pixels, np.arange(pixels.shape[2]) if index is None else index) for pixels, index in sources)
    )


def _on_map(path: Path, found: Found, pixels: Pixels) -> tuple[GridPixels, float]:
    """Lay out a scene on the map by the table of its file."""
    if found.table is None or not isinstance(pixels, HdfPixels):
        raise ParameterError("grid", "the file has no table that lays its scene out on a map")
    for dataset in found.table:
        usable(path, dataset)
        if dataset.size > MAX_TABLE:
            raise FormatError(path, f"{dataset.name} has too many cells: {dataset.shape}")
    line, sample = (np.abs(np.nan_to_num(d[()])).astype(np.int32) - 1 for d in found.table)
    lines, samples, _ = pixels.shape
    nowhere = (line < 0) | (sample < 0) | (line >= lines) | (sample >= samples)
    line[nowhere] = sample[nowhere] = -1
    if nowhere.all():
        raise FormatError(path, "its table puts no pixel on the map")
    nodata = found.nodata
    if nodata is None:
        nodata = 0.0 if pixels.dtype.kind in "iu" else float("nan")
    found.notes.append("Laid out on the map by the file's table: every cell shows the pixel it names.")
    return GridPixels(pixels, line, sample, nodata), nodata


def _matrix(path: Path, file: Any, every: dict[str, Any], options: Options) -> Cube | None:
    notes: list[str] = []
    found = hdf5_matrix.find(path, every, options, notes)
    if found is None:
        return None
    name, values = found
    axis = understand(vectors(file, every[name]), values.shape[2], notes)
    return Cube(
        ArrayPixels(values),
        wavelengths=axis.wavelengths,
        fwhm=axis.fwhm,
        bad_bands=axis.bad_bands,
        band_numbers=axis.numbers,
        wavelength_unit=axis.unit,
        path=path,
        notes=tuple(notes),
    )
