"""Passes over pixels that stay in their file: a few blocks of it are in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from itertools import groupby
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.ahead import Ahead
from hsunmix.engine.executor_threads import THREADS
from hsunmix.engine.file_tiles import FileTiles
from hsunmix.engine.memory import said
from hsunmix.engine.source import Chunk, Outcome, Part, Pass, counts_of, cut
from hsunmix.engine.tile_writer import TILE
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step

__all__ = ["Streaming", "reading_step"]

OFTEN = 0.2  # seconds between two steps that say how far a read is


class Streaming:
    """Blocks come from the file in their order; all threads work on the parts of one while others are read.

    Parameters
    ----------
    tiles : FileTiles
    reads : int
        How often the file has been read already.

    Attributes
    ----------
    reads : int
        How often it was begun.
    """

    def __init__(self, tiles: FileTiles, reads: int = 1) -> None:
        self.tiles, self.reads = tiles, reads
        self._block = max(1, tiles.block // (tiles.nbytes // len(tiles)))
        self._counts = counts_of(len(tiles.pixels), TILE)

    def run(
        self,
        one: Pass,
        part_of: Callable[[Chunk], Part],  # noqa: ARG002 - reads one part at a time
        chunks: Sequence[Chunk],
    ) -> Generator[Step | None, None, list[Outcome]]:
        """Read the file once; return the outcomes in order. A pass that looks at no pixel reads nothing."""
        if one.blind:
            return (yield from THREADS.run(one, self._blank, chunks))
        self.reads += 1
        blocks = [list(group) for _, group in groupby(chunks, lambda c: c.tiles.start // self._block)]
        outcomes: list[Outcome] = []
        said_at = monotonic()
        with closing(Ahead(self._read, iter(blocks))) as ahead:
            while ahead.more:
                block, tiles = yield from ahead.take()
                of_block = partial(cut, tiles, self._counts, before=block[0].tiles.start)
                outcomes += yield from THREADS.run(one, of_block, block)
                if monotonic() - said_at > OFTEN:
                    said_at = monotonic()
                    yield self._step(block[-1].tiles.stop)
        return outcomes

    def _read(self, block: list[Chunk]) -> NDArray[np.float32]:
        return self.tiles[block[0].tiles.start : block[-1].tiles.stop]

    def _blank(self, chunk: Chunk) -> Part:
        """A part without its pixels: the right shape, and no memory."""
        nothing = np.broadcast_to(np.float32(np.nan), self.tiles.shape)
        return cut(nothing, self._counts, chunk)

    def _step(self, tiles: int) -> Step:
        return reading_step(self.tiles.cube, self.reads, tiles / len(self.tiles))


def reading_step(cube: Cube, reads: int, share: float) -> Step:
    """Say how far the ``reads``-th read of a file is."""
    size = cube.nbytes
    return Step(share, message=f"Read {reads} of {cube.name}: {size * share / 1e9:.1f} of {said(size)}")
