"""What nnls, fcls and sunsal share: the exact solver of one small quadratic problem a pixel."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.scene import Scene
from hsunmix.errors import InputError
from hsunmix.methods import Abundances
from hsunmix.model.unmixing import Step

__all__ = ["solve"]


def solve(
    scene: Scene, w: NDArray[np.float64], simplex: bool, shift: float = 0.0
) -> Generator[Step | None, None, Abundances]:
    """Minimize ½‖x − W h‖² + shift · Σh over h ≥ 0 (and Σh = 1 when ``simplex``) for every pixel."""
    from hsunmix.kernels.exact import MAX_RANK, exact

    r = w.shape[1]
    if r > MAX_RANK:
        raise InputError(f"{r} endmembers are more than the {MAX_RANK} that this method takes")
    solver = exact(r)
    yield compiling(solver)
    # Unit length makes the solver's tolerances mean the same for every endmember; abundances that
    # sum to one can't be scaled so.
    length = np.ones(r) if simplex else np.linalg.norm(w, axis=0)
    length[length == 0] = 1
    wt = np.ascontiguousarray((w / length).T)
    g = wt @ wt.T
    h = np.empty((len(scene.tiles), r, scene.tiles.shape[2]), np.float32)

    def work(chunk: slice) -> None:
        solver(scene.tiles[chunk], scene.counts[chunk], wt, g, simplex, h[chunk], shift / length, 1 / length)

    yield from scene.passes(work)
    return Abundances(h)
