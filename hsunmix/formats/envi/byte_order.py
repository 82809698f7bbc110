"""Whether the numbers of a flat file make sense in the byte order that its header says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats.envi.header import Header
from hsunmix.formats.pixels.raw import RawPixels

__all__ = ["check_byte_order"]

PIECES, LENGTH = 8, 512  # how many samples are taken, and of how many numbers
MIN_VALUES = 64
POSSIBLE = (1e-12, 1e12)  # where physical values lie; the exponents of swapped floats lie anywhere
SENSE, NONSENSE = 0.98, 0.6
MORE = 1.5  # bits; whole numbers that fill their range differ as much in each byte
MAX_BYTE_VALUES = 16  # values of a byte
SOME = 0.1  # of all numbers
_FILLS = (3.4028234663852886e38, 9.969209968386869e36, 1.23e34, 1e30, 1e34)


def check_byte_order(header: Header, pixels: RawPixels) -> None:
    """Look at a few numbers. Of floats there is no doubt; of whole numbers only a suspicion, for the notes.

    Raises
    ------
    FormatError
        Floats make no sense in the declared order, and all sense in the other.
    """
    if pixels.stored.itemsize == 1:
        return
    pieces = _samples(pixels)
    if sum(map(len, pieces)) < MIN_VALUES:
        return
    other = 1 if pixels.stored.newbyteorder("=") == pixels.stored else 0
    other = other if np.little_endian else 1 - other
    if pixels.stored.kind == "f":
        swapped = [piece.view(piece.dtype.newbyteorder()) for piece in pieces]
        if _sense(pieces) < NONSENSE and _sense(swapped) > SENSE:
            raise header.refuse(
                f"its numbers make no sense in byte order = {1 - other}, but do in the other: "
                f"write byte order = {other}"
            )
    elif _turned(pieces):
        header.notes.append(
            "its numbers look as if they were stored in the other byte order: if so, write "
            f"byte order = {other} into the header."
        )


def _samples(pixels: RawPixels) -> list[NDArray[np.generic]]:
    size = pixels.stored.itemsize
    count = (pixels.nbytes - pixels.offset) // size
    length = min(LENGTH, count)
    found = []
    with pixels.path.open("rb") as file:
        for start in np.unique(np.linspace(0, count - length, PIECES).astype(np.int64)):
            file.seek(pixels.offset + int(start) * size)
            raw = file.read(length * size)
            found.append(np.frombuffer(raw[: len(raw) // size * size], pixels.stored))
    return found


def _sense(pieces: list[NDArray[np.generic]]) -> float:
    """Return how many of the numbers that are neither zero nor stand for no data are possible ones."""
    with np.errstate(all="ignore"):
        values = np.abs(np.concatenate(pieces).astype(np.float64))
    plain = (values != 0) & ~np.isclose(values[:, None], _FILLS, rtol=1e-6, atol=0).any(axis=1)
    if plain.sum() < MIN_VALUES:
        return 1.0
    low, high = POSSIBLE
    return float(((values >= low) & (values <= high))[plain].mean())


def _turned(pieces: list[NDArray[np.generic]]) -> bool:
    """Whether whole numbers differ more in their most significant byte than in the least."""
    values = np.concatenate(pieces)
    size = values.dtype.itemsize
    columns = values.astype(values.dtype.newbyteorder(">")).view(np.uint8).reshape(-1, size)
    counts = [np.bincount(columns[:, k], minlength=256) for k in (0, size - 1)]
    first, last = (_entropy(count) for count in counts)
    if first - last <= MORE or np.count_nonzero(counts[0]) <= MAX_BYTE_VALUES:
        return False
    odd = counts[1][1::2].sum() / len(values)  # left-aligned numbers of 12 bits have none
    return bool(odd > SOME or np.count_nonzero(counts[1]) < MAX_BYTE_VALUES // 2)


def _entropy(counts: NDArray[np.intp]) -> float:
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log2(share)).sum())
