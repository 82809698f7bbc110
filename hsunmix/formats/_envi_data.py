"""Where an ENVI header's data file is, and the pixels in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hsunmix.errors import FormatError, MissingFileError
from hsunmix.formats._envi_header import Header
from hsunmix.formats._envi_layout import Layout
from hsunmix.formats._files import is_regular
from hsunmix.formats._framed_pixels import FramedPixels
from hsunmix.formats._raw_pixels import MissingPixels, RawPixels
from hsunmix.formats._unpacked import Unpacked, is_gzip, may_hold

__all__ = ["DATA_SUFFIXES", "find_pixels", "header_of"]

DATA_SUFFIXES = ("", ".img", ".dat", ".raw", ".bsq", ".bil", ".bip", ".sli", ".bin")


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
        The data file is too short for the header.
    """
    found = _candidates(header, described)
    if not found:
        looked = f"{header.path.stem}, also with the ending {' '.join(DATA_SUFFIXES[1:])}"
        error = MissingFileError(header.path, f"its data file is missing (looked for {looked})")
        return MissingPixels(described.shape, described.dtype.newbyteorder("="), error)
    choices = [_pixels(path, described) for path in found]
    exact = [pixels for pixels in choices if pixels.path.stat().st_size == pixels.nbytes]
    pixels = (exact or choices)[0]
    size = pixels.path.stat().st_size
    if (described.compressed or size < pixels.nbytes) and is_gzip(pixels.path):
        return _packed(header, pixels, told=described.compressed)
    if described.compressed:
        header.notes.append("the header says that the data are compressed, but they are not.")
    _check_size(header, pixels)
    return pixels


def _candidates(header: Header, described: Layout) -> list[Path]:
    stem = header.path.with_suffix("")
    endings = [*DATA_SUFFIXES, *(suffix.upper() for suffix in DATA_SUFFIXES[1:])]
    if described.compressed:
        endings += [f"{suffix}.gz" for suffix in endings]
    wanted = [stem.with_name(stem.name + ending) for ending in endings]
    return [path for path in wanted if path != header.path and is_regular(path)]


def _pixels(path: Path, described: Layout) -> RawPixels:
    plain = (path, described.shape, described.dtype, described.interleave, described.offset)
    if any(described.major) or any(described.minor):
        return FramedPixels(*plain, major=described.major, minor=described.minor)
    return RawPixels(*plain)


def _packed(header: Header, pixels: RawPixels, *, told: bool) -> RawPixels:
    if not may_hold(pixels.path, pixels.nbytes):
        raise FormatError(
            pixels.path, f"can't hold the {pixels.nbytes} bytes that its header needs, however well packed"
        )
    header.notes.append(
        "the data are compressed with gzip: they are unpacked into a temporary file when they are needed"
        + ("." if told else ", though the header does not say so.")
    )
    return replace(pixels, unpacked=Unpacked(pixels.path, pixels.nbytes))


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
