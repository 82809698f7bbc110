"""Pixels in pieces: where one pixel takes long, a chunk would take too long to be cancelled."""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import TILE, Scene
from hsunmix.engine.threads import run_chunks
from hsunmix.methods._least_squares import at_once

__all__ = ["Solver", "in_pieces"]

Solver = Callable[[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]], int]

LEAST = 16  # pixels: with fewer, getting ready takes longer than the work


def in_pieces(
    scene: Scene, r: int, solver: Solver, pixels: int | None = None
) -> Generator[None, None, tuple[NDArray[np.float32], int]]:
    """Call ``solver(tiles, counts, h)`` for all pixels, for so many ``pixels`` at a time.

    Returns
    -------
    h : array of float32, (n, r, T)
    broken : int
        The sum of what the solver returned.
    """
    n, _, width = scene.tiles.shape
    h = np.empty((n, r, width), np.float32)
    step = max(LEAST, at_once(r) if pixels is None else pixels)
    if step >= TILE:
        parts = yield from scene.passes(lambda c: solver(scene.tiles[c], scene.counts[c], h[c]), step)
        return h, sum(parts)
    per_tile = -(-width // step)

    def work(piece: slice) -> int:
        tile, part = divmod(piece.start, per_tile)
        columns = slice(part * step, min((part + 1) * step, width))
        count = min(max(int(scene.counts[tile]) - columns.start, 0), columns.stop - columns.start)
        out = np.zeros((1, r, columns.stop - columns.start), np.float32)
        broken = 0
        if count:
            x = np.ascontiguousarray(scene.tiles[tile][:, columns])
            broken = solver(x[None], np.array([count]), out)
        h[tile, :, columns] = out[0]
        return broken

    parts = yield from run_chunks(work, [slice(i, i + 1) for i in range(n * per_tile)])
    return h, sum(parts)
