"""ERDAS LAN and GIS, the files of ERDAS 7: what their header says, Spectral Python reads.

The header doesn't say in which order bytes stand, nor whether a place is exact: sizes that the file can
hold decide the first.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from hsunmix.errors import FormatError
from hsunmix.formats.opening.options import Options
from hsunmix.formats.pixels.raw import RawPixels
from hsunmix.formats.spectra.calibration import calibration_of
from hsunmix.model.cube import Cube
from hsunmix.model.georeference import Georeference

__all__ = ["SUFFIXES", "TITLE", "open_cube", "sniff"]

TITLE = "ERDAS LAN"
SUFFIXES = (".lan", ".gis")
HEADER = 128  # bytes
# Spectral Python takes single bytes for signed ones; ERDAS, and GDAL, count them from 0 to 255.
_TYPES = {0: "u1", 2: "i2"}
_OLDER = re.compile(rb"HEADER[^\n]{0,20}\0")  # a word that texts begin with too


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the content decides
    """Whether this is an image of ERDAS 7."""
    return len(head) >= HEADER and (head.startswith(b"HEAD74") or _OLDER.match(head) is not None)


def open_cube(path: Path, options: Options) -> Cube:  # noqa: ARG001 - it needs none
    """Open an image of lines of bands.

    Wavelengths are those of an AVIRIS calibration (``.spc``) beside it, where there is one.

    Raises
    ------
    FormatError
        Its values are packed two into a byte, or the file can't hold the image that its header describes.
    """
    size = path.stat().st_size
    fitting: list[tuple[int, str, dict[str, Any]]] = []
    told: list[str] = []
    for order, sign in enumerate("<>"):
        header = _header(path, order)
        if header is None:
            continue
        if header["packing"] == 1:
            told.append(
                "packs two values into a byte, which hsunmix does not read: "
                "convert it with GDAL (gdal_translate -of ENVI)"
            )
        if header["packing"] not in _TYPES:
            continue
        lines, samples, bands = shape = header["nrows"], header["ncols"], header["nbands"]
        needed = HEADER + lines * samples * bands * np.dtype(_TYPES[header["packing"]]).itemsize
        if min(shape) < 1:
            continue
        if needed <= size:
            fitting.append((size - needed, sign, header))
        elif not told:
            told.append(
                f"has {size} bytes, but its header ({lines} lines × {samples} samples × {bands} bands) "
                f"needs {needed}"
            )
    if not fitting:
        raise FormatError(path, told[0] if told else "has a header of ERDAS that describes no image")
    return _cube(path, *min(fitting, key=lambda found: found[0]))


def _header(path: Path, order: int) -> dict[str, Any] | None:
    """Read the header; None where its numbers make none in this order of bytes."""
    from spectral.io.erdas import read_erdas_lan_header

    try:
        return dict(read_erdas_lan_header(str(path), order))
    except (ValueError, OverflowError):  # a size that is not a number
        return None


def _cube(path: Path, excess: int, sign: str, header: dict[str, Any]) -> Cube:
    shape = header["nrows"], header["ncols"], header["nbands"]
    pixels = RawPixels(path, shape, np.dtype(sign + _TYPES[header["packing"]]), "bil", HEADER)
    notes = [f"the file is {excess} bytes longer than its header says."] if excess else []
    calibration = calibration_of(path, shape[2], notes)
    return Cube(
        pixels,
        wavelengths=calibration.wavelengths,
        fwhm=calibration.fwhm,
        georeference=_place(header, notes),
        path=path,
        notes=tuple(notes),
    )


def _place(header: dict[str, Any], notes: list[str]) -> Georeference | None:
    """Where it lies: the header tells the centre of the first pixel, and no datum or zone."""
    dx, dy = float(header["xpixel_size"]), float(header["ypixel_size"])
    left, top = float(header["map_xcoord"]) - dx / 2, float(header["map_ycoord"]) + dy / 2
    try:
        place = Georeference((dx, 0.0, left, 0.0, -dy, top))
    except ValueError:  # none is given
        return None
    notes.append("The file does not say in which coordinate system its place is.")
    return place
