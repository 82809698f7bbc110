"""The filters that HDF5 files use most, undone without HDF5: shuffle and deflate."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

__all__ = ["FILTERS", "decode"]

FILTERS = ("shuffle", "deflate")


def decode(
    raw: NDArray[np.uint8], filters: tuple[str, ...], left_out: int, size: int, stored: np.dtype[np.generic]
) -> NDArray[np.generic]:
    """Return the values of a chunk.

    Parameters
    ----------
    raw : array of uint8
        As it lies in the file.
    filters : tuple of str
        In the order of writing.
    left_out : int
        Bit k is set where the k-th of them was left out.
    size : int
        Bytes of the chunk, decoded.
    stored : dtype

    Raises
    ------
    ValueError
        It is damaged.
    """
    for k in reversed(range(len(filters))):
        if left_out >> k & 1:
            continue
        if filters[k] == "deflate":
            raw = _inflated(raw, size)
        elif len(raw) == size:
            raw = _unshuffled(raw, stored.itemsize)
    if len(raw) != size:
        raise ValueError(f"a chunk of {len(raw)} bytes instead of {size}")
    return raw.view(stored)


def _inflated(raw: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    stream = zlib.decompressobj()
    try:
        # A byte more than there should be, so that it comes to the end and checks its sum.
        data = stream.decompress(raw.data, size + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not stream.eof:
        raise ValueError("a chunk that can't be inflated to its size")
    return np.frombuffer(data, np.uint8)


def _unshuffled(raw: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """Put the bytes of a value together again: first bytes of all values came first, then second ones."""
    if width == 1:
        return raw
    out = np.empty((len(raw) // width, width), np.uint8)
    for k, plane in enumerate(raw.reshape(width, -1)):
        out[:, k] = plane
    return out.reshape(-1)
