"""The pixels of a cube, block by block, into memory."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import cast

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.blocks import Block, ChunkBlock, ChunkedPixels, RowBlock, Scaling
from hsunmix.engine.room import MEMORY, Room
from hsunmix.engine.threads import run_chunks, thread_count
from hsunmix.engine.tile_writer import TILE, TileWriter
from hsunmix.model.chain import Span, parts_of, spans
from hsunmix.model.cube import Cube
from hsunmix.model.pixels import ArrayPixels, MatrixPixels
from hsunmix.model.progress import Step

__all__ = ["Reader", "block_of", "fill", "lines_of_block"]

BLOCK_BYTES = 8 << 20  # read at a time
HELD_BYTES = 1 << 30  # by all threads, where a block must be large


def fill(
    cube: Cube,
    bands: NDArray[np.bool_],
    doubtful: NDArray[np.bool_],
    room: Room = MEMORY,
    held: int = HELD_BYTES,
) -> Generator[Step | None, None, TileWriter]:
    """Read some bands of a cube, and keep the pixels that hold data.

    Parameters
    ----------
    cube : Cube
    bands : array of bool, (bands,)
        Those that are read.
    doubtful : array of bool, (bands,)
        Those of them that may hold no data at all: where they don't, their pixels are kept all the same.
    room : Room
        Where the tiles lie.
    held : int
        Bytes that all threads may hold, where a block must be large.
    """
    writer = _writer(cube, doubtful[bands], room)
    reader = Reader(cube, bands)
    done = 0

    def work(number: int) -> None:
        nonlocal done
        lines = blocks[number].lines
        try:
            selected = None if cube.selection is None else cube.selection[lines].ravel()
            writer.add(number, lines.start * cube.samples, reader.read(blocks[number]), selected)
        except BaseException:
            writer.fail()
            raise
        done += lines.stop - lines.start

    blocks = list(reader.spans(0, cube.lines))
    largest = max((one.lines.stop - one.lines.start for one in blocks), default=0)
    at_once = max(1, held // max(1, largest * cube.samples * cube.bands * 4))
    passing = run_chunks(work, range(len(blocks)), threads=min(thread_count(), at_once))
    with closing(passing):
        for _ in passing:
            yield Step(done / cube.lines, message="Reading the cube")
    return writer


def _writer(cube: Cube, doubtful: NDArray[np.bool_], room: Room) -> TileWriter:
    """Make ready for all pixels of a cube."""
    pixels = cube.lines * cube.samples
    if room is MEMORY:
        return TileWriter(pixels, doubtful)
    return TileWriter(pixels, doubtful, room.on_disk((-(-pixels // TILE), len(doubtful), TILE)))


class Reader:
    """Reads some bands of a cube; of a chain, each of its scenes from where it lies.

    Parameters
    ----------
    cube : Cube
    bands : array of bool, (bands,)
    most : int, optional
        Bytes at a time.
    """

    def __init__(self, cube: Cube, bands: NDArray[np.bool_], most: int | None = None) -> None:
        self.cube, self.parts = cube, parts_of(cube)
        self._index = None if bands.all() else np.flatnonzero(bands).tolist()
        self._scalings = [Scaling.of(part, bands) for part in self.parts]
        self._lines = [
            lines_of_block(part, one, most) for part, one in zip(self.parts, self._scalings, strict=True)
        ]

    def spans(self, first: int, last: int) -> Iterator[Span]:
        """What is read together of the lines first … last − 1."""
        return spans(self.cube, first, last, self._lines)

    def read(self, span: Span) -> Block:
        """Read it, or get ready to."""
        return block_of(self.parts[span.part], span.own, self._index, self._scalings[span.part])


def lines_of_block(cube: Cube, scaling: Scaling | None, most: int | None = None) -> int:
    """Return how many lines are read at a time: as many as the file decodes together, or several such."""
    size = 4 if scaling is None else cube.pixels.dtype.itemsize
    lines = max(1, (most or BLOCK_BYTES) // max(1, cube.samples * cube.bands * size))
    name = "block_lines" if scaling is None else "piece_lines"
    together = int(getattr(cube.pixels, name, getattr(cube.pixels, "block_lines", 1)))
    return -(-lines // together) * together


def block_of(cube: Cube, lines: slice, bands: list[int] | None, scaling: Scaling | None) -> Block:
    """Read some lines, or get ready to."""
    if scaling is None:
        return RowBlock.of(cube.read(lines.start, lines.stop, bands))
    pixels = cube.pixels
    if hasattr(pixels, "read_chunks"):
        shape = lines.stop - lines.start, cube.samples, len(scaling.gain)
        return ChunkBlock(cast(ChunkedPixels, pixels), lines, shape, bands, scaling)
    if bands is None and isinstance(pixels, ArrayPixels | MatrixPixels):
        return RowBlock.of(pixels.whole, scaling, lines)  # taken where it lies
    return RowBlock.of(pixels.read(lines.start, lines.stop, bands), scaling)
