"""Squared norms of pixels, and what a projection takes from them."""

from __future__ import annotations

import numpy as np

from hsunmix.kernels._compile import FAST, KERNEL, njit
from hsunmix.kernels._prefetch import fetch, share


@njit(**KERNEL, fastmath=FAST, inline="never")
def _dot_tile(u, x, out, ahead):
    """Out (T,) = u (bands,) · x (bands, T), summed in float64; ``ahead`` is fetched meanwhile."""
    p, t_end = x.shape
    fetched, part = 0, share(ahead, p // 4)
    for t in range(t_end):
        out[t] = 0.0
    b = 0
    while b + 4 <= p:
        fetch(ahead, fetched, fetched + part)
        fetched += part
        x0, x1, x2, x3 = x[b], x[b + 1], x[b + 2], x[b + 3]
        u0, u1, u2, u3 = u[b], u[b + 1], u[b + 2], u[b + 3]
        for t in range(t_end):
            out[t] += u0 * x0[t] + u1 * x1[t] + u2 * x2[t] + u3 * x3[t]
        b += 4
    while b < p:
        x0, u0 = x[b], u[b]
        for t in range(t_end):
            out[t] += u0 * x0[t]
        b += 1


@njit(**KERNEL, fastmath=FAST, inline="never")
def squared_norms(tiles, out):
    """Out (n, T) = squared Euclidean norm of every pixel, summed in float64."""
    p, t_end = tiles.shape[1], tiles.shape[2]
    for i in range(tiles.shape[0]):
        row = out[i]
        for t in range(t_end):
            row[t] = 0.0
        for b in range(p):
            x = tiles[i, b]
            for t in range(t_end):
                v = np.float64(x[t])
                row[t] += v * v


@njit(**KERNEL)
def project_out(tiles, u, norms):
    """Take from the squared norms (n, T) what lies along the unit vector u (bands,), float64."""
    t_end = tiles.shape[2]
    along = np.empty(t_end)
    for i in range(tiles.shape[0]):
        _dot_tile(u, tiles[i], along, tiles[min(i + 1, tiles.shape[0] - 1)])
        for t in range(t_end):
            norms[i, t] = max(norms[i, t] - along[t] * along[t], 0.0)


@njit(**KERNEL)
def coordinates(tiles, basis, out):
    """Out (n, k, T) = basis (k, bands), float64, times every pixel; summed in float64."""
    t_end = tiles.shape[2]
    along = np.empty(t_end)
    for i in range(tiles.shape[0]):
        for k in range(basis.shape[0]):
            _dot_tile(basis[k], tiles[i], along, tiles[i, :0])
            for t in range(t_end):
                out[i, k, t] = along[t]
