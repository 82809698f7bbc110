"""What parent and decoder say to each other: structures that are checked, never pickled objects."""

from __future__ import annotations

import struct
from typing import Any, BinaryIO

import msgspec

from hsunmix.files import Identity

__all__ = [
    "Array", "Block", "Chunked", "Done", "Features", "Fields", "Flat", "Forget", "Library", "Lie", "Missing",
    "Open", "Opened", "Place", "Read", "Refused", "Reply", "Request", "Spectrum", "Value", "receive", "send",
]  # fmt: skip

MAX_BYTES = 256 << 20
_LENGTH = struct.Struct("<I")


class Array(msgspec.Struct, tag=True):
    """A small array: wavelengths, spectra."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


class Place(msgspec.Struct, tag=True):
    """A Georeference."""

    transform: tuple[float, float, float, float, float, float]
    crs: str


class Lie(msgspec.Struct, tag=True):
    """A Layout."""

    axes: str
    sure: bool
    dataset: str
    datasets: tuple[str, ...]
    grid: str


Value = None | bool | int | float | str | list[int | float | str] | Array | Place | Lie
Fields = dict[str, Value]


class Forget(msgspec.Struct, tag=True):
    """Close the file that is open; there is no answer."""


class Open(msgspec.Struct, tag=True):
    """Open a file. Paths are bytes: they need not be text."""

    what: str
    format: str
    path: bytes
    options: dict[str, int | str] = {}


class Read(msgspec.Struct, tag=True):
    """Some lines of the cube that is open."""

    first: int
    last: int
    bands: list[int] | None = None


class Spectrum(msgspec.Struct, tag=True):
    """One pixel of it."""

    line: int
    sample: int


class Refused(msgspec.Struct, tag=True):
    """An error: the name of its class, what it is about (a path, a parameter), and the reason."""

    kind: str
    reason: str
    about: bytes = b""
    pixels: int = 0


class _Cube(msgspec.Struct):
    """A cube's fields, and what its pixels are."""

    fields: Fields
    shape: tuple[int, int, int]
    dtype: str


class _Stored(_Cube):
    """Which file, in which state, holds them."""

    file: bytes
    identity: Identity


class Opened(_Stored, tag=True):
    """A cube whose pixels the decoder reads."""


class Flat(_Stored, tag=True):
    """A cube whose pixels lie in one piece in a file, where the parent can read them by itself.

    ``checked`` are begin, size and CRC-32 of bytes with a checksum.
    """

    interleave: str
    offset: int
    checked: tuple[int, int, int] | None = None


class Chunked(_Stored, tag=True):
    """A cube whose pixels lie in chunks in a file, where the parent can read them by itself.

    ``shape`` is the dataset's, in the order of its ``axes``; the rest is as in ``Chunks``.
    """

    axes: str
    size: tuple[int, int, int]
    starts: bytes
    lengths: bytes
    masks: bytes
    filters: tuple[str, ...]
    fill: bytes
    cut: int


class Missing(_Cube, tag=True):
    """A cube without its pixels."""

    error: Refused


class Library(msgspec.Struct, tag=True):
    """A library's fields."""

    fields: Fields


class Features(msgspec.Struct, tag=True):
    """The fields of points, lines and polygons."""

    fields: Fields


class Block(msgspec.Struct, tag=True):
    """Values that follow through the shared memory in pieces, in C order of the axes ``order``."""

    shape: tuple[int, ...]
    order: tuple[int, ...]
    dtype: str


class Done(msgspec.Struct, tag=True):
    """Nothing else to say."""


Request = Forget | Open | Read | Spectrum
Reply = Opened | Flat | Chunked | Missing | Library | Features | Block | Refused | Done


def send(stream: BinaryIO, message: msgspec.Struct) -> None:
    """Write one message."""
    data = msgspec.msgpack.encode(message)
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def receive(stream: BinaryIO, kind: Any) -> Any:
    """Read one message of a kind.

    Raises
    ------
    EOFError
        The other side is gone, or talks nonsense.
    """
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (size,) = _LENGTH.unpack(head)
    data = stream.read(size) if size <= MAX_BYTES else b""
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise EOFError from error
