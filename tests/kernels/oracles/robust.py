"""Weighted least squares with missing and doubtful entries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def update(
    x: NDArray,
    inverse: NDArray,
    wt: NDArray,
    h: NDArray,
    sweeps: int,
    limit: float,
    zeros: bool,
    roots: NDArray,
) -> tuple[NDArray, NDArray, float, float]:
    """Filled data and H of one tile, Huber's loss and ‖X − WH‖² from before."""
    model = wt.T @ h
    off = x * inverse[:, None] - model
    size = abs(off) * roots
    weight = roots**2 * np.minimum(1, limit / np.maximum(size, 1e-30))
    cost = np.where(size <= limit, size**2 / 2, limit * (size - limit / 2))
    there = ~(zeros & (x == 0))
    filled = model + weight * there * off
    h, g = h.copy(), wt @ wt.T
    for _ in range(sweeps):
        for k in np.flatnonzero(np.diag(g) > 0):
            h[k] = np.maximum(h[k] + (wt[k] @ filled - g[k] @ h) / g[k, k], 0)
    return filled, h, float((cost * there).sum()), float(((off / inverse[:, None]) ** 2).sum())
