"""Pixels in pieces: where one pixel takes long, a chunk would take too long to be cancelled."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.scene import Scene
from hsunmix.engine.threads import run_chunks
from hsunmix.methods import Abundances
from hsunmix.model.unmixing import Step

__all__ = ["by_active_set"]

PIECES = 8  # of a tile


def by_active_set(
    scene: Scene, w: NDArray[np.float64], shift: float, most: int, simplex: bool
) -> Generator[Step | None, None, Abundances]:
    """Solve every pixel by an active set method: any number of spectra, ``most`` of them in a pixel."""
    from hsunmix.kernels.libraries import active_set

    yield compiling(active_set)
    n, _, width = scene.tiles.shape
    h = np.zeros((n, w.shape[1], width), np.float32)
    wt = np.ascontiguousarray(w.T)
    g = wt @ wt.T
    step = -(-width // PIECES)

    def work(piece: slice) -> None:
        tile, part = divmod(piece.start, PIECES)
        first, last = part * step, min((part + 1) * step, int(scene.counts[tile]))
        if first < last:
            x = np.ascontiguousarray(scene.tiles[tile][:, first:last])
            out = np.empty((w.shape[1], last - first), np.float32)
            active_set(x, wt, g, shift, most, simplex, out)
            h[tile, :, first:last] = out

    yield from run_chunks(work, [slice(i, i + 1) for i in range(n * PIECES)])
    return Abundances(h)
