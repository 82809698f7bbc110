"""Where the chunks of a dataset lie in a file, and which parts of them are wanted."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Chunks", "Part", "parts"]


class Part(NamedTuple):
    """What is wanted of a chunk along one axis: its places ``low`` … ``high`` − 1, of these some, whither."""

    chunk: int
    low: int
    high: int
    picked: slice | NDArray[np.intp]
    target: slice


@dataclass(frozen=True, eq=False)
class Chunks:
    """Where a dataset's chunks lie.

    Attributes
    ----------
    shape, size : tuple of 3 int
        Of the dataset and of a chunk, in the order of its axes.
    stored : dtype
        With the file's byte order.
    starts, lengths : array of int64
        For each chunk, by its place in the dataset: its first byte in the file, −1 where there is none,
        and how many.
    masks : array of int64
        Bit k is set where the k-th filter was left out.
    filters : tuple of str
        In the order of writing; see ``decode``.
    fill : array, ()
        Value of what is in no chunk.
    cut : int
        The axis along which the last chunk ends with the dataset; −1 where all chunks are of one size.
    """

    shape: tuple[int, int, int]
    size: tuple[int, int, int]
    stored: np.dtype[np.generic]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    masks: NDArray[np.int64]
    filters: tuple[str, ...]
    fill: NDArray[np.generic]
    cut: int = -1

    @cached_property
    def nbytes(self) -> int:
        """Size of a chunk, decoded."""
        return self.size[0] * self.size[1] * self.size[2] * self.stored.itemsize

    def extent(self, place: Sequence[int]) -> tuple[int, ...]:
        """Size of one chunk along the axes."""
        extent = list(self.size)
        if self.cut >= 0:
            extent[self.cut] = min(
                extent[self.cut], self.shape[self.cut] - place[self.cut] * extent[self.cut]
            )
        return tuple(extent)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Size of each in bytes, decoded."""
        sizes = np.full(self.starts.shape, self.nbytes, np.int64)
        if self.cut >= 0:
            last = (slice(None),) * self.cut + (-1,)
            sizes[last] = np.prod(self.extent([n - 1 for n in self.starts.shape])) * self.stored.itemsize
        return sizes


def parts(index: NDArray[np.intp], size: int) -> list[Part]:
    """Cut ascending places along an axis at the borders of chunks."""
    if not len(index):
        return []
    number = index // size
    cuts = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(index)]
    parts = []
    for a, b in itertools.pairwise(cuts):
        low, high = int(index[a]), int(index[b - 1]) + 1
        picked = slice(None) if high - low == b - a else index[a:b] - low
        begin = int(number[a]) * size
        parts.append(Part(int(number[a]), low - begin, high - begin, picked, slice(a, b)))
    return parts
