"""Where an ENVI header's data file is, and the pixels in it."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

from hsunmix.errors import FormatError, MissingFileError
from hsunmix.files import ENVI_SUFFIXES
from hsunmix.formats.envi.byte_order import check_byte_order
from hsunmix.formats.envi.header import Header
from hsunmix.formats.envi.layout import Layout
from hsunmix.formats.opening.files import is_regular
from hsunmix.formats.pixels.framed import FramedPixels
from hsunmix.formats.pixels.raw import MissingPixels, RawPixels
from hsunmix.formats.pixels.unpacked import Unpacked, is_gzip, may_hold

__all__ = ["find_pixels", "header_of", "is_foreign"]

HEADER_SUFFIXES = (".hdr", ".HDR", ".Hdr")
MAX_BESIDE = 10_000  # files of a folder that are looked at
# Kinds of files that lie beside images and never are their pixels.
_FOREIGN = (
    ".hdr", ".json", ".geojson", ".xml", ".txt", ".csv", ".tsv", ".md", ".html", ".htm", ".pdf", ".doc",
    ".docx", ".xls", ".xlsx", ".log", ".prj", ".qml", ".kml", ".kmz", ".ovr", ".rrd", ".msk", ".shp",
    ".shx", ".dbf", ".gpkg", ".sqlite", ".roi", ".sta", ".enp", ".evf", ".rpb", ".rpc", ".tfw", ".wld",
    ".zip", ".tar", ".tgz", ".7z", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".svg", ".jp2", ".j2k", ".jpx",
    ".ecw", ".sid", ".tif", ".tiff", ".h5", ".hdf", ".hdf5", ".he5", ".nc", ".nc4", ".mat", ".npy", ".npz",
    ".hsu", ".py", ".pro", ".sav", ".yaml", ".yml", ".toml", ".ini",
)  # fmt: skip


def is_foreign(path: Path) -> bool:
    """Whether a file is of a kind that never holds the pixels of an ENVI header beside it."""
    return path.suffix.lower() in _FOREIGN


def header_of(path: Path) -> Path | None:
    """Find the header that belongs to a data file."""
    plain = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    for name in dict.fromkeys((path.name, plain.name, plain.stem)):
        for suffix in HEADER_SUFFIXES:
            candidate = path.with_name(name + suffix)
            if candidate != path and is_regular(candidate):
                return candidate
    return None


def find_pixels(header: Header, described: Layout, named: Path | None = None) -> RawPixels | MissingPixels:
    """Find the data file beside the header and check its size.

    Parameters
    ----------
    header : Header
    described : Layout
    named : Path, optional
        The data file, where it was given: then it is read, and no other. Else, where several names
        fit, the first file of exactly the right size is taken, else the first.

    Raises
    ------
    FormatError
        The data file is too short for the header.
    """
    if named is not None:
        return _checked(header, described, _pixels(named, described))
    found = _candidates(header, described)
    choices = [_pixels(path, described) for path in found]
    exact = [pixels for pixels in choices if pixels.path.stat().st_size == pixels.nbytes]
    if len(exact) > 1:
        others = ", ".join(pixels.path.name for pixels in exact[1:])
        header.notes.append(f"the pixels are those of {exact[0].path.name}; {others} would fit too.")
    if not found:
        exact = _beside(header, described)
    if not found and not exact:
        looked = f"{header.path.stem}, also with the ending {' '.join(ENVI_SUFFIXES[1:])}"
        error = MissingFileError(header.path, f"its data file is missing (looked for {looked})")
        return MissingPixels(described.shape, described.dtype.newbyteorder("="), error)
    return _checked(header, described, (exact or choices)[0])


def _checked(header: Header, described: Layout, pixels: RawPixels) -> RawPixels:
    """Return the pixels, to be unpacked where they are packed, if the file can hold them."""
    size = pixels.path.stat().st_size
    packed = described.compressed or size < pixels.nbytes or pixels.path.suffix.lower() == ".gz"
    if packed and is_gzip(pixels.path):
        return _packed(header, pixels, told=described.compressed)
    if described.compressed:
        header.notes.append("the header says that the data are compressed, but they are not.")
    _check_size(header, pixels)
    check_byte_order(header, pixels)
    return pixels


def _candidates(header: Header, described: Layout) -> list[Path]:
    stem = header.path.with_suffix("")
    endings = [*ENVI_SUFFIXES, *(suffix.upper() for suffix in ENVI_SUFFIXES[1:])]
    if described.compressed:
        endings += [f"{suffix}.gz" for suffix in endings]
    wanted = [stem.with_name(stem.name + ending) for ending in endings]
    found: list[Path] = []
    for path in wanted:  # where case doesn't count, two names are one file
        if path != header.path and is_regular(path) and not any(path.samefile(other) for other in found):
            found.append(path)
    return found


def _beside(header: Header, described: Layout) -> list[RawPixels]:
    """Find a data file of another ending: the only one of the header's name and exactly the right size."""
    stem = header.path.stem.lower()
    near = islice(header.path.parent.iterdir(), MAX_BESIDE)
    names = [path for path in near if path.name.lower() == stem or path.name.lower().startswith(stem + ".")]
    files = [path for path in names if path != header.path and not is_foreign(path) and is_regular(path)]
    exact = [
        pixels
        for pixels in (_pixels(path, described) for path in files)
        if pixels.path.stat().st_size == pixels.nbytes
    ]
    if len(exact) != 1:
        return []
    header.notes.append(f"the pixels are those of {exact[0].path.name}, which has the size that is needed.")
    return exact


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
