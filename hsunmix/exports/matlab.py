"""The whole result as a MATLAB file, version 5."""

from __future__ import annotations

import io
import math
import struct
import zlib
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from hsunmix._version import __version__
from hsunmix.errors import WriteError
from hsunmix.exports import ExportJob
from hsunmix.exports._sheets import further_sheets, sheets
from hsunmix.files import replacing

__all__ = ["NEEDS_IMAGE", "TITLE", "columns", "write", "write_array"]

TITLE = "MATLAB: maps, residual and spectra in one .mat file"
NEEDS_IMAGE = True
MAX_BYTES = 2**31 - 1  # bytes of a variable
TEXT = 116  # bytes of the file's header that are free text
PIECE = 1 << 20  # bytes packed at a time
# Numbers of the format's data types, and of its classes of single precision and of whole numbers.
INT8, INT32, UINT32, SINGLE, MATRIX, COMPRESSED = 1, 5, 6, 7, 14, 15
SINGLE_CLASS, INT32_CLASS = 7, 12


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
            layers = (sheet.map.layer(k) for k in range(sheet.map.layers))
            pieces = (piece + 1 if sheet.map.whole else piece for piece in columns(layers))
            yield from write_array(file, sheet.file, shape, pieces, whole=sheet.map.whole)
    return [path]


def columns(layers: Iterable[NDArray[Any]]) -> Iterator[NDArray[Any]]:
    """Return layers, (lines, samples) each, some columns at a time and each of these in one piece."""
    for layer in layers:
        lines, samples = layer.shape
        step = max(1, PIECE // (4 * lines))
        for first in range(0, samples, step):
            yield layer[:, first : first + step].T


def _variables(job: ExportJob) -> dict[str, Any]:
    unmixing, place = job.unmixing, job.place
    found: dict[str, Any] = {
        "endmembers": job.spectra,
        "names": np.array(job.names, dtype=object),
        "used_bands": unmixing.used_bands,
        "relative_error": float(unmixing.relative_error),
        "error_of": unmixing.error_of,
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


def write_array(
    file: BinaryIO, name: str, shape: tuple[int, ...], pieces: Iterable[NDArray[Any]], *, whole: bool = False
) -> Generator[None, None, None]:
    """Write a variable of single precision, or of whole numbers of 32 bits, where the file stands.

    In pieces: SciPy packs a variable in one go.

    Parameters
    ----------
    file : file
        Must be able to seek: how long a packed variable is stands before it.
    name : str
        ASCII.
    shape : tuple of int
        All sizes together at most 2 GB.
    pieces : iterable of array
        Its values in MATLAB's order, the first axis the fastest.
    whole : bool
    """
    begin = file.tell()
    file.write(struct.pack("<2I", COMPRESSED, 0))
    packer = zlib.compressobj()
    size = 4 * int(np.prod(shape))
    file.write(packer.compress(_head(name, shape, size, whole)))
    for piece in pieces:
        file.write(packer.compress(np.ascontiguousarray(piece, "<i4" if whole else "<f4").data))
        yield
    file.write(packer.compress(bytes(-size % 8)) + packer.flush())
    end = file.tell()
    file.seek(begin + 4)
    file.write(struct.pack("<I", end - begin - 8))
    file.seek(end)


def _head(name: str, shape: tuple[int, ...], size: int, whole: bool) -> bytes:
    """Return what stands before the values: flags, sizes and name, each padded to 8 bytes."""
    parts = [
        struct.pack("<4I", UINT32, 8, INT32_CLASS if whole else SINGLE_CLASS, 0),
        _element(INT32, np.array(shape, "<i4").tobytes()),
        _element(INT8, name.encode("ascii")),
        struct.pack("<2I", INT32 if whole else SINGLE, size),
    ]
    inside = b"".join(parts)
    return struct.pack("<2I", MATRIX, len(inside) + size + -size % 8) + inside


def _element(kind: int, content: bytes) -> bytes:
    return struct.pack("<2I", kind, len(content)) + content + bytes(-len(content) % 8)
