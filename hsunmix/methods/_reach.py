"""How far endmembers might lie elsewhere without anybody noticing.

An endmember that is moved away from another, or towards it, turns one side of the simplex, or cone: the side
without that other one. It is noticed by the pixels there, whose abundance of the other one comes out below zero
more, or less, than noise explains. What noise explains is known only so well, for nobody knows how many pixels
have a little of everything: ``UNKNOWN`` is how well, measured on scenes with known answers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.threads import single_threaded_blas

__all__ = ["reach_of"]

Array = NDArray[np.float64]

UNKNOWN = 0.012  # of the noise: so much more or less may lie outside of one side
FIRST, GROWTH, FARTHEST = 0.05, 1.2, 0.5  # steps: in deviations of the noise; times; share of the distance


@single_threaded_blas()
def reach_of(points: Array, w: Array, noise: float) -> Array:
    """Return how far each endmember might lie away from each other, (r, r), as shares of their distance.

    Parameters
    ----------
    points : array, (directions, n)
        Pixels.
    w : array, (directions, r)
    noise : float
        Mean square of a coordinate's noise.
    """
    inverse = np.linalg.pinv(w.T @ w, hermitian=True)
    h = inverse @ (w.T @ points)
    size = np.sqrt(np.maximum(noise * np.diag(inverse), 1e-300))
    r, n = h.shape
    reach = np.zeros((r, r))
    for j in range(r):
        near = h[j] < FARTHEST
        for k in range(r):
            if k != j:
                reach[k, j] = _farthest(h[j, near] / size[j], h[k, near] / size[j], size[j], UNKNOWN * n)
    return reach


def _farthest(height: Array, along: Array, size: float, may: float) -> float:
    """How far a side may turn inwards until so much more lies outside."""
    before = np.minimum(height, 0)
    most = float(before @ before) + may
    t = FIRST * size
    while t < FARTHEST:
        outside = np.minimum(height - t * along, 0)
        if float(outside @ outside) > most:
            break
        t *= GROWTH
    return min(t, FARTHEST)
