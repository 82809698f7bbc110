"""One step of the fast gradient method for regression on a self dictionary."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def _projection(z: NDArray, at: int, b: NDArray) -> NDArray:
    """Return the point of {0 ≤ x ≤ b τ, x_at = τ ≤ 1} next to z: the slope in τ rises from − to +."""
    others = np.arange(len(z)) != at
    low, high = 0.0, 1.0
    for _ in range(80):
        tau = (low + high) / 2
        over = np.maximum(z - b * tau, 0)
        if tau - z[at] - (b * over)[others].sum() > 0:
            high = tau
        else:
            low = tau
    x = np.clip(z, 0, b * low)
    x[at] = low
    return x


def step(
    gradient: NDArray, place: NDArray, c: NDArray, mu: float, size: float, x: NDArray, y: NDArray, beta: float
) -> tuple[NDArray, NDArray, float, float]:
    """New iterate, new extrapolated point, how far uphill that was, the largest change of a diagonal."""
    rows = np.arange(len(x))
    z = y - gradient / size
    z[rows, place] -= mu / size
    new = np.array([_projection(row, at, c / c[at]) for row, at in zip(z, place, strict=True)])
    change = np.abs(new - x)[rows, place].max()
    return new, new + beta * (new - x), float(((y - new) * (new - x)).sum()), float(change)
