"""A cube as an ENVI file."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import numpy as np

from hsunmix.exports._envi import header, listed, map_fields, names_fields, numbers
from hsunmix.exports._own_files import header_of
from hsunmix.files import replacing_all
from hsunmix.model.cube import Cube

__all__ = ["write_cube"]

NODATA = -9999.0


def write_cube(cube: Cube, data: Path, title: str) -> Generator[None, None, list[Path]]:
    """Write a cube as float32, band sequential, with what is known of its bands and its place.

    Parameters
    ----------
    cube : Cube
    data : Path
        The header is written beside it, with the ending ``.hdr``.
    title : str
        What it is, for the header.

    Raises
    ------
    InputError
        The header that lies there is another file's.
    WriteError
    """
    head = header_of(data)
    with replacing_all(data, head) as (data_file, head_file):
        with data_file.open("wb") as file:
            for k in range(cube.bands):
                band = cube.band(k)
                file.write(np.where(np.isfinite(band), band, NODATA).astype("<f4").tobytes())
                yield
        head_file.write_text(header(title, _fields(cube)), encoding="utf-8")
    return [data, head]


def _fields(cube: Cube) -> dict[str, str]:
    fields = {
        "file type": "ENVI Standard",
        "samples": str(cube.samples),
        "lines": str(cube.lines),
        "bands": str(cube.bands),
        "data ignore value": repr(NODATA),
        "bbl": listed("01"[int(good)] for good in cube.good_bands),
    }
    if cube.wavelengths is not None:
        fields |= {"wavelength units": "Nanometers", "wavelength": numbers(cube.wavelengths)}
    if cube.fwhm is not None:
        fields["fwhm"] = numbers(cube.fwhm)
    if cube.band_names:
        fields |= names_fields("band names", cube.band_names)
    return fields | map_fields(cube.georeference)
