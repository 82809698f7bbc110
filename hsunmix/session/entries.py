"""The entries of a session file, a stored zip: written with their hashes, read without trust.

An array is a ``.npy`` file of version 1.0 whose head follows from the declared type and shape, so
that reading it needs no parser: the head is compared with what it must be.
"""

from __future__ import annotations

import hashlib
import math
import zipfile
from collections.abc import Callable, Iterable
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

__all__ = [
    "MANIFEST",
    "Entry",
    "check_names",
    "listing",
    "read_array",
    "read_bytes",
    "write_array",
    "write_bytes",
]

MANIFEST = "manifest.json"
CHUNK = 1 << 24
Size = Annotated[int, Meta(ge=0, le=1 << 40)]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the manifest declares of one array."""

    dtype: str
    shape: Annotated[tuple[Size, ...], Meta(max_length=3)]
    sha256: str

    @property
    def nbytes(self) -> int:
        """Size of the array's data in bytes."""
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize


def _head(dtype: str, shape: tuple[int, ...]) -> bytes:
    """Return the head of a ``.npy`` file: a multiple of 64 bytes, as the format wants it."""
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    room = -(10 + len(text) + 1) % 64
    return b"\x93NUMPY\x01\x00" + (len(text) + room + 1).to_bytes(2, "little") + text + b" " * room + b"\n"


def write_bytes(box: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Write one entry; the same data give the same bytes at any time."""
    box.writestr(zipfile.ZipInfo(name), data)


def write_array(box: zipfile.ZipFile, name: str, array: NDArray[Any]) -> Entry:
    """Write one array as ``NAME.npy`` in pieces, hashing on the way."""
    dtype = array.dtype.str
    data = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
    digest = hashlib.sha256()
    with box.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=len(data) >= 1 << 31) as file:
        pieces: list[bytes | memoryview] = [_head(dtype, array.shape)]
        pieces += [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
    return Entry(dtype, array.shape, digest.hexdigest())


def listing(box: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """Return the entries by name.

    Parameters
    ----------
    box : ZipFile
    size : int
        Bytes of the whole file: stored entries cannot be larger together.

    Raises
    ------
    ValueError
        A name that comes twice, a compressed or encrypted entry, sizes that do
        not fit the file.
    """
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in box.infolist():
        if info.filename in entries:
            raise ValueError(f"holds {info.filename} twice")
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            raise ValueError(f"holds {info.filename} compressed or encrypted")
        entries[info.filename] = info
    if any(i.file_size != i.compress_size for i in entries.values()):
        raise ValueError("declares sizes that contradict each other")
    if sum(info.file_size for info in entries.values()) > size:
        raise ValueError("declares more data than the file can hold")
    return entries


def check_names(entries: Iterable[str], dtypes_of: Callable[[str], tuple[str, ...]]) -> None:
    """Check that nothing but a manifest and arrays is there.

    Parameters
    ----------
    entries : iterable of str
    dtypes_of : callable
        Returns the types that an array of a name may have; none where there is no such array.

    Raises
    ------
    ValueError
        A name that is not allowed.
    """
    for entry in entries:
        name, _, kind = entry.rpartition(".")
        if entry != MANIFEST and (kind != "npy" or not dtypes_of(name)):
            raise ValueError(f"holds {entry!r}, which is no part of a session")


def read_bytes(box: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytearray:
    """Read one entry whole, into memory that may be written to."""
    data = bytearray(info.file_size)
    view, at = memoryview(data), 0
    with box.open(info) as file:
        while at < len(data):
            got = file.readinto(view[at : at + CHUNK])  # type: ignore[attr-defined]
            if not got:
                raise ValueError(f"{info.filename} ends too early")
            at += got
    return data


def read_array(
    box: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, entry: Entry, dtypes: tuple[str, ...]
) -> NDArray[Any]:
    """Read one array and compare it with what the manifest declares.

    Raises
    ------
    ValueError
        Type, size, head or hash are not as declared.
    """
    if entry.dtype not in dtypes:
        raise ValueError(f"{name} has the type {entry.dtype!r}, not {' or '.join(dtypes)}")
    head = _head(entry.dtype, entry.shape)
    if info.file_size != len(head) + entry.nbytes:
        raise ValueError(f"{name} has another size than declared")
    data = read_bytes(box, info)
    if hashlib.sha256(data).hexdigest() != entry.sha256 or data[: len(head)] != head:
        raise ValueError(f"{name} is damaged: its hash is not the one written down")
    return np.frombuffer(data, dtype=entry.dtype, offset=len(head)).reshape(entry.shape)
