"""The filters that HDF5 and TIFF files use most, undone without their libraries."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats.opening.damage import unpackable

__all__ = ["FILTERS", "decode"]

FILTERS = ("shuffle", "differences", "float differences", "deflate", "zlib")

FOLLOWING, STEP = 64, 1 << 16  # chunks, and bytes, that are looked at behind what a chunk should hold

Bytes = NDArray[np.uint8]
Shape = tuple[int, ...]


def decode(
    raw: Bytes,
    filters: tuple[str, ...],
    left_out: int,
    shape: Shape,
    stored: np.dtype[np.generic],
    along: int,
) -> NDArray[np.generic]:
    """Return the values of a chunk.

    Parameters
    ----------
    raw : array of uint8
        As it lies in the file.
    filters : tuple of str
        In the order of writing. ``zlib`` is ``deflate`` that may hold more than there should be.
    left_out : int
        Bit k is set where the k-th of them was left out.
    shape : tuple of int
        Of the chunk.
    stored : dtype
    along : int
        The axis of the samples: differences are taken along it.

    Raises
    ------
    ValueError
        It is damaged.
    """
    size = int(np.prod(shape)) * stored.itemsize
    for k in reversed(range(len(filters))):
        if left_out >> k & 1:
            continue
        if filters[k] in ("deflate", "zlib"):
            raw = _inflated(raw, size, filters[k] == "zlib")
        elif len(raw) != size:
            continue
        elif filters[k] == "shuffle":
            raw = _unshuffled(raw, stored.itemsize)
        elif filters[k] == "differences":
            raw = _summed(raw, shape, stored, along)
        else:
            raw = _float_summed(raw, shape, stored, along)
    if len(raw) != size:
        raise ValueError(f"a piece of it has {len(raw)} bytes instead of {size}")
    return raw.view(stored).reshape(shape)


def _inflated(raw: Bytes, size: int, more: bool) -> Bytes:
    stream = zlib.decompressobj()
    try:
        # A byte more than there should be, so that it comes to the end and checks its sum.
        data = stream.decompress(raw.data, size + 1)
        if more:
            _check_rest(stream, size)
    except zlib.error as error:
        raise ValueError(unpackable(error)) from None
    if not stream.eof and not (more and len(data) > size):
        raise ValueError("a piece of it can't be unpacked to its size")
    return np.frombuffer(data, np.uint8)[: size if more else None]


def _check_rest(stream: zlib._Decompress, size: int) -> None:
    """Unpack what follows, up to its sum: damage makes it more than there should be as well."""
    room = FOLLOWING * size + STEP
    while not stream.eof and stream.unconsumed_tail and room > 0:
        room -= len(stream.decompress(stream.unconsumed_tail, STEP))


def _unshuffled(raw: Bytes, width: int) -> Bytes:
    """Put the bytes of a value together again: first bytes of all values came first, then second ones."""
    if width == 1:
        return raw
    out = np.empty((len(raw) // width, width), np.uint8)
    for k, plane in enumerate(raw.reshape(width, -1)):
        out[:, k] = plane
    return out.reshape(-1)


def _summed(raw: Bytes, shape: Shape, stored: np.dtype[np.generic], along: int) -> Bytes:
    """Add each value to the one before it, as whole numbers of its width."""
    whole = np.dtype(f"u{stored.itemsize}").newbyteorder(stored.byteorder)
    values = raw.view(whole).reshape(shape).astype(whole.newbyteorder("="))
    np.add.accumulate(values, axis=along, out=values)
    return values.astype(whole, copy=False).reshape(-1).view(np.uint8)


def _float_summed(raw: Bytes, shape: Shape, stored: np.dtype[np.generic], along: int) -> Bytes:
    """Add each byte of a row to that of the value before it; first come the highest bytes of all values."""
    behind, width = int(np.prod(shape[along + 1 :])), stored.itemsize
    rows = raw.reshape(-1, width * shape[along], behind)
    planes = np.add.accumulate(rows, axis=1, dtype=np.uint8).reshape(len(rows), width, -1)
    values = np.ascontiguousarray(planes.transpose(0, 2, 1)).view(stored.newbyteorder(">"))
    return values.astype(stored, copy=False).reshape(-1).view(np.uint8)
