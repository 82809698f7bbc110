"""A large array in a MATLAB 5 file, packed in pieces: SciPy packs a variable in one go."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Generator, Iterable
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

__all__ = ["write_array"]

# Numbers of the format's data types, and of its classes of single precision and of whole numbers.
INT8, INT32, UINT32, SINGLE, MATRIX, COMPRESSED = 1, 5, 6, 7, 14, 15
SINGLE_CLASS, INT32_CLASS = 7, 12


def write_array(
    file: BinaryIO, name: str, shape: tuple[int, ...], pieces: Iterable[NDArray[Any]], *, whole: bool = False
) -> Generator[None, None, None]:
    """Write a variable of single precision, or of whole numbers of 32 bits, where the file stands.

    Parameters
    ----------
    file : file
        Must be able to seek: how long a packed variable is stands before it.
    name : str
        ASCII.
    shape : tuple of int
        All sizes together at most 2 GB.
    pieces : iterable of array
        Its values in MATLAB's order, the first axis the fastest.
    whole : bool
    """
    begin = file.tell()
    file.write(struct.pack("<2I", COMPRESSED, 0))
    packer = zlib.compressobj()
    size = 4 * int(np.prod(shape))
    file.write(packer.compress(_head(name, shape, size, whole)))
    for piece in pieces:
        file.write(packer.compress(np.ascontiguousarray(piece, "<i4" if whole else "<f4").data))
        yield
    file.write(packer.compress(bytes(-size % 8)) + packer.flush())
    end = file.tell()
    file.seek(begin + 4)
    file.write(struct.pack("<I", end - begin - 8))
    file.seek(end)


def _head(name: str, shape: tuple[int, ...], size: int, whole: bool) -> bytes:
    """Return what stands before the values: flags, sizes and name, each padded to 8 bytes."""
    parts = [
        struct.pack("<4I", UINT32, 8, INT32_CLASS if whole else SINGLE_CLASS, 0),
        _element(INT32, np.array(shape, "<i4").tobytes()),
        _element(INT8, name.encode("ascii")),
        struct.pack("<2I", INT32 if whole else SINGLE, size),
    ]
    inside = b"".join(parts)
    return struct.pack("<2I", MATRIX, len(inside) + size + -size % 8) + inside


def _element(kind: int, content: bytes) -> bytes:
    return struct.pack("<2I", kind, len(content)) + content + bytes(-len(content) % 8)
