"""The whole result as a MATLAB file, version 5."""

from __future__ import annotations

import io
import math
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix._version import __version__
from hsunmix.errors import WriteError
from hsunmix.exports import ExportJob
from hsunmix.exports._mat_array import write_array
from hsunmix.exports._sheets import Sheet, further_sheets, sheets
from hsunmix.files import replacing

__all__ = ["NEEDS_IMAGE", "TITLE", "write"]

TITLE = "MATLAB: maps, residual and spectra in one .mat file"
NEEDS_IMAGE = True
MAX_BYTES = 2**31 - 1  # bytes of a variable
TEXT = 116  # bytes of the file's header that are free text
PIECE = 1 << 20  # bytes packed at a time


def write(job: ExportJob, folder: Path) -> Generator[None, None, list[Path]]:
    """Write ``result.mat``.

    Its variables: ``abundances`` (lines × samples × r) and ``rmse`` (lines × samples), NaN where a
    pixel was not used; every other map by its name, whole numbers from 1 with 0 for none, with
    ``NAME_layers`` and ``NAME_classes``; ``endmembers`` (bands × r), NaN in bands that were not used;
    ``names``, a cell; ``wavelength`` and ``fwhm`` in nanometres; ``transform`` with
    x = a·sample + b·line + c and y = d·sample + e·line + f, and ``crs``; what was done.
    """
    from scipy.io import savemat

    path, written = folder / "result.mat", sheets(job)
    if any(4 * math.prod((sheet.map.layers, *sheet.map.shape)) > MAX_BYTES for sheet in written):
        raise WriteError(path, "the maps are larger than the 2 GB that a MATLAB 5 variable may have")
    buffer = io.BytesIO()
    savemat(buffer, _variables(job), do_compression=True, oned_as="column")
    content = buffer.getbuffer()
    # SciPy writes the time here; the same result makes the same file.
    content[:TEXT] = f"MATLAB 5.0 MAT-file, written by hsunmix {__version__}".ljust(TEXT).encode()
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(content)
        for sheet in written:
            several = sheet.layers != ("",) and sheet.name != "rmse"
            shape = (*sheet.map.shape, *([sheet.map.layers] if several else []))
            yield from write_array(file, sheet.file, shape, _columns(sheet), whole=sheet.map.whole)
    return [path]


def _columns(sheet: Sheet) -> Iterator[NDArray[Any]]:
    """Return the layers of a map, some columns at a time and each of these in one piece."""
    lines, samples = sheet.map.shape
    step = max(1, PIECE // (4 * lines))
    for k in range(sheet.map.layers):
        layer = sheet.map.layer(k)
        for first in range(0, samples, step):
            columns = layer[:, first : first + step].T
            yield columns + 1 if sheet.map.whole else columns


def _variables(job: ExportJob) -> dict[str, Any]:
    unmixing, place = job.unmixing, job.place
    found: dict[str, Any] = {
        "endmembers": job.spectra,
        "names": np.array(job.names, dtype=object),
        "used_bands": unmixing.used_bands,
        "relative_error": float(unmixing.relative_error),
        "method": unmixing.method,
        "abundance_method": unmixing.abundance,
        "command": job.command.encode("utf-8", "replace").decode(),
    }
    for sheet in further_sheets(job):
        if sheet.layers != ("",):
            found[f"{sheet.name}_layers"] = np.array(sheet.layers, dtype=object)
        if sheet.classes:
            found[f"{sheet.name}_classes"] = np.array(sheet.classes, dtype=object)
    if job.wavelengths is not None:
        found["wavelength"] = job.wavelengths
    if job.cube is not None and job.cube.fwhm is not None:
        found["fwhm"] = job.cube.fwhm
    if place is not None:
        found |= {"transform": np.array(place.transform), "crs": place.crs}
    return found
