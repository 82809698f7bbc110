"""The pixels of a cube, block by block, into memory."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import cast

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.blocks import Block, ChunkBlock, ChunkedPixels, RowBlock, Scaling
from hsunmix.engine.room import MEMORY, Room
from hsunmix.engine.threads import run_chunks, thread_count
from hsunmix.engine.tile_writer import TILE, TileWriter
from hsunmix.model.cube import Cube
from hsunmix.model.pixels import ArrayPixels, MatrixPixels
from hsunmix.model.progress import Step

__all__ = ["block_of", "fill", "lines_of_block"]

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
    index = None if bands.all() else np.flatnonzero(bands).tolist()
    writer = _writer(cube, doubtful[bands], room)
    scaling = Scaling.of(cube, bands)
    step = lines_of_block(cube, scaling)
    done = 0

    def work(lines: slice) -> None:
        nonlocal done
        try:
            block = block_of(cube, lines, index, scaling)
            selected = None if cube.selection is None else cube.selection[lines].ravel()
            writer.add(lines.start // step, lines.start * cube.samples, block, selected)
        except BaseException:
            writer.fail()
            raise
        done += lines.stop - lines.start

    at_once = max(1, held // max(1, step * cube.samples * cube.bands * 4))
    blocks = [slice(first, min(first + step, cube.lines)) for first in range(0, cube.lines, step)]
    passing = run_chunks(work, blocks, threads=min(thread_count(), at_once))
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
