"""Pixels that lie in chunks in a file, read without the library that wrote them.

Plain file reads and zlib: nothing here can crash on a damaged file, and threads need not take turns,
as they must inside HDF5.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.threads import run_chunks
from hsunmix.errors import FileError, TooLargeError
from hsunmix.formats._chunk_filters import decode
from hsunmix.formats._raw_pixels import fill
from hsunmix.formats._slabs import KEPT_BYTES, Slabs, lines_of_slab

__all__ = ["ChunkPixels", "Chunks"]

PORTION = 4 << 20  # decoded by a thread before it looks for more

Values = NDArray[np.generic]


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
        In the order of writing: ``shuffle``, ``deflate``.
    fill : array, ()
        Value of what is in no chunk.
    """

    shape: tuple[int, int, int]
    size: tuple[int, int, int]
    stored: np.dtype[np.generic]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    masks: NDArray[np.int64]
    filters: tuple[str, ...]
    fill: NDArray[np.generic]

    @cached_property
    def nbytes(self) -> int:
        """Size of a chunk, decoded."""
        return self.size[0] * self.size[1] * self.size[2] * self.stored.itemsize


class ChunkPixels:
    """Pixels of a dataset that lies in chunks.

    Every read opens the file anew. Where decoding a line means decoding others, whole rows of chunks
    are kept for a while; who reads whole rows of them (``block_lines``) needs no such memory.

    Parameters
    ----------
    path : Path
    axes : str
        The order of the dataset's axes: ``y`` lines, ``x`` samples, ``b`` bands.
    chunks : Chunks
    state : tuple of 2 int
        The file's size and its time of change when this was found.
    """

    def __init__(self, path: Path, axes: str, chunks: Chunks, state: tuple[int, int]) -> None:
        self.path = path
        self.axes = axes
        self.chunks = chunks
        self.state = state
        self._order = [axes.index(axis) for axis in "yxb"]
        lines, samples, bands = (chunks.shape[k] for k in self._order)
        self._shape = (lines, samples, bands)
        self._dtype = chunks.stored.newbyteorder("=")
        line = samples * bands * self._dtype.itemsize
        rows = chunks.size[self._order[0]]
        if axes[0] == "y" and not chunks.filters:
            rows = 1  # of such a chunk some lines can be read alone
        self.block_lines = lines_of_slab(rows, lines, line)
        self._slabs = Slabs(self.block_lines, self.block_lines * line, KEPT_BYTES)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(lines, samples, bands)."""
        return self._shape

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Type of the values, in the machine's byte order."""
        return self._dtype

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> Values:
        """Stored values of the lines first … last − 1, (lines, samples, bands).

        Raises
        ------
        FileError
            The file has changed since it was opened, or is damaged there.
        """
        lines, samples, every = self._shape
        first, last, _ = slice(first, last).indices(lines)
        last = max(first, last)
        if bands is not None:
            wanted, places = np.unique([range(every)[band] for band in bands], return_inverse=True)
            values = self._load(np.arange(first, last), np.arange(samples), wanted.astype(np.intp))
            return (
                values if len(wanted) == len(places) and (np.diff(places) > 0).all() else values[..., places]
            )
        step = self.block_lines
        if first == last or (first % step == 0 and (last % step == 0 or last == lines)):
            return self._load_lines(first, last)
        return np.array(self._slabs.view(first, last, self._load_lines), order="K")

    def spectrum(self, line: int, sample: int) -> Values:
        """Stored values of one pixel, (bands,)."""
        lines, samples, bands = self._shape
        line, sample = range(lines)[line], range(samples)[sample]
        slab = self._slabs.peek(line // self.block_lines)
        if slab is not None:
            return np.array(slab[line % self.block_lines, sample])
        return self._load(np.array([line]), np.array([sample]), np.arange(bands)).reshape(-1)

    def _load_lines(self, first: int, last: int) -> Values:
        lines, samples, bands = self._shape
        return self._load(np.arange(first, min(last, lines)), np.arange(samples), np.arange(bands))

    def _load(self, *picked: NDArray[np.intp]) -> Values:
        """Read what is picked, in ascending order, along lines, samples and bands."""
        picked = tuple(picked["yxb".index(axis)] for axis in self.axes)
        try:
            out = np.empty([len(index) for index in picked], self._dtype)
            parts = [_parts(index, size) for index, size in zip(picked, self.chunks.size, strict=True)]
            boxes = list(itertools.product(*parts))
            step = max(1, PORTION // self.chunks.nbytes)
            portions = [slice(k, k + step) for k in range(0, len(boxes), step)]
            for _ in run_chunks(lambda portion: self._copy(boxes[portion], out), portions):
                pass
        except MemoryError as error:
            raise TooLargeError(f"{self.path}: {error or 'the block does not fit into memory'}") from None
        return out.transpose(self._order)

    def _copy(self, boxes: list[tuple[Part, ...]], out: Values) -> None:
        """Copy parts of some chunks to where they belong."""
        with self._open() as file:
            for box in boxes:
                values = self._values(file, box)
                out[tuple(part.target for part in box)] = values

    def _values(self, file: IO[bytes], box: tuple[Part, ...]) -> Values:
        """Return what is wanted of one chunk."""
        chunks = self.chunks
        place = tuple(part.chunk for part in box)
        start = int(chunks.starts[place])
        if start < 0:
            return chunks.fill
        if not chunks.filters:
            return self._plain(file, start, box)[tuple(part.picked for part in box)]
        raw = np.empty(int(chunks.lengths[place]), np.uint8)
        fill(self.path, file, start, raw)
        try:
            values = decode(raw, chunks.filters, int(chunks.masks[place]), chunks.nbytes, chunks.stored)
        except ValueError as error:
            raise FileError(self.path, f"is damaged: {error} at byte {start}") from None
        values = values.reshape(chunks.size)[tuple(slice(part.low, part.high) for part in box)]
        return values[tuple(part.picked for part in box)]

    def _plain(self, file: IO[bytes], start: int, box: tuple[Part, ...]) -> Values:
        """Read no more of a chunk than from the first to the last value that is wanted."""
        (_, rows, columns), item = self.chunks.size, self.chunks.stored.itemsize
        strides = (rows * columns * item, columns * item, item)
        first = sum(part.low * stride for part, stride in zip(box, strides, strict=True))
        last = sum((part.high - 1) * stride for part, stride in zip(box, strides, strict=True))
        raw = np.empty(last - first + item, np.uint8)
        fill(self.path, file, start + first, raw)
        shape = [part.high - part.low for part in box]
        return np.ndarray(shape, self.chunks.stored, raw.data, 0, strides)

    @contextmanager
    def _open(self) -> Iterator[IO[bytes]]:
        try:
            file = self.path.open("rb", buffering=0)
        except OSError as error:
            raise FileError(self.path, f"can no longer be read: {error.strerror or error}") from None
        with file:
            self._check(file)
            yield file
            self._check(file)

    def _check(self, file: IO[bytes]) -> None:
        found = os.fstat(file.fileno())
        if (found.st_size, found.st_mtime_ns) != self.state:
            raise FileError(self.path, "has changed since it was opened; open it again")


def _parts(index: NDArray[np.intp], size: int) -> list[Part]:
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
