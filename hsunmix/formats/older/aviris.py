"""AVIRIS scenes as they were delivered until the 2000s: pixels alone, as Spectral Python describes them.

Such a file has no header. It is known by its name and by its size, whole lines of 614 samples and 224 bands.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from hsunmix.errors import FormatError
from hsunmix.formats.envi.data import header_of
from hsunmix.formats.opening.options import Options
from hsunmix.formats.pixels.raw import RawPixels
from hsunmix.formats.spectra.calibration import calibration_of
from hsunmix.model.cube import Cube

__all__ = ["BY_NEIGHBOUR", "SUFFIXES", "TITLE", "open_cube", "sniff"]

TITLE = "AVIRIS scene without a header"
SUFFIXES = (".rfl",)
BY_NEIGHBOUR = True
LINE = 614 * 224 * 2  # bytes
_FLIGHT = re.compile(r"f\d{6}t\d{2}p\d{2}_?r\d{2}.*\.(rfl|img|rad)", re.IGNORECASE)


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - there is nothing in it to know it by
    """Whether its name and size are those of such a scene, and no ENVI header says otherwise."""
    named = path.suffix.lower() in SUFFIXES or _FLIGHT.fullmatch(path.name) is not None
    size = path.stat().st_size if named else 0
    return size > 0 and size % LINE == 0 and header_of(path) is None


def open_cube(path: Path, options: Options) -> Cube:  # noqa: ARG001 - it needs none
    """Open a scene of reflectance, in ten-thousandths, or of radiance in the file's own numbers.

    Wavelengths are those of the calibration (``.spc``) beside it, where there is one.

    Raises
    ------
    FormatError
        The file's size isn't that of whole lines.
    """
    size = path.stat().st_size
    if not size or size % LINE:
        raise FormatError(
            path,
            f"has {size} bytes: an AVIRIS scene without a header has lines of {LINE} (614 samples × 224 "
            "bands of 2 bytes): is a part missing?",
        )
    from spectral.io import aviris

    image = aviris.open(str(path))
    image.fid.close()
    lines, samples, bands = image.shape
    notes: list[str] = []
    reflectance = path.suffix.lower() == ".rfl"
    notes.append(
        f"Numbers were taken for reflectance × {image.scale_factor:,g}."
        if reflectance
        else "Numbers are the file's own: what they must be divided by is in its .gain file."
    )
    calibration = calibration_of(path, bands, notes)
    return Cube(
        RawPixels(path, (lines, samples, bands), np.dtype(image.dtype), "bip"),
        wavelengths=calibration.wavelengths,
        fwhm=calibration.fwhm,
        gain=1 / image.scale_factor if reflectance else 1.0,
        path=path,
        notes=tuple(notes),
    )
