"""What an ENVI header says on the shape of its data, and how they are stored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hsunmix.formats.envi.header import Header

__all__ = ["Layout", "layout"]

_TYPES = {
    1: "u1", 2: "i2", 3: "i4", 4: "f4", 5: "f8", 12: "u2", 13: "u4", 14: "i8", 15: "u8"
}  # fmt: skip
_COMPLEX = {6: "complex64", 9: "complex128"}
MAX_LENGTH = 2**31 - 1
MAX_BANDS = 100_000
MAX_FRAME_OFFSET = 1 << 24
_ELSEWHERE = ("virtual", "meta file")


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
    compressed : bool
        Whether the header says that the data are packed with gzip.
    major, minor : tuple of 2 int
        Bytes to skip before and after every frame, and every row in it.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype[np.generic]
    interleave: str
    offset: int
    library: bool
    compressed: bool = False
    major: tuple[int, int] = (0, 0)
    minor: tuple[int, int] = (0, 0)


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
    interleave = _interleave(header, bands)
    kind = header.text("file type").lower()
    if any(word in kind for word in _ELSEWHERE):
        raise header.refuse(f"file type = {kind[:40]}: its data lie in other files; open those")
    library = "spectral library" in kind
    if library:
        if bands != 1:
            raise header.refuse(f"a spectral library has 1 band, not {bands}")
        lines, samples, bands, interleave = 1, lines, samples, "bip"
    if bands > MAX_BANDS:
        raise header.refuse(f"{bands} bands are more than the {MAX_BANDS} that are possible")
    offset = header.integer("header offset", 0)
    if offset < 0:
        raise header.refuse(f"header offset = {offset} is not possible")
    return Layout(
        (lines, samples, bands),
        _dtype(header),
        interleave,
        offset,
        library,
        _compressed(header),
        _frame_offsets(header, "major frame offsets"),
        _frame_offsets(header, "minor frame offsets"),
    )


def _interleave(header: Header, bands: int) -> str:
    interleave = header.text("interleave").lower()
    if not interleave:
        if bands > 1:
            header.notes.append("interleave is missing: bsq was assumed.")
        return "bsq"
    if interleave not in ("bsq", "bil", "bip"):
        raise header.refuse(f"interleave = {interleave[:40]}: bsq, bil or bip is needed")
    return interleave


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


def _compressed(header: Header) -> bool:
    code = header.text("file compression", "0")
    if code not in ("0", "1"):
        raise header.refuse(f"file compression = {code[:40]} is not known (1 is gzip)")
    return code == "1"


def _frame_offsets(header: Header, key: str) -> tuple[int, int]:
    """Return the bytes to skip before and after a frame."""
    words = header.words(key)
    if words in ([], ["0"]):
        return 0, 0
    possible = [word.isascii() and word.isdigit() and int(word[:10]) <= MAX_FRAME_OFFSET for word in words]
    if len(words) != 2 or not all(possible):
        raise header.refuse(
            f"{key} = {', '.join(words)[:40]}: two numbers of bytes are needed, e.g. {{0, 0}}"
        )
    return int(words[0]), int(words[1])
