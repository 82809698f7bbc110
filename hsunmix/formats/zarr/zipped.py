"""Where in a zip file a Zarr store is: its directory is read, and nothing else of it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from hsunmix.errors import FormatError
from hsunmix.files import STORE_FILES

__all__ = ["has_store", "store_in"]

END, END_64, LOCATOR, ENTRY = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02"
TAIL = 65_557  # bytes: the end of a zip file with the longest comment
MAX_BYTES = 64 << 20  # of a directory: half a million chunks
BLOCK = 1 << 20
MAX_ENTRY = 46 + 3 * 0xFFFF  # bytes


def has_store(path: Path) -> bool:
    """Whether a zip file holds a store, whatever its first entry is."""
    return any(name.rpartition("/")[2] in STORE_FILES for name in _names(path))


def store_in(path: Path) -> str:
    """Return the folder of the store within a zip file; empty where that is all of it.

    Raises
    ------
    FormatError
        There is none, or there are several.
    """
    folders = {name.rpartition("/")[0] for name in _names(path) if name.rpartition("/")[2] in STORE_FILES}
    if not folders:
        raise FormatError(path, "holds no Zarr store: unpack it and open what is in it")
    depth = {folder: len(folder.split("/")) if folder else 0 for folder in folders}
    roots = sorted(folder for folder in folders if depth[folder] == min(depth.values()))
    if len(roots) > 1:
        raise FormatError(
            path, f"holds {len(roots)} Zarr stores, {roots[0]} among them: unpack it and open one"
        )
    return roots[0]


def _names(path: Path) -> Iterator[str]:
    """Yield the names of the entries; none where the file has no directory that can be read."""
    try:
        with path.open("rb") as file:
            yield from _entries(file, *_directory(file))
    except (OSError, struct.error):
        return


def _directory(file: BinaryIO) -> tuple[int, int]:
    """Return where the directory begins and how many bytes it has."""
    size = file.seek(0, 2)
    file.seek(max(0, size - TAIL))
    tail = file.read()
    at = tail.rfind(END)
    if at < 0:
        return 0, 0
    length, start = struct.unpack_from("<II", tail, at + 12)
    if 0xFFFFFFFF in (length, start) and tail[at - 20 : at].startswith(LOCATOR):
        file.seek(struct.unpack_from("<Q", tail, at - 12)[0])
        end = file.read(56)
        length, start = struct.unpack_from("<QQ", end, 40) if end.startswith(END_64) else (0, 0)
    return start, min(length, MAX_BYTES, size)


def _entries(file: BinaryIO, start: int, length: int) -> Iterator[str]:
    file.seek(start)
    left, held, at = length, b"", 0
    while True:
        if len(held) - at < MAX_ENTRY and left:
            piece = file.read(min(BLOCK, left))
            held, at, left = held[at:] + piece, 0, left - len(piece) if piece else 0
        if not held.startswith(ENTRY, at):
            return
        name, extra, comment = struct.unpack_from("<HHH", held, at + 28)
        yield held[at + 46 : at + 46 + name].decode("utf-8", "replace")
        at += 46 + name + extra + comment
