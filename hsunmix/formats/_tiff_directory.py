"""Read a TIFF file's own table: how its pixels are stored, and where each piece of them lies."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

__all__ = ["Directory", "read_directory"]

Directory = dict[int, NDArray[np.int64]]

MAX_ENTRIES = 4096
MAX_VALUES = 1 << 22
_TYPES = {1: "u1", 3: "u2", 4: "u4", 16: "u8"}


def read_directory(path: Path) -> tuple[Directory, str] | None:
    """Return the whole numbers of a file's first directory by their tags, and its byte order, < or >.

    None where it isn't as it should be.
    """
    try:
        with path.open("rb") as file:
            head = file.read(16)
            order = {b"II": "<", b"MM": ">"}[head[:2]]
            big = struct.unpack(order + "H", head[2:4])[0] == 43
            (start,) = struct.unpack(order + ("Q" if big else "I"), head[8:16] if big else head[4:8])
            return _entries(file, start, order, big), order
    except (OSError, KeyError, ValueError, OverflowError, struct.error):
        return None


def _entries(file: IO[bytes], start: int, order: str, big: bool) -> Directory:
    counter, entry = (order + "Q", order + "HHQ8s") if big else (order + "H", order + "HHI4s")
    (count,) = struct.unpack(counter, _at(file, start, struct.calcsize(counter)))
    if count > MAX_ENTRIES:
        raise ValueError
    size = struct.calcsize(entry)
    raw = _at(file, start + struct.calcsize(counter), count * size)
    found: Directory = {}
    for tag, kind, number, inside in struct.iter_unpack(entry, raw):
        if kind not in _TYPES or not 0 < number <= MAX_VALUES:
            continue
        dtype = np.dtype(order + _TYPES[kind])
        length = number * dtype.itemsize
        if length > len(inside):
            (place,) = struct.unpack(order + ("Q" if big else "I"), inside)
            inside = _at(file, place, length)
        values = np.frombuffer(inside[:length], dtype)
        if values.max() >= 1 << 62:
            raise ValueError
        found.setdefault(tag, values.astype(np.int64))
    return found


def _at(file: IO[bytes], start: int, length: int) -> bytes:
    file.seek(start)
    data = file.read(length)
    if len(data) < length:
        raise ValueError
    return data
