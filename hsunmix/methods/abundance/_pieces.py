"""Pixels in pieces: where one pixel takes long, a chunk would take too long to be cancelled."""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import TILE, Scene
from hsunmix.engine.threads import run_chunks

__all__ = ["Solver", "in_pieces"]

Solver = Callable[[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]], int | None]

LEAST = 16  # pixels: with fewer, getting ready takes longer than the work
WORK = 1_500_000  # pixels · r²: less than a tenth of a second where every pixel must be solved from nothing
SMALL = 48  # endmembers with which a chunk of the scene is quick enough


def in_pieces(scene: Scene, r: int, solver: Solver) -> Generator[None, None, tuple[NDArray[np.float32], int]]:
    """Call ``solver(tiles, counts, h)`` for all pixels.

    Returns
    -------
    h : array of float32, (n, r, T)
    broken : int
        The sum of what the solver returned.
    """
    n, _, width = scene.tiles.shape
    h = np.empty((n, r, width), np.float32)
    if r <= SMALL:
        parts = yield from scene.passes(lambda c: solver(scene.tiles[c], scene.counts[c], h[c]) or 0)
        return h, sum(parts)
    step = min(max(LEAST, WORK // r**2), TILE)
    per_tile = -(-width // step)

    def work(piece: slice) -> int:
        tile, part = divmod(piece.start, per_tile)
        columns = slice(part * step, min((part + 1) * step, width))
        count = min(max(int(scene.counts[tile]) - columns.start, 0), columns.stop - columns.start)
        out = np.zeros((1, r, columns.stop - columns.start), np.float32)
        broken = 0
        if count:
            x = np.ascontiguousarray(scene.tiles[tile][:, columns])
            broken = solver(x[None], np.array([count]), out) or 0
        h[tile, :, columns] = out[0]
        return broken

    parts = yield from run_chunks(work, [slice(i, i + 1) for i in range(n * per_tile)])
    return h, sum(parts)
