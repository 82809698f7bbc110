"""Archetypes: endmembers that are mixtures of points, chosen so that the others are mixtures of them.

Problem: minimize ‖Z − Z G H‖² where the columns of G and of H are nonnegative and sum to one
(Cutler and Breiman, Technometrics 36, 1994). Endmembers so stay inside the data, but needn't be
single points: that is what an extraction by vertices lacks where no pixel is quite pure.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.loading import from_array
from hsunmix.engine.scene import Scene
from hsunmix.methods import Abundances, get
from hsunmix.model.progress import Step

__all__ = ["refine"]

Array = NDArray[np.float64]

EXCHANGES = 10  # of weight between two points, an endmember and iteration


def refine(
    points: Array, vertices: NDArray[np.int64], iterations: int
) -> Generator[Step | None, None, Array]:
    """Improve endmembers that begin as single points.

    Parameters
    ----------
    points : array, (dimensions, n)
    vertices : array of int, (r,)
        The points to begin with.
    iterations : int

    Returns
    -------
    array, (n, r)
        The weights G: few are not zero.
    """
    scene = from_array(points)
    weights = np.zeros((points.shape[1], len(vertices)))
    weights[vertices, np.arange(len(vertices))] = 1
    rows = np.ascontiguousarray(points.T)
    for iteration in range(iterations):
        w = points @ weights
        h = yield from _mixtures(scene, w)
        hht, zht = h @ h.T, points @ h.T
        for k in range(len(vertices)):
            if hht[k, k] > 0:
                target = w[:, k] + (zht[:, k] - w @ hht[:, k]) / hht[k, k]
                w[:, k] = _towards(rows, weights[:, k], w[:, k], target)
        yield Step(0.6 + 0.2 * (iteration + 1) / iterations, message="Refining endmembers")
    return weights


def _mixtures(scene: Scene, w: Array) -> Generator[Step | None, None, Array]:
    """Abundances that sum to one, (r, n)."""
    fcls = get("fcls", "abundance")
    found: Abundances = yield from fcls.run(scene, w, fcls.params())
    return np.nan_to_num(found.h.known().astype(np.float64))


def _towards(rows: Array, weight: Array, w: Array, target: Array) -> Array:
    """Bring w = Σ weight · row nearer to the target by moving weight between pairs of points.

    Every move goes from the worst point that has weight to the best one (pairwise Frank–Wolfe),
    so the weights stay nonnegative, sum to one, and most stay zero. ``weight`` is changed.
    """
    for _ in range(EXCHANGES):
        slope = rows @ (w - target)
        holders = np.flatnonzero(weight)
        gain, loss = int(slope.argmin()), int(holders[slope[holders].argmax()])
        direction = rows[gain] - rows[loss]
        length = direction @ direction
        if length == 0 or slope[loss] - slope[gain] <= 1e-9 * length:
            break
        amount = min(weight[loss], (slope[loss] - slope[gain]) / length)
        weight[gain] += amount
        weight[loss] -= amount
        w = w + amount * direction
    return w
