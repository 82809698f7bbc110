"""Constrained least squares of one pixel after the other, from G = WᵀW and c = Wᵀx."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def lift_of(g: NDArray) -> float:
    return float(np.diag(g).mean()) or 1.0


def lifted(g: NDArray, simplex: bool) -> NDArray:
    return g + lift_of(g) * simplex


def scratch(r: int, most: int) -> list[tuple[int, ...]]:
    """Shapes that a solver with at most ``most`` members needs."""
    n = min(r, most) + 1
    return [(n, n), (5, max(n, r)), (n,), (r,)]


def best_single(g: NDArray, c: NDArray) -> int:
    return int(np.argmin(np.diag(g) / 2 - c))


def alike(g: NDArray) -> bool:
    lengths = np.sqrt(np.diag(g)[np.diag(g) > 0])
    return not len(lengths) or bool(lengths.max() <= 1e3 * lengths.min())


def broken(h: NDArray, count: int, simplex: bool) -> int:
    h = h[:, :count]
    kept = np.isfinite(h).all(axis=0) & (h >= 0).all(axis=0)
    return int((~(kept & (abs(h.sum(axis=0) - 1) <= 1e-6)) if simplex else ~kept).sum())


def solve(g: NDArray, c: NDArray, simplex: bool, most: int = 1 << 30) -> NDArray:
    """Lawson and Hanson's method, with the sum as an equality; at most ``most`` members."""
    h, inside = np.zeros(len(c)), np.zeros(len(c), bool)
    if simplex:
        h[best_single(g, c)] = 1
    inside |= h > 0
    for _ in range(20 * len(c)):
        down = c - g @ h
        slope = np.where(inside, -np.inf, down - (h @ down if simplex else 0))
        gain = slope * abs(slope) / np.maximum(np.diag(g) + (lift_of(g) if simplex else 0), 1e-300)
        if slope.max() <= 1e-11 * np.abs(c).max() or inside.sum() >= most:
            break
        inside[np.argmax(gain)] = True
        while True:
            z = _on(g, c, inside, simplex)
            low = inside & (z <= 0)
            if not low.any():
                break
            far = (h[low] / (h[low] - z[low])).min()
            h = np.where(inside, h + far * (z - h), 0)
            inside &= h > 1e-15 * h.max()
        h = z
    return h


def _on(g: NDArray, c: NDArray, inside: NDArray, simplex: bool) -> NDArray:
    """Return the optimum among those inside, whatever its signs."""
    (members,) = np.nonzero(inside)
    n, z = len(members), np.zeros(len(c))
    a, b = g[np.ix_(members, members)], c[members]
    if simplex:
        a, b = np.block([[a, np.ones((n, 1))], [np.ones((1, n)), np.zeros((1, 1))]]), np.append(b, 1)
    z[members] = np.linalg.solve(a, b)[:n]
    return z


def constrained(
    x: NDArray, wt: NDArray, simplex: bool, shift: NDArray, scale: NDArray, most: int = 1 << 30
) -> NDArray:
    """H of the pixels x (bands, pixels)."""
    g, c = wt @ wt.T, wt @ x - shift[:, None]
    return np.column_stack([solve(g, column, simplex, most) for column in c.T]) * scale[:, None]
