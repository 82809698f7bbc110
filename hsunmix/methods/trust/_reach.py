"""How far endmembers might lie elsewhere without anybody noticing.

An endmember that is moved away from another, or towards it, turns one side of the simplex, or cone: the side
without that other one. It is noticed by the pixels there, whose abundance of the other one comes out below
zero more, or less, than noise explains. What noise explains is known only so well, for nobody knows how many
pixels have a little of everything: ``UNKNOWN`` is how well, measured on scenes with known answers. Where
light varies, nobody knows either how bright an endmember is beside the others: as bright as the purest
pixels of each are beside all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.threads import single_threaded_blas

__all__ = ["reach_of"]

Array = NDArray[np.float64]

UNKNOWN = 0.008  # of the noise: so much more or less may lie outside of one side, less if most do already
UNKNOWN_SHARE = 0.45  # of what lies outside now: not more than that
MIN_OUTSIDE = 0.002  # of the noise: less lies outside by chance
PUREST = 20  # pixels of each endmember
DARK = 0.3  # times the usual brightness: in darker pixels fractions are noise
FIRST, GROWTH, FARTHEST = 0.05, 1.2, 0.5  # steps: in deviations of the noise; times; share of the distance


@single_threaded_blas()
def reach_of(points: Array, w: Array, noise: float, sum_to_one: bool) -> Array:
    """Return how far each endmember might lie away from each other, (r, r), as shares of their distance.

    On the diagonal stands by what share it might be brighter or darker.

    Parameters
    ----------
    points : array, (directions, n)
        Pixels.
    w : array, (directions, r)
    noise : float
        Mean square of a coordinate's noise.
    sum_to_one : bool
        Whether abundances do, so that brightness is known.
    """
    inverse = np.linalg.pinv(w.T @ w, hermitian=True)
    h = inverse @ (w.T @ points)
    size = np.sqrt(np.maximum(noise * np.diag(inverse), 1e-300))
    r, n = h.shape
    reach = np.zeros((r, r))
    for j in range(r):
        outside = np.minimum(h[j] / size[j], 0)
        left = float(outside @ outside)
        # Half of the noise lies outside of a side on which all pixels lie: then nothing is unknown.
        may = max(min(UNKNOWN * (n - 2 * left), UNKNOWN_SHARE * left), MIN_OUTSIDE * n)
        near = h[j] < FARTHEST
        for k in range(r):
            if k != j:
                reach[k, j] = _farthest(h[j, near] / size[j], h[k, near] / size[j], size[j], may)
    if not sum_to_one:
        np.fill_diagonal(reach, _brightness(h))
    return reach


def _brightness(h: Array) -> Array:
    """By what share the sum of fractions in the purest pixels of each differs from that of all, (r,)."""
    total = h.sum(axis=0)
    usual = float(np.median(total))
    lit = total > DARK * usual
    if usual <= 0 or not lit.any():
        return np.zeros(len(h))
    total, fractions = total[lit], h[:, lit] / total[lit]
    count = min(PUREST, len(total))
    purest = np.argsort(-fractions, axis=1, kind="stable")[:, :count]
    by_chance = float(total.std()) / usual / np.sqrt(count)
    return np.asarray(np.maximum(np.abs(total[purest].mean(axis=1) / float(total.mean()) - 1), by_chance))


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
