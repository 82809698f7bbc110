"""Every pixel to the one endmember that explains it best alone."""

from __future__ import annotations

import numpy as np

from hsunmix.kernels._compile import KERNEL, njit
from hsunmix.kernels._products import wt_x


@njit(**KERNEL)
def assign(tiles, counts, wt, lengths, h):
    """Fill h (n, r, T) with one abundance a pixel, the others zero.

    Parameters
    ----------
    tiles : float32 (n, bands, T)
    counts : int64 (n,)
    wt : float32 (r, bands)
        Spectra of length one, transposed.
    lengths : float32 (r,)
        What they are to be multiplied by: abundances are divided by it.
    h : float32 (n, r, T)
    """
    r, t_end = h.shape[1], h.shape[2]
    c = np.empty((r, t_end), np.float32)
    for i in range(tiles.shape[0]):
        wt_x(wt, tiles[i], c)
        for k in range(r):
            for t in range(t_end):
                h[i, k, t] = 0
        for t in range(counts[i]):
            best = 0
            for k in range(1, r):
                if c[k, t] > c[best, t]:
                    best = k
            h[i, best, t] = max(c[best, t], np.float32(0)) / lengths[best]
