"""What a model leaves unexplained, pixel by pixel."""

from __future__ import annotations

import numpy as np

from hsunmix.kernels._compile import FAST, KERNEL, njit


@njit(**KERNEL, fastmath=FAST)
def squared_residuals(tiles, w, h, out):
    """Out (n, T), float64 = ‖x − W h‖² of every pixel; w float32 (bands, r), h float32 (n, r, T)."""
    p, t_end = tiles.shape[1], tiles.shape[2]
    r = w.shape[1]
    rest = np.empty(t_end, np.float32)
    for i in range(tiles.shape[0]):
        total = out[i]
        for t in range(t_end):
            total[t] = 0.0
        for b in range(p):
            x = tiles[i, b]
            for t in range(t_end):
                rest[t] = x[t]
            for k in range(r):
                a, row = w[b, k], h[i, k]
                for t in range(t_end):
                    rest[t] -= a * row[t]
            for t in range(t_end):
                total[t] += np.float64(rest[t] * rest[t])
