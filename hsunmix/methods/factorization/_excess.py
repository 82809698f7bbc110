"""Whether endmembers explain points as well as the true ones would: what is left against what noise leaves.

A model that fits leaves noise, but how much depends on where the points lie: one inside the simplex is met
exactly whatever its noise. So noise is added to the fitted points anew, and what these leave is the measure.
A ratio of about one says that the endmembers are right; where it is larger they are too narrow, where it is
far smaller too wide.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.loading import from_array
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods import get
from hsunmix.model.progress import Step

__all__ = ["abundances", "excess"]

Array = NDArray[np.float64]


def excess(
    points: Array, w: Array, noise: float | Array, abundance: str, seed: int = 0
) -> Generator[Step | None, None, float]:
    """Ratio of what endmembers leave, squared, to what they leave of the fitted points with fresh noise.

    Parameters
    ----------
    points : array, (directions, n)
    w : array, (directions, r)
    noise : float, or array, (n,)
        Mean square of the noise of one coordinate, of all points or each.
    abundance : str
        ``fcls``, where only what lies in the plane of the endmembers counts, or ``nnls``.
    seed : int
        Of the noise that is added.
    """
    if abundance == "fcls":
        points, w = _in_plane(points, w)
    if not len(points):
        return 1.0
    h = yield from abundances(points, w, abundance)
    with single_threaded_blas():
        fitted = w @ h
        again = fitted + np.sqrt(noise) * np.random.default_rng(seed).standard_normal(points.shape)
    h = yield from abundances(again, w, abundance)
    with single_threaded_blas():
        usual = float(np.square(again - w @ h).sum())
    return float(np.square(points - fitted).sum()) / max(
        usual, 1e-9 * float(np.mean(noise)) * points.size, 1e-300
    )


def abundances(points: Array, w: Array, name: str) -> Generator[Step | None, None, Array]:
    """Abundances (r, n) of points (directions, n) by a method."""
    scene, method = from_array(points), get(name, "abundance")
    found = yield from method.run(scene, w, method.params())
    return np.nan_to_num(found.h.known().astype(np.float64))


@single_threaded_blas()
def _in_plane(points: Array, w: Array) -> tuple[Array, Array]:
    """Coordinates in the plane through the endmembers: no sum of one reaches beyond it."""
    middle = w.mean(axis=1, keepdims=True)
    basis = np.linalg.svd(w - middle, full_matrices=False)[0][:, : w.shape[1] - 1].T
    return basis @ (points - middle), basis @ (w - middle)
