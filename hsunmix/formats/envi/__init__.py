"""ENVI: a flat binary file and a header of text, for images and for spectral libraries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FileError, FormatError
from hsunmix.formats.envi.bands import (
    bad_bands,
    default_rgb,
    gain_offset,
    listed_names,
    names,
    nodata,
    wavelengths,
)
from hsunmix.formats.envi.data import find_pixels, header_of, is_foreign
from hsunmix.formats.envi.header import Header, is_header, read_header
from hsunmix.formats.envi.layout import Layout, layout
from hsunmix.formats.envi.map import georeference
from hsunmix.formats.envi.product import header_of_product, with_metadata
from hsunmix.formats.opening.files import read_head
from hsunmix.formats.opening.header_lines import header_lines
from hsunmix.formats.opening.options import Options
from hsunmix.formats.pixels.raw import MissingPixels, RawPixels
from hsunmix.formats.spectra.classes import class_heading, classes_in
from hsunmix.formats.spectra.spectrum_text import GAP, with_gaps
from hsunmix.formats.spectra.table import read_table
from hsunmix.formats.spectra.text import read_lines
from hsunmix.formats.spectra.wavelengths import DISORDER, nanometres
from hsunmix.model.cube import Cube
from hsunmix.model.quantity import quantity_in
from hsunmix.model.spectra import Spectra

TITLE = "ENVI"
SUFFIXES = (".hdr", ".img", ".dat", ".raw", ".bsq", ".bil", ".bip", ".sli", ".bin")
MAX_TABLE = 4 << 20  # bytes of a table beside a library
BY_NEIGHBOUR = True  # a data file is known by the header beside it, so other formats look first


def sniff(path: Path, head: bytes) -> bool:
    """Whether this is an ENVI header, a data file with one beside it, or a product's metadata."""
    if is_header(head):
        return True
    neighbour = header_of_product(path) if is_foreign(path) else header_of(path)
    return neighbour is not None and is_header(read_head(neighbour))


def open_cube(path: Path, options: Options) -> Cube:
    """Open an image, or a spectral library as one line of pixels.

    Raises
    ------
    MissingFileError
        The data file is missing.
    FormatError
        The header can't be used, or the data file is too short for it.
    """
    cube = open_header(path, options)
    if isinstance(cube.pixels, MissingPixels):
        raise cube.pixels.error
    return cube


def open_header(path: Path, options: Options) -> Cube:  # noqa: ARG001 - ENVI needs no options
    """Open as ``open_cube`` does, but also where the data file is missing.

    The pixels of such a cube are ``MissingPixels``.
    """
    header, named = _header(path)
    described = layout(header)
    if described.library:
        header.notes.append("a spectral library: its spectra are shown as one line of pixels.")
    cube = _cube(header, described, find_pixels(header, described, named))
    # A cube is opened again by its path: by the data file, where the header alone leads to another.
    if named is not None and not _leads_to(header, described, named):
        cube = replace(cube, path=named)
    return cube


def open_spectra(path: Path) -> Spectra:
    """Read a spectral library.

    Raises
    ------
    FormatError
        It is an image, or as for ``open_cube``.
    """
    header, named = _header(path)
    described = layout(header)
    if not described.library:
        raise header.refuse("is an image, not a spectral library")
    pixels = find_pixels(header, described, named)
    if isinstance(pixels, MissingPixels):
        raise pixels.error
    cube = _cube(header, described, pixels)
    values = np.asarray(cube.read(0, 1, dtype=np.float64)[0], dtype=np.float64)
    gaps = np.abs(values) > GAP
    if gaps.any():
        header.notes.append(f"{int(gaps.sum())} values beyond {GAP:g} are taken as gaps.")
    values = with_gaps(values, header.notes)
    if cube.bad_bands is not None and np.isfinite(values[:, cube.bad_bands]).any():
        header.notes.append(f"{int(cube.bad_bands.sum())} bands are bad by the header: taken as gaps.")
        values[:, cube.bad_bands] = np.nan
    nm, values = _risen(header, cube.wavelengths, values)
    found = listed_names(header, "spectra names")
    if len(found) != len(values):
        if found:
            header.notes.append(f"{len(found)} names for {len(values)} spectra: numbered instead.")
        found = [f"Spectrum {k + 1}" for k in range(len(values))]
    names = tuple(found)
    classes = _classes(header, names)
    return Spectra(values, names, nm, cube.fwhm, str(header.path), tuple(header.notes), classes=classes)


def _classes(header: Header, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the spectra are of: a list of the header, else a column of the table beside the library.

    Such a table, of the same name and with a line for each spectrum, is what VIPER Tools, MESMA and the
    EnMAP-Box write.
    """
    lists = [k for k in header.fields if k != "spectra names" and len(header.words(k)) == len(names)]
    place = class_heading(lists)
    if place is not None:
        return classes_in(header.words(lists[place]))
    try:
        table = read_table(beside := header.path.with_suffix(".csv"), read_lines(beside, MAX_TABLE), [])
    except (FileError, OSError):
        return ()
    kinds = class_heading(table.headings)
    named = [k for k in range(table.width) if set(table.column(k)) >= set(names)]
    if kinds is None or not named:
        return ()
    of = dict(zip(table.column(named[0]), table.column(kinds), strict=True))
    header.notes.append(f"classes are those of {beside.name} ({table.headings[kinds]}).")
    return classes_in([of[name] for name in names])


def _risen(
    header: Header, nm: NDArray[np.float64] | None, values: NDArray[np.float64]
) -> tuple[NDArray[np.float64] | None, NDArray[np.float64]]:
    """Turn a library whose wavelengths fall: an image's bands stay, but here they are only an axis."""
    centres = header.numbers("wavelength", values.shape[1]) if nm is None else None
    if centres is None or len(centres) < 2 or not (np.diff(centres) < 0).all():
        return nm, values
    said: list[str] = []
    turned = nanometres(centres[::-1], header.text("wavelength units"), said)
    if turned is None:
        return nm, values
    if DISORDER in header.notes:
        header.notes.remove(DISORDER)
    header.notes.extend(["the wavelengths fall: the spectra were turned.", *said])
    return turned, values[:, ::-1]


def _header(path: Path) -> tuple[Header, Path | None]:
    """Read the header; with it the data file, where that was given."""
    if is_header(read_head(path)):
        return read_header(path), None
    product = header_of_product(path)
    neighbour = product or header_of(path)
    if neighbour is None:
        return read_header(path), None  # which says why it is none
    return read_header(neighbour), None if product else path


def _leads_to(header: Header, described: Layout, named: Path) -> bool:
    """Whether the header, given alone, would be read with this data file."""
    quiet = replace(header, notes=[])
    try:
        found = find_pixels(quiet, described)
    except FormatError:
        return False
    return isinstance(found, RawPixels) and found.path.samefile(named)


def _cube(header: Header, described: Layout, pixels: RawPixels | MissingPixels) -> Cube:
    bands = described.shape[2]
    header = with_metadata(header, bands)
    nm, fwhm, unit = wavelengths(header, bands)
    gain, offset = gain_offset(header, bands)
    missing = [pixels.error.reason + "."] if isinstance(pixels, MissingPixels) else []
    return Cube(
        pixels,
        wavelengths=nm,
        fwhm=fwhm,
        bad_bands=bad_bands(header, bands),
        band_names=() if described.library else names(header, bands),
        nodata=nodata(header),
        gain=gain,
        offset=offset,
        georeference=None if described.library else georeference(header),
        path=header.path,
        interleave=described.interleave,
        wavelength_unit=unit,
        default_rgb=None if described.library else default_rgb(header, bands),
        quantity=_quantity(header),
        header=header_lines(header.fields.items()),
        notes=(*header.notes, *missing),  # last, when everything has been understood
    )


def _quantity(header: Header) -> str:
    """What the values are: by the words for them, else by a factor that only reflectance has."""
    titles = header.text("z plot titles").rpartition(",")[2]  # "Wavelength, Reflectance"
    said = quantity_in(titles, header.text("data units"), header.text("description"))
    return said or ("Reflectance" if header.text("reflectance scale factor") else "")
