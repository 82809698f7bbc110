"""Polynomial post-nonlinear mixing of one pixel, x ≈ y + b y² with y = W h."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.kernels.oracles.active_set import solve


def best_bend(x: NDArray, y: NDArray) -> tuple[float, float]:
    """Bend, and the square of what it leaves."""
    q = y * y
    b = q @ (x - y) / (q @ q) if q @ q > 0 else 0.0
    return float(b), float(np.square(x - y - b * q).sum())


def bent(x: NDArray, w: NDArray, simplex: bool, h: NDArray) -> tuple[NDArray, float, float, float]:
    """Abundances, bend, how many times its deviation it is, and the mean square of what is left.

    Gauss-Newton steps in the abundances, the bend being the best one, halved until they help.
    """
    h = h.copy()
    b, error = best_bend(x, w @ h)
    for _ in range(100):
        y = w @ h
        if not y.any():
            break
        q = y * y / np.linalg.norm(y * y)
        slopes = w * (1 + 2 * b * y)[:, None]
        slopes = slopes - np.outer(q, q @ slopes)
        new = solve(slopes.T @ slopes, slopes.T @ (x - y - b * y * y + slopes @ h), simplex)
        steps = (h + 0.5**k * (new - h) for k in range(8))
        better = next((step for step in steps if best_bend(x, w @ step)[1] < error * (1 - 1e-13)), None)
        if better is None:
            break
        h = better
        b, error = best_bend(x, w @ h)
    return h, b, b * certainty(w, b, h, error, simplex), error / len(x)


def certainty(w: NDArray, b: float, h: NDArray, error: float, simplex: bool) -> float:
    """One over the bend's deviation: what its slope has beside those of the abundances that can vary."""
    y = w @ h
    slopes = (w * (1 + 2 * b * y)[:, None])[:, h > 0]
    if simplex:
        slopes = slopes[:, 1:] - slopes[:, :1]
    q = y * y
    beside = q - slopes @ np.linalg.lstsq(slopes, q, rcond=None)[0]
    variance = error / max(len(w) - slopes.shape[1] - 1, 1)
    return float(np.sqrt(beside @ beside / variance)) if variance > 0 else 0.0
