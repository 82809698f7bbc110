"""The two ends of every tile along many directions."""

from __future__ import annotations

import numpy as np

from hsunmix.kernels._compile import FAST, njit

# Maxima vectorize only where there is no NaN to heed.
FINITE = FAST | {"nnan"}


@njit(nogil=True, fastmath=FINITE)
def extremes(y, counts, f, out):
    """Out (n, 2, m), float32 = largest and smallest fᵀ y over the pixels of each tile.

    y float32 (n, k, T), counts int64 (n,), f float32 (k, m). The loops run along the directions,
    two pixels at a time: extremes of many directions are taken side by side, those of one are not.
    """
    k_end, m = f.shape
    v, w = np.empty(m, np.float32), np.empty(m, np.float32)
    for i in range(y.shape[0]):
        high, low = out[i, 0], out[i, 1]
        for j in range(m):
            high[j] = -np.inf
            low[j] = np.inf
        for t in range(0, counts[i], 2):
            u = min(t + 1, counts[i] - 1)
            for j in range(m):
                v[j] = 0
                w[j] = 0
            k = 0
            while k + 4 <= k_end:
                a0, a1, a2, a3 = y[i, k, t], y[i, k + 1, t], y[i, k + 2, t], y[i, k + 3, t]
                b0, b1, b2, b3 = y[i, k, u], y[i, k + 1, u], y[i, k + 2, u], y[i, k + 3, u]
                for j in range(m):
                    f0, f1, f2, f3 = f[k, j], f[k + 1, j], f[k + 2, j], f[k + 3, j]
                    v[j] += a0 * f0 + a1 * f1 + a2 * f2 + a3 * f3
                    w[j] += b0 * f0 + b1 * f1 + b2 * f2 + b3 * f3
                k += 4
            while k < k_end:
                a0, b0 = y[i, k, t], y[i, k, u]
                for j in range(m):
                    v[j] += a0 * f[k, j]
                    w[j] += b0 * f[k, j]
                k += 1
            for j in range(m):
                high[j] = max(high[j], max(v[j], w[j]))
                low[j] = min(low[j], min(v[j], w[j]))
