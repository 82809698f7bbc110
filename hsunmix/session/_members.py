"""Arrays in a stored zip: written with their hashes, read without trust.

A member is a ``.npy`` file of version 1.0 whose head follows from the declared type and shape, so
that reading it needs no parser: the head is compared with what it must be.
"""

from __future__ import annotations

import hashlib
import math
import re
import zipfile
from collections.abc import Mapping
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

__all__ = ["DTYPES", "Member", "listing", "read_array", "read_bytes", "write_array", "write_bytes"]

DTYPES: Mapping[str, str] = {
    "selection": "|b1",
    "bad_bands": "|b1",
    "spectra": "<f8",
    "endmembers": "<f8",
    "abundances": "<f4",
    "rmse": "<f4",
    "history": "<f8",
    "source_pixels": "<i8",
    "used_bands": "|b1",
    "region_runs": "<i4",
}
OF_RUNS = re.compile(
    r"run[1-9]\d{0,8}_"
    r"(selection|bad_bands|spectra|endmembers|abundances|rmse|history|source_pixels|used_bands)"
)
CHUNK = 1 << 24
Size = Annotated[int, Meta(ge=0, le=1 << 40)]


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
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
    """Write one member; the same data give the same bytes at any time."""
    box.writestr(zipfile.ZipInfo(name), data)


def dtype_of(name: str) -> str:
    """Return the type of an array by its name; those of an earlier run have its number before the name.

    Raises
    ------
    KeyError
        No such array is part of a session.
    """
    match = OF_RUNS.fullmatch(name)
    return DTYPES[match[1] if match else name]


def write_array(box: zipfile.ZipFile, name: str, array: NDArray[np.generic]) -> Member:
    """Write one array as ``NAME.npy`` in pieces, hashing on the way."""
    dtype = dtype_of(name)
    data = np.ascontiguousarray(array, dtype=dtype).reshape(-1).view(np.uint8).data
    digest = hashlib.sha256()
    with box.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=len(data) >= 1 << 31) as file:
        pieces: list[bytes | memoryview] = [_head(dtype, array.shape)]
        pieces += [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
    return Member(dtype, array.shape, digest.hexdigest())


def listing(box: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """Return the members by name.

    Parameters
    ----------
    box : ZipFile
    size : int
        Bytes of the whole file: stored members cannot be larger together.

    Raises
    ------
    ValueError
        A name that is not allowed or comes twice, a compressed or encrypted member, sizes that do
        not fit the file.
    """
    allowed = {"manifest.json", *(f"{name}.npy" for name in DTYPES)}
    members: dict[str, zipfile.ZipInfo] = {}
    for info in box.infolist():
        if info.filename not in allowed and not OF_RUNS.fullmatch(info.filename.removesuffix(".npy")):
            raise ValueError(f"holds {info.filename!r}, which is no part of a session")
        if info.filename in members:
            raise ValueError(f"holds {info.filename} twice")
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            raise ValueError(f"holds {info.filename} compressed or encrypted")
        members[info.filename] = info
    if any(i.file_size != i.compress_size for i in members.values()):
        raise ValueError("declares sizes that contradict each other")
    if sum(info.file_size for info in members.values()) > size:
        raise ValueError("declares more data than the file can hold")
    return members


def read_bytes(box: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytearray:
    """Read one member whole, into memory that may be written to."""
    data = bytearray(info.file_size)
    view, at = memoryview(data), 0
    with box.open(info) as file:
        while at < len(data):
            got = file.readinto(view[at : at + CHUNK])  # type: ignore[attr-defined]
            if not got:
                raise ValueError(f"{info.filename} ends too early")
            at += got
    return data


def read_array(box: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, member: Member) -> NDArray[np.generic]:
    """Read one array and compare it with what the manifest declares.

    Raises
    ------
    ValueError
        Type, size, head or hash are not as declared.
    """
    if member.dtype != dtype_of(name):
        raise ValueError(f"{name} has the type {member.dtype!r}, not {dtype_of(name)!r}")
    head = _head(member.dtype, member.shape)
    if info.file_size != len(head) + member.nbytes:
        raise ValueError(f"{name} has another size than declared")
    data = read_bytes(box, info)
    if hashlib.sha256(data).hexdigest() != member.sha256 or data[: len(head)] != head:
        raise ValueError(f"{name} is damaged: its hash is not the one written down")
    return np.frombuffer(data, dtype=member.dtype, offset=len(head)).reshape(member.shape)
