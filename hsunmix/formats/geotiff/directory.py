"""Read a TIFF file's own tables: how its pixels are stored, and where each piece of them lies."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

__all__ = ["Directory", "read_directories"]

MAX_PAGES = 20_000
MAX_ENTRIES = 4096
MAX_VALUES = 1 << 22
MAX_TEXT = 1 << 20
_TYPES = {1: "u1", 3: "u2", 4: "u4", 16: "u8"}
_ASCII = 2
# What says how pixels are stored. Where one of these is not as it should be, nothing here is believed.
_LAYOUT = frozenset(
    (254, 255, 256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 317, 322, 323, 324, 325, 339)
)


@dataclass(frozen=True)
class Directory:
    """The table of one page.

    Attributes
    ----------
    numbers : dict of int to array of int64
        Whole numbers by their tags.
    texts : dict of int to bytes
        Texts by their tags.
    """

    numbers: dict[int, NDArray[np.int64]] = field(default_factory=dict)
    texts: dict[int, bytes] = field(default_factory=dict)

    def number(self, tag: int, otherwise: int = 1) -> int:
        """Return the one number of a tag; −1 where it has several that differ."""
        values = self.numbers.get(tag)
        return otherwise if values is None else int(values[0]) if (values == values[0]).all() else -1


def read_directories(path: Path) -> tuple[list[Directory | None], str]:
    """Return the tables of a file's pages, and its byte order, < or >.

    A table that isn't as it should be is None. The list ends where the file's chain of them does.
    """
    found: list[Directory | None] = []
    order = "<"
    try:
        with path.open("rb") as file:
            head = file.read(16)
            order = {b"II": "<", b"MM": ">"}[head[:2]]
            big = struct.unpack(order + "H", head[2:4])[0] == 43
            for start in _chain(file, head, order, big):
                try:
                    found.append(_entries(file, start, order, big))
                except (ValueError, OverflowError, struct.error):
                    found.append(None)
    except (OSError, KeyError, ValueError, OverflowError, struct.error):
        found = found or [None]
    return found, order


def _chain(file: IO[bytes], head: bytes, order: str, big: bool) -> Iterator[int]:
    """Give the place of each table."""
    place, counter, entry = (order + "Q", order + "Q", 20) if big else (order + "I", order + "H", 12)
    (start,) = struct.unpack(place, head[8:16] if big else head[4:8])
    seen: set[int] = set()
    while start and start not in seen and len(seen) < MAX_PAGES:
        seen.add(start)
        yield start
        (count,) = struct.unpack(counter, _at(file, start, struct.calcsize(counter)))
        behind = start + struct.calcsize(counter) + count * entry
        (start,) = struct.unpack(place, _at(file, behind, struct.calcsize(place)))


def _entries(file: IO[bytes], start: int, order: str, big: bool) -> Directory:
    counter, entry = (order + "Q", order + "HHQ8s") if big else (order + "H", order + "HHI4s")
    (count,) = struct.unpack(counter, _at(file, start, struct.calcsize(counter)))
    if count > MAX_ENTRIES:
        raise ValueError
    size = struct.calcsize(entry)
    raw = _at(file, start + struct.calcsize(counter), count * size)
    found = Directory()
    for tag, kind, number, inside in struct.iter_unpack(entry, raw):
        if kind in _TYPES and 0 < number <= MAX_VALUES:
            dtype = np.dtype(order + _TYPES[kind])
            values = np.frombuffer(_value(file, inside, number * dtype.itemsize, order, big), dtype)
            if values.max() >= 1 << 62 or (tag in _LAYOUT and tag in found.numbers):
                raise ValueError
            found.numbers.setdefault(tag, values.astype(np.int64))
        elif tag in _LAYOUT:
            raise ValueError  # of another type, or without a value: libtiff has its own mind about each
        elif kind == _ASCII and 0 < number <= MAX_TEXT:
            found.texts.setdefault(tag, _value(file, inside, number, order, big))
    return found


def _value(file: IO[bytes], inside: bytes, length: int, order: str, big: bool) -> bytes:
    """Return an entry's value, which stands in it or where it says."""
    if length <= len(inside):
        return inside[:length]
    (place,) = struct.unpack(order + ("Q" if big else "I"), inside)
    return _at(file, place, length)


def _at(file: IO[bytes], start: int, length: int) -> bytes:
    file.seek(start)
    data = file.read(length)
    if len(data) < length:
        raise ValueError
    return data
