"""Pixels that lie in chunks in a file, read without the library that wrote them.

Plain file reads and zlib: nothing here can crash on a damaged file, and threads need not take turns,
as they must inside HDF5.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.blocks import ChunkSink
from hsunmix.engine.threads import run_chunks
from hsunmix.errors import FileError, TooLargeError
from hsunmix.files import Identity, check_identity
from hsunmix.formats.opening.damage import damaged
from hsunmix.formats.pixels.asked import asked_bands, asked_lines, asked_pixel
from hsunmix.formats.pixels.chunk_filters import decode
from hsunmix.formats.pixels.chunks import Chunks, Part
from hsunmix.formats.pixels.chunks import parts as cut
from hsunmix.formats.pixels.raw import fill
from hsunmix.formats.pixels.slabs import KEPT_BYTES, Columns, Slabs, lines_of_slab

__all__ = ["ChunkPixels"]

COLUMN_BYTES = 64 << 20  # unpacked for a pixel, at most
PORTION = 4 << 20  # decoded by a thread before it looks for more

Values = NDArray[np.generic]


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
    known : Identity
        The file's, when this was found.
    """

    def __init__(self, path: Path, axes: str, chunks: Chunks, known: Identity) -> None:
        self.path = path
        self.axes = axes
        self.chunks = chunks
        self.identity = known
        self._order = [axes.index(axis) for axis in "yxb"]
        lines, samples, bands = (chunks.shape[k] for k in self._order)
        self.shape = (lines, samples, bands)
        self.dtype = chunks.stored.newbyteorder("=")
        line = samples * bands * self.dtype.itemsize
        rows = chunks.size[self._order[0]]
        self.piece_lines = lines_of_slab(rows, lines, line)
        self._most = int(chunks.nbytes if not chunks.filters else chunks.lengths.max())
        if axes[0] == "y" and not chunks.filters:
            rows = 1  # of such a chunk some lines can be read alone
        self.block_lines = lines_of_slab(rows, lines, line)
        step = self.block_lines
        alike = chunks.size[self._order[2]] >= bands  # one band costs as much as all
        self._kept_whole = bool(chunks.filters) and alike and -(-lines // step) * step * line <= KEPT_BYTES
        self._slabs = Slabs(self.block_lines, self.block_lines * line, KEPT_BYTES)
        self._columns = Columns(KEPT_BYTES // 2)

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> Values:
        """Stored values of the lines first … last − 1, (lines, samples, bands).

        Raises
        ------
        FileError
            The file has changed since it was opened, or is damaged there.
        """
        lines, samples, _ = self.shape
        first, last = asked_lines(first, last, self.shape)
        if bands is not None:
            if self._kept_whole:
                return self._picked(first, last, asked_bands(bands, self.shape))
            wanted, places = np.unique(asked_bands(bands, self.shape), return_inverse=True)
            values = self._load(np.arange(first, last), np.arange(samples), wanted.astype(np.intp))
            return (
                values if len(wanted) == len(places) and (np.diff(places) > 0).all() else values[..., places]
            )
        step = self.block_lines
        if first == last or (first % step == 0 and (last % step == 0 or last == lines)):
            return self._load_lines(first, last)
        return np.array(self._slabs.view(first, last, self._load_lines), order="K")

    def _picked(self, first: int, last: int, bands: list[int]) -> Values:
        """Some bands, of a scene that is unpacked once."""
        out = np.empty((last - first, self.shape[1], len(bands)), self.dtype)
        step = self.block_lines
        for index in range(first // step, -(-last // step)):
            slab, begin = self._slabs.slab(index, self._load_lines), index * step
            low, high = max(first, begin), min(last, begin + step)
            out[low - first : high - first] = slab[low - begin : high - begin][:, :, bands]
        return out

    def spectrum(self, line: int, sample: int) -> Values:
        """Stored values of one pixel, (bands,)."""
        lines, samples, bands = self.shape
        line, sample = asked_pixel(line, sample, self.shape)
        slab = self._slabs.peek(line // self.block_lines)
        if slab is not None:
            return np.array(slab[line % self.block_lines, sample])
        rows, columns = (self.chunks.size[k] for k in self._order[:2])
        if not self.chunks.filters or rows * columns * bands * self.dtype.itemsize > COLUMN_BYTES:
            return self._load(np.array([line]), np.array([sample]), np.arange(bands)).reshape(-1)
        top, left = line // rows * rows, sample // columns * columns
        column = self._columns.get((top, left))
        if column is None:  # one pixel is asked for after the other
            bottom, right = min(top + rows, lines), min(left + columns, samples)
            around = np.arange(top, bottom), np.arange(left, right)
            column = self._load(*around, np.arange(bands))
            self._columns.put((top, left), column)
        return np.array(column[line - top, sample - left])

    def _load_lines(self, first: int, last: int) -> Values:
        lines, samples, bands = self.shape
        return self._load(np.arange(first, min(last, lines)), np.arange(samples), np.arange(bands))

    def read_chunks(self, first: int, last: int, bands: Sequence[int] | None, put: ChunkSink) -> None:
        """See ``ChunkedPixels``; ``bands`` ascend."""
        _, samples, every = self.shape
        picked = np.arange(every) if bands is None else np.asarray(bands, np.intp)
        across, step, done = (slice(0, samples), slice(0, len(picked))), self.block_lines, first

        def read(low: int, high: int) -> None:
            def shifted(values: Values, lines: slice, *others: slice) -> None:
                put(values, slice(lines.start + low - first, lines.stop + low - first), *others)

            if low < high:
                self._each((np.arange(low, high), np.arange(samples), picked), shifted)

        for index in range(first // step, -(-last // step)):
            slab, begin = self._slabs.peek(index), index * step
            if slab is not None:  # unpacked for something else
                low, high = max(first, begin), min(last, begin + step)
                read(done, low)
                part = slab[low - begin : high - begin]
                put(part if bands is None else part[:, :, picked], slice(low - first, high - first), *across)
                done = high
        read(done, last)

    def _load(self, *picked: NDArray[np.intp]) -> Values:
        """Read what is picked, in ascending order, along lines, samples and bands."""
        try:
            out = np.empty([len(picked[k]) for k in np.argsort(self._order)], self.dtype)
        except MemoryError as error:
            raise TooLargeError(f"{self.path}: {error or 'the block does not fit into memory'}") from None
        out = out.transpose(self._order)

        def put(values: Values, lines: slice, samples: slice, bands: slice) -> None:
            out[lines, samples, bands] = values

        self._each(picked, put)
        return out

    def _each(self, picked: tuple[NDArray[np.intp], ...], put: ChunkSink) -> None:
        """Give the parts of all chunks that are picked to ``put``."""
        inward = np.argsort(self._order)
        sizes = [self.chunks.size[k] for k in self._order]
        cuts = [cut(index, size) for index, size in zip(picked, sizes, strict=True)]
        boxes = list(itertools.product(*(cuts[k] for k in inward)))
        step = max(1, PORTION // self.chunks.nbytes)
        portions = [slice(k, k + step) for k in range(0, len(boxes), step)]
        spare: list[NDArray[np.uint8]] = []  # memory that is in the cache already

        def some(portion: slice) -> None:
            room = spare.pop() if spare else np.empty(self._most, np.uint8)
            with self._open() as file:
                for box in boxes[portion]:
                    values = self._values(file, box, room).astype(self.dtype, copy=False)
                    put(values.transpose(self._order), *(box[k].target for k in self._order))
            spare.append(room)

        try:
            for _ in run_chunks(some, portions):
                pass
        except MemoryError as error:
            raise TooLargeError(f"{self.path}: {error or 'the block does not fit into memory'}") from None

    def _values(self, file: IO[bytes], box: tuple[Part, ...], room: NDArray[np.uint8]) -> Values:
        """Return what is wanted of one chunk, perhaps in ``room``."""
        chunks = self.chunks
        place = tuple(part.chunk for part in box)
        start = int(chunks.starts[place])
        if start < 0:
            return np.broadcast_to(chunks.fill, [part.target.stop - part.target.start for part in box])
        if not chunks.filters:
            return self._plain(file, start, box, room)[tuple(part.picked for part in box)]
        raw = room[: int(chunks.lengths[place])]
        fill(self.path, file, start, raw)
        try:
            extent, along = chunks.extent(place), self.axes.index("x")
            values = decode(raw, chunks.filters, int(chunks.masks[place]), extent, chunks.stored, along)
        except ValueError as error:
            raise FileError(self.path, damaged(f"{error}, at byte {start}")) from None
        values = values[tuple(slice(part.low, part.high) for part in box)]
        return values[tuple(part.picked for part in box)]

    def _plain(self, file: IO[bytes], start: int, box: tuple[Part, ...], room: NDArray[np.uint8]) -> Values:
        """Read no more of a chunk than from the first to the last value that is wanted."""
        (_, rows, columns), item = self.chunks.size, self.chunks.stored.itemsize
        strides = (rows * columns * item, columns * item, item)
        first = sum(part.low * stride for part, stride in zip(box, strides, strict=True))
        last = sum((part.high - 1) * stride for part, stride in zip(box, strides, strict=True))
        raw = room[: last - first + item]
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
            check_identity(self.path, self.identity, file.fileno())
            yield file
            check_identity(self.path, self.identity, file.fileno())
