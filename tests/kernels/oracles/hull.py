"""Squared distances from cones, or from hulls with the origin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.kernels.oracles.active_set import solve


def _distance(g: NDArray, c: NDArray, norm: float, bounded: bool) -> float:
    h = solve(g, c, False)
    if bounded and h.sum() > 1:
        h = solve(g, c, True)
    return float(norm - 2 * c @ h + h @ g @ h)


def project(w: NDArray, x: NDArray, bounded: bool) -> NDArray:
    """Of pixels x (bands, pixels) from spectra w (bands, r)."""
    g, norms = w.T @ w, (x**2).sum(axis=0)
    return np.array([_distance(g, w.T @ v, n, bounded) for v, n in zip(x.T, norms, strict=True)])


def total_residual(right: NDArray, norms: NDArray, g: NDArray, bounded: bool) -> float:
    """Their sum, from Wᵀx (r, pixels) and ‖x‖²."""
    return sum(_distance(g, c, n, bounded) for c, n in zip(right.T, norms, strict=True))
