"""The whole result as netCDF with the CF conventions: what xarray opens."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from hsunmix._version import __version__
from hsunmix.exports import ExportJob
from hsunmix.exports._sheets import Sheet, sheets
from hsunmix.exports.netcdf.cf import Grid, grid_of
from hsunmix.files import replacing
from hsunmix.model.maps import Map
from hsunmix.model.progress import finish

__all__ = ["NEEDS_IMAGE", "TITLE", "content", "fill", "pieces", "write"]

TITLE = "NetCDF: everything in one file, for xarray"
NEEDS_IMAGE = True
TILE = 256  # lines and samples of a chunk
DIMENSION = "_Netcdf4Dimid"  # numbers the dimensions, which one with two axes needs
FLAG = re.compile(r"[^A-Za-z0-9_.+@-]+")  # what a meaning of the CF conventions can't have
PIECE = 4 << 20  # bytes written at a time


def write(job: ExportJob, folder: Path) -> Generator[None, None, list[Path]]:
    """Write ``result.nc``, a netCDF-4 file, and ``result.nc.aux.xml``, by which GDAL knows its bands' names.

    The file is made in memory, so that a full disk is noticed.
    """
    path = folder / "result.nc"
    image = memoryview((yield from _content(job)))
    with replacing(path) as temporary, temporary.open("wb") as target:
        for begin in range(0, len(image), PIECE):
            target.write(image[begin : begin + PIECE])
            yield
    beside = path.with_name("result.nc.aux.xml")
    with replacing(beside) as temporary:
        temporary.write_bytes(_names_for_gdal(job.names))
    return [path, beside]


def _names_for_gdal(names: Sequence[str]) -> bytes:
    """Return what GDAL reads beside a file: of a dimension's coordinate it shows numbers, but no text."""
    root = ElementTree.Element("PAMDataset")
    image = ElementTree.SubElement(ElementTree.SubElement(root, "Subdataset", name="abundance"), "PAMDataset")
    for k, name in enumerate(names, 1):
        band = ElementTree.SubElement(image, "PAMRasterBand", band=str(k))
        ElementTree.SubElement(band, "Description").text = name
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8")) + b"\n"


def content(job: ExportJob) -> bytes:
    """Return what ``write`` would write."""
    return finish(_content(job))


def _content(job: ExportJob) -> Generator[None, None, bytes]:
    import h5py

    with h5py.File("result.nc", "w", driver="core", backing_store=False, track_order=True) as file:
        yield from fill(file, job)
        file.flush()
        return bytes(file.id.get_file_image())


def fill(file: Any, job: ExportJob) -> Generator[None, None, None]:
    """Write a result into an HDF5 file that is open, by the conventions of netCDF-4."""
    lines, samples = job.unmixing.pixel_shape
    grid = grid_of(job.place, lines, samples)
    _about_the_file(file, job)
    yield from _axes(file, job, grid, (lines, samples))
    maps: dict[str, Any] = {}
    plain = {"units": "1"}  # of what unit the scene's numbers are, no file says for certain
    if grid.mapping is not None:
        mapping = file.create_dataset("crs", data=np.int32(0))
        _describe(mapping, grid.mapping)
        maps["grid_mapping"] = "crs"
        # xarray takes it for a coordinate then, where rioxarray looks for it.
        _describe(file, {"coordinates": "crs"})
    aside = " ".join(axis.name for axis in grid.axes) if grid.turned else ""
    maps |= {"coordinates": aside} if aside else {}
    for sheet in sheets(job):
        yield from _map(file, sheet, grid, maps)
    bands = {"coordinates": " ".join(n for n in ("wavelength", "fwhm", "used_band") if n in file)}
    yield from _variable(
        file, "spectrum", job.spectra.T, ("endmember", "band"),
        {"long_name": "endmember spectrum, in the scene's units", "_FillValue": np.nan, **plain, **bands},
    )  # fmt: skip


def _map(file: Any, sheet: Sheet, grid: Grid, where: dict[str, Any]) -> Generator[None, None, None]:
    """Write a map: whole numbers from 1, and what they mean as flags, and in full beside it."""
    said = {
        "abundance": "abundance",
        "rmse": "root mean square of the residual, in the scene's units",
    }
    about: dict[str, Any] = {"long_name": said.get(sheet.name, sheet.title)}
    if sheet.map.kind == "fraction":
        about["standard_name"] = "area_fraction"
    about |= {"units": sheet.map.unit or "1", "_FillValue": sheet.nodata, **where}
    if sheet.classes:
        about["flag_values"] = np.arange(1, len(sheet.classes) + 1).astype(sheet.dtype)
        about["flag_meanings"] = " ".join(FLAG.sub("_", name) or "_" for name in sheet.classes)
        _names(file, f"{sheet.name}_classes", sheet.classes, f"{sheet.name}_classes_length")
    layered = sheet.map.of_endmembers and not sheet.map.whole
    axis = ("endmember",) if layered else ()
    if not layered and sheet.layers != ("",) and sheet.name != "rmse":
        axis = (f"{sheet.name}_layer",)
        _names(file, axis[0], sheet.layers, f"{sheet.name}_length")
    yield from _variable(file, sheet.name, _Numbers(sheet, bool(axis)), (*axis, *grid.dimensions), about)


class _Numbers:
    """The numbers of a map as the file has them, a piece at a time."""

    def __init__(self, sheet: Sheet, layered: bool) -> None:
        self._sheet, self._layered = sheet, layered
        self._last: tuple[int, NDArray[Any]] = (-1, np.empty(0))
        self.shape = (sheet.map.layers, *sheet.map.shape) if layered else sheet.map.shape
        exact = sheet.map.whole or not isinstance(sheet.map, Map)
        self.dtype = np.dtype(sheet.dtype) if exact else sheet.map.arrays[0].dtype
        self.ndim = len(self.shape)

    def __getitem__(self, where: tuple[Any, ...]) -> NDArray[Any]:
        k, rows = (where[0], where[1:]) if self._layered else (0, where)
        if self._last[0] != k:
            self._last = (k, self._sheet.map.layer(k))
        return self._sheet.filled(self._last[1][rows])


def _about_the_file(file: Any, job: ExportJob) -> None:
    unmixing, cube = job.unmixing, job.cube
    facts = {
        "Conventions": "CF-1.10",
        "title": f"Unmixing of {cube.name}" if cube is not None else "Unmixing",
        "source": f"hsunmix {__version__}",
        "method": unmixing.method,
        "abundance_method": unmixing.abundance,
        "relative_error": float(unmixing.relative_error),
        "error_of": unmixing.error_of,
        "history": job.command,
        "comment": unmixing.note,
    }
    _describe(file, {key: value for key, value in facts.items() if value != ""})


def _axes(file: Any, job: ExportJob, grid: Grid, shape: tuple[int, int]) -> Generator[None, None, None]:
    """Make the dimensions, each with its coordinate, and the coordinates that are none."""
    spectra = job.spectra
    _names(file, "endmember", job.names, "name_length")
    _dimension(file, "band", np.arange(1, len(spectra) + 1, dtype=np.int32), {"long_name": "band number"})
    known = {axis.name: axis for axis in grid.axes}
    for name, count in zip(grid.dimensions, shape, strict=True):
        if name in known and not grid.turned:
            _dimension(file, name, known[name].values, known[name].attributes)
        else:
            _dimension(file, name, np.arange(count, dtype=np.int32), {"long_name": f"{name}, counted from 0"})
    if grid.turned:
        for axis in grid.axes:
            yield from _variable(file, axis.name, axis.values, grid.dimensions, axis.attributes)
    nm = {
        "units": "nm",
        "standard_name": "radiation_wavelength",
        "long_name": "wavelength of the band's centre",
    }
    if job.wavelengths is not None:
        yield from _variable(file, "wavelength", job.wavelengths, ("band",), nm)
        if job.cube is not None and job.cube.fwhm is not None:
            about = {"units": "nm", "long_name": "full width of the band at half of its maximum"}
            yield from _variable(file, "fwhm", job.cube.fwhm, ("band",), about)
    used = job.unmixing.used_bands.astype(np.int8)
    meaning = {"long_name": "whether the band was used", "flag_values": np.array([0, 1], np.int8),
               "flag_meanings": "unused used"}  # fmt: skip
    yield from _variable(file, "used_band", used, ("band",), meaning)


def _names(file: Any, dimension: str, names: Sequence[str], letters_of: str) -> None:
    """Make a dimension whose coordinate is names as characters, and that of the characters.

    xarray and netCDF make text of them. GDAL, which shows nothing of a coordinate of strings, counts then.
    """
    encoded = np.array([name.encode("utf-8", "backslashreplace") for name in names])
    letters = encoded.view("S1").reshape(len(names), -1)
    first = sum(DIMENSION in each.attrs for each in file.values())
    said = dimension.replace("_", " ")
    _dimension(file, dimension, letters, {"long_name": said, "_Encoding": "utf-8"})
    length = letters.shape[1]
    dataset = file.create_dataset(letters_of, (length,), ">f4")
    # What netCDF calls a dimension of no variable, to the letter; and which two the letters have.
    dataset.make_scale(f"This is a netCDF dimension but not a netCDF variable. {length:10d}")
    dataset.attrs[DIMENSION] = np.int32(first + 1)
    file[dimension].attrs["_Netcdf4Coordinates"] = np.array([first, first + 1], np.int32)


def _dimension(file: Any, name: str, values: NDArray[Any], attributes: dict[str, Any]) -> None:
    number = sum(DIMENSION in each.attrs for each in file.values())
    dataset = file.create_dataset(name, data=values)
    dataset.make_scale(name)
    dataset.attrs[DIMENSION] = np.int32(number)
    _describe(dataset, attributes)


def _variable(
    file: Any,
    name: str,
    values: NDArray[Any] | _Numbers,
    dimensions: tuple[str, ...],
    attributes: dict[str, Any],
) -> Generator[None, None, None]:
    fill = attributes.get("_FillValue")
    packed: dict[str, Any] = {}
    if values.ndim > 1:
        chunks = (*(1 for _ in values.shape[:-2]), *(min(TILE, size) for size in values.shape[-2:]))
        packed = {"compression": "gzip", "compression_opts": 4, "shuffle": True, "chunks": chunks}
    fillvalue = {} if fill is None else {"fillvalue": values.dtype.type(fill)}
    dataset = file.create_dataset(name, values.shape, values.dtype, **packed, **fillvalue)
    for where in pieces(values.shape):
        dataset[where] = values[where]
        yield
    for axis, dimension in enumerate(dimensions):
        dataset.dims[axis].attach_scale(file[dimension])
    if fill is not None:
        attributes = attributes | {"_FillValue": values.dtype.type(fill)}
    _describe(dataset, attributes)


def pieces(shape: tuple[int, ...]) -> Iterator[tuple[slice | int, ...]]:
    """Yield the parts of an array that hold whole chunks: of an image a row of them."""
    if len(shape) < 2:
        yield (slice(None),)
        return
    rows = [slice(top, top + TILE) for top in range(0, shape[-2], TILE)]
    yield from product(*(range(size) for size in shape[:-2]), rows)


def _describe(thing: Any, attributes: dict[str, Any]) -> None:
    """Write attributes; text of fixed length, as the netCDF library expects it."""
    for name, value in attributes.items():
        if isinstance(value, str):
            value = np.bytes_(value.encode("utf-8", "backslashreplace") or b" ")
        thing.attrs[name] = value
