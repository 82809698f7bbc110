"""NumPy's .npz: several arrays; the largest with three axes, and wavelengths beside it."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from pathlib import Path
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from hsunmix.errors import FormatError, ParameterError
from hsunmix.formats.numpy.array import ASSUMED, MAX_HEAD, Head, image_of, raw_pixels, read_head
from hsunmix.formats.opening.damage import damaged, unpackable
from hsunmix.formats.opening.header_lines import header_lines
from hsunmix.formats.opening.options import Options
from hsunmix.formats.pixels.checked import Checked
from hsunmix.formats.pixels.scales import is_telling, unapplied
from hsunmix.formats.spectra.band_vectors import BandVector, axes_by_bands, understand
from hsunmix.model.cube import Cube
from hsunmix.model.layout import Layout
from hsunmix.model.pixels import Pixels

TITLE = "NumPy arrays"
SUFFIXES = (".npz",)
DECODED_BY = ("zipfile",)  # unpacking asks for memory and time that the file chooses
OPTIONS = ("dataset", "lines", "samples", "axes")
MAX_BYTES = 2 << 30  # of an array that has to be in memory as a whole
MAX_RATIO = 1040  # deflate reaches 1032
MAX_VECTOR = 100_000
MAX_MEMBERS = 1000


def sniff(path: Path, head: bytes) -> bool:
    """Whether this is a zip file whose name, or whose first member's, is NumPy's."""
    first = head[30 : 30 + int.from_bytes(head[26:28], "little")]
    return head.startswith(b"PK\x03\x04") and (path.suffix.lower() == ".npz" or first.endswith(b".npy"))


def open_cube(path: Path, options: Options) -> Cube:
    """Open the largest array with three axes, or the one that ``options.dataset`` names.

    Raises
    ------
    FormatError
        There is no cube in it, or unpacking it would not be safe.
    ShapeUnknownError
        It is a matrix, and the options don't say its lines.
    ParameterError
        The options don't fit.
    """
    try:
        with ZipFile(path) as archive:
            return _open(path, archive, options)
    except (zlib.error, EOFError) as error:
        raise FormatError(path, damaged(unpackable(error))) from None
    except BadZipFile as error:
        checked = "CRC" in str(error)
        what = unpackable(error) if checked else "it was cut short, or its list of arrays can't be read"
        raise FormatError(path, damaged(what)) from None


def _open(path: Path, archive: ZipFile, options: Options) -> Cube:
    members = [info for info in archive.infolist() if info.filename.endswith(".npy")][:MAX_MEMBERS]
    heads: dict[str, tuple[ZipInfo, Head]] = {}
    for info in members:
        with archive.open(info) as file:
            name = info.filename.removesuffix(".npy")
            heads[name] = info, read_head(path, file, name)
    name, notes = _choose(path, heads, options)
    info, head = heads[name]
    vectors = [
        BandVector(other, _read(path, archive, *heads[other]).ravel())
        for other, (_, h) in heads.items()
        if h.plain
        and 1 < (size := int(np.prod(h.shape, dtype=object))) <= MAX_VECTOR
        and max(h.shape) == size
    ]
    given = options.axes is not None
    if not given and len(head.shape) == 3:
        options = structs.replace(options, axes=axes_by_bands(head.shape, vectors, notes))
    pixels = _pixels(path, archive, info, head, options, notes)
    axis = understand(vectors, pixels.shape[2], notes)
    single = [n for n, (_, h) in heads.items() if h.plain and h.nbytes <= 8 and is_telling(n)]
    unapplied(((n, _read(path, archive, *heads[n])) for n in single), notes, has_fill=False)
    sure = given or axis.wavelengths is not None
    if len(head.shape) == 3 and not sure:
        notes.append(ASSUMED)
    layout = Layout(
        (options.axes or "yxb") if len(head.shape) == 3 else "",
        sure or len(head.shape) != 3,
        name,
        tuple(n for n, (_, h) in heads.items() if h.plain and len(h.shape) == 3),
    )
    return Cube(
        pixels,
        wavelengths=axis.wavelengths,
        fwhm=axis.fwhm,
        bad_bands=axis.bad_bands,
        band_numbers=axis.numbers,
        wavelength_unit=axis.unit,
        path=path,
        layout=layout,
        notes=tuple(notes),
        header=header_lines((n, f"{' × '.join(map(str, h.shape))} {h.dtype}") for n, (_, h) in heads.items()),
    )


def _choose(path: Path, heads: dict[str, tuple[ZipInfo, Head]], options: Options) -> tuple[str, list[str]]:
    """Choose the array, and say which others it might have been."""
    able = {name: head for name, (_, head) in heads.items() if head.plain and len(head.shape) in (2, 3)}
    if options.dataset is not None:
        if options.dataset not in able:
            raise ParameterError("dataset", f"no cube of this name (there are: {', '.join(able) or 'none'})")
        return options.dataset, []
    cubes = {name: head for name, head in able.items() if len(head.shape) == 3} or able
    if not cubes:
        raise FormatError(path, "holds no array with three axes and no matrix bands × pixels")
    name = max(cubes, key=lambda n: cubes[n].nbytes)
    others = [n for n in cubes if n != name]
    return name, [f"{name!r} was opened; the file also holds {', '.join(others)[:200]}."] if others else []


def _pixels(
    path: Path, archive: ZipFile, info: ZipInfo, head: Head, options: Options, notes: list[str]
) -> Pixels:
    """Read pixels where they lie when they are not packed, else unpack them all."""
    if info.compress_type == ZIP_STORED and len(head.shape) == 3:
        if head.offset + head.nbytes > info.file_size or info.file_size != info.compress_size:
            raise FormatError(path, f"{info.filename} is shorter than its head says")
        start = _start(path, info)
        pixels = raw_pixels(path, head, options.axes or "yxb", start + head.offset)
        if pixels is not None:
            return replace(pixels, checked=Checked(path, start, info.file_size, info.CRC))
    return image_of(path, _read(path, archive, info, head), options, notes)


def _start(path: Path, info: ZipInfo) -> int:
    """Return where in the file a member's bytes begin."""
    with path.open("rb") as file:
        file.seek(info.header_offset)
        local = file.read(30)
    if len(local) < 30 or not local.startswith(b"PK\x03\x04"):
        raise FormatError(path, f"{info.filename} is not where the file's list says")
    name, extra = struct.unpack("<HH", local[26:30])
    return info.header_offset + 30 + int(name) + int(extra)


def _read(path: Path, archive: ZipFile, info: ZipInfo, head: Head) -> NDArray[np.generic]:
    """Unpack an array as a whole."""
    needed = head.offset + head.nbytes
    if needed > info.file_size or info.file_size > MAX_RATIO * max(1, info.compress_size):
        raise FormatError(path, f"{info.filename} declares {needed} bytes, and can't hold so many")
    if head.nbytes > MAX_BYTES:
        raise FormatError(
            path, f"{info.filename} takes {head.nbytes >> 20} MB unpacked; save it with numpy.savez, unpacked"
        )
    with archive.open(info) as file:
        file.read(head.offset)
        data = file.read(head.nbytes)
        while file.read(MAX_HEAD):  # to the end, where the checksum is looked at
            pass
    if len(data) < head.nbytes:
        raise FormatError(path, f"{info.filename} is shorter than its head says")
    values = np.frombuffer(bytearray(data), head.dtype)
    return values.reshape(head.shape, order="F" if head.in_columns else "C")
