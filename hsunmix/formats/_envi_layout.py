"""Where an ENVI header's pixels are, and how they lie there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hsunmix.errors import FormatError, MissingFileError
from hsunmix.formats._envi_header import Header
from hsunmix.formats._files import is_regular
from hsunmix.formats._raw_pixels import MissingPixels, RawPixels

__all__ = ["DATA_SUFFIXES", "Layout", "find_pixels", "header_of", "layout"]

DATA_SUFFIXES = ("", ".img", ".dat", ".raw", ".bsq", ".bil", ".bip", ".sli", ".bin")
_TYPES = {
    1: "u1", 2: "i2", 3: "i4", 4: "f4", 5: "f8", 12: "u2", 13: "u4", 14: "i8", 15: "u8"
}  # fmt: skip
_COMPLEX = {6: "complex64", 9: "complex128"}
MAX_LENGTH = 2**31 - 1
MAX_BANDS = 100_000


@dataclass(frozen=True)
class Layout:
    """Shape and storage of a cube.

    Attributes
    ----------
    shape : tuple of 3 int
        (lines, samples, bands); a library is one line of spectra.
    dtype : dtype
        With the file's byte order.
    interleave : str
    offset : int
        Bytes before the first value.
    library : bool
        Whether the file holds single spectra instead of an image.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype[np.generic]
    interleave: str
    offset: int
    library: bool


def layout(header: Header) -> Layout:
    """Understand what the header says on shape and storage.

    Raises
    ------
    FormatError
        Something needed is missing or not possible.
    """
    samples, lines, bands = (header.integer(key) for key in ("samples", "lines", "bands"))
    for key, value in (("samples", samples), ("lines", lines), ("bands", bands)):
        if not 1 <= value <= MAX_LENGTH:
            raise header.refuse(f"{key} = {value} is not possible")
    interleave = header.text("interleave").lower()
    if interleave not in ("bsq", "bil", "bip"):
        raise header.refuse(f"interleave = {interleave[:40] or '(missing)'}: bsq, bil or bip is needed")
    library = "spectral library" in header.text("file type").lower()
    if library:
        if bands != 1:
            raise header.refuse(f"a spectral library has 1 band, not {bands}")
        lines, samples, bands, interleave = 1, lines, samples, "bip"
    if bands > MAX_BANDS:
        raise header.refuse(f"{bands} bands are more than the {MAX_BANDS} that are possible")
    offset = header.integer("header offset", 0)
    if offset < 0:
        raise header.refuse(f"header offset = {offset} is not possible")
    _refuse_unsupported(header)
    return Layout((lines, samples, bands), _dtype(header), interleave, offset, library)


def _dtype(header: Header) -> np.dtype[np.generic]:
    code = header.integer("data type")
    if code in _COMPLEX:
        raise header.refuse(f"data type = {code} ({_COMPLEX[code]}): complex numbers are not supported")
    if code not in _TYPES:
        known = ", ".join(map(str, _TYPES))
        raise header.refuse(f"data type = {code} is not known (known: {known})")
    if not header.text("byte order") and code != 1:
        header.notes.append("byte order is missing: little-endian was assumed.")
    order = header.integer("byte order", 0)
    if order not in (0, 1):
        raise header.refuse(f"byte order = {order}: 0 or 1 is needed")
    return np.dtype(_TYPES[code]).newbyteorder(">" if order else "<")


def _refuse_unsupported(header: Header) -> None:
    if header.text("file compression", "0") not in ("0", "1"):
        raise header.refuse(f"file compression = {header.text('file compression')[:40]} is not known")
    for key in ("major frame offsets", "minor frame offsets"):
        if any(word.strip(" 0.") for word in header.words(key)):
            raise header.refuse(f"{key} are not supported")


def header_of(path: Path) -> Path | None:
    """Find the header that belongs to a data file."""
    for suffix in (".hdr", ".HDR"):
        for candidate in (path.with_name(path.name + suffix), path.with_suffix(suffix)):
            if candidate != path and is_regular(candidate):
                return candidate
    return None


def find_pixels(header: Header, described: Layout) -> RawPixels | MissingPixels:
    """Find the data file beside the header and check its size.

    Where several names fit, the first file of exactly the right size is taken, else the first.

    Raises
    ------
    FormatError
        The data file is too short for the header, or compressed.
    """
    stem = header.path.with_suffix("")
    wanted = [stem.with_name(stem.name + suffix) for suffix in DATA_SUFFIXES]
    wanted += [stem.with_name(stem.name + suffix.upper()) for suffix in DATA_SUFFIXES[1:]]
    found = [path for path in wanted if path != header.path and is_regular(path)]
    if not found:
        looked = f"{stem.name}, also with the ending {' '.join(DATA_SUFFIXES[1:])}"
        error = MissingFileError(header.path, f"its data file is missing (looked for {looked})")
        return MissingPixels(described.shape, described.dtype.newbyteorder("="), error)
    if header.text("file compression", "0") == "1":
        raise FormatError(found[0], "is compressed (file compression = 1): unpack it first, e.g. with gunzip")
    choices = [
        RawPixels(path, described.shape, described.dtype, described.interleave, described.offset)
        for path in found
    ]
    exact = [pixels for pixels in choices if pixels.path.stat().st_size == pixels.nbytes]
    pixels = (exact or choices)[0]
    _check_size(header, pixels)
    return pixels


def _check_size(header: Header, pixels: RawPixels) -> None:
    size, needed = pixels.path.stat().st_size, pixels.nbytes
    if size < needed:
        lines, samples, bands = pixels.shape
        raise FormatError(
            pixels.path,
            f"has {size} bytes, but its header ({lines} lines × {samples} samples × {bands} bands × "
            f"{pixels.stored.itemsize} bytes + {pixels.offset}) needs {needed}",
        )
    if size > needed:
        header.notes.append(
            f"the data file is longer than its header says: {size} bytes, {needed} are needed."
        )
