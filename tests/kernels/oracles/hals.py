"""Hierarchical alternating least squares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def _sweep(g: NDArray, c: NDArray, h: NDArray, floor: float, free: NDArray) -> tuple[NDArray, float]:
    h, before = h.copy(), h
    for k in np.flatnonzero(free & (np.diag(g) > 0)):
        h[k] = np.maximum(h[k] + (c[k] - g[k] @ h) / g[k, k], floor)
    return h, float(((h - before) ** 2).sum())


def sweeps(
    g: NDArray, c: NDArray, h: NDArray, floor: float, free: NDArray, most: int, delta: float
) -> NDArray:
    """At most so many, until one changes little beside the first."""
    h, first = _sweep(g, c, h, floor, free)
    for _ in range(most - 1):
        h, change = _sweep(g, c, h, floor, free)
        limit = delta**2 * first
        assert limit == 0 or abs(change - limit) > 1e-3 * limit, "rounding decides: other data"
        if change <= limit:
            break
    return h


def update(
    x: NDArray, wt: NDArray, g: NDArray, h: NDArray, previous: NDArray, beta: float, most: int, delta: float
) -> tuple[NDArray, NDArray]:
    """H of one tile: moved on along its change since ``previous``, and as it was before that."""
    new = sweeps(g, wt @ x, h, 0.0, np.ones(len(g), bool), most, delta)
    return np.maximum(new + beta * (new - previous), 0), new


def update_spectra(
    wt: NDArray, hxt: NDArray, hht: NDArray, free: NDArray, most: int, delta: float, floor: float
) -> NDArray:
    return sweeps(hht, hxt, wt, floor, free, most, delta)
