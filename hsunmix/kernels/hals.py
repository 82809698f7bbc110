"""Hierarchical alternating least squares on a chunk of tiles: one read of X per sweep."""

from __future__ import annotations

import numpy as np
from numba import njit

from hsunmix.kernels._products import FAST, KERNEL, add_h_ht, add_x_ht, wt_x


@njit(**KERNEL, fastmath=FAST, inline="never")
def _sweep(g, c, h, scratch, floor):
    """Update the rows of h (r, T) once, each to its optimum: g = WᵀW, c = WᵀX. Return Σ change²."""
    r, t_end = h.shape
    change = np.float32(0)
    for k in range(r):
        if g[k, k] <= 0:
            continue
        row, right = h[k], c[k]
        if r >= 4:  # the more terms in one loop, the fewer loads and stores of the sums
            a0, a1, a2, a3 = g[k, 0], g[k, 1], g[k, 2], g[k, 3]
            h0, h1, h2, h3 = h[0], h[1], h[2], h[3]
            for t in range(t_end):
                scratch[t] = right[t] - (a0 * h0[t] + a1 * h1[t] + a2 * h2[t] + a3 * h3[t])
            j = 4
        else:
            for t in range(t_end):
                scratch[t] = right[t]
            j = 0
        while j + 2 <= r:
            a, b = g[k, j], g[k, j + 1]
            h0, h1 = h[j], h[j + 1]
            for t in range(t_end):
                scratch[t] -= a * h0[t] + b * h1[t]
            j += 2
        if j < r:
            a = g[k, j]
            h0 = h[j]
            for t in range(t_end):
                scratch[t] -= a * h0[t]
        inverse = np.float32(1) / g[k, k]
        for t in range(t_end):
            new = max(row[t] + scratch[t] * inverse, floor)
            change += (new - row[t]) * (new - row[t])
            row[t] = new
    return change


@njit(**KERNEL, fastmath=FAST, inline="never")
def _extrapolate(h, previous, beta):
    """Move h (r, T) on by beta times its last change; ``previous`` becomes what h was."""
    r, t_end = h.shape
    for k in range(r):
        row, old = h[k], previous[k]
        for t in range(t_end):
            new = row[t]
            row[t] = max(new + beta * (new - old[t]), np.float32(0))
            old[t] = new


@njit(**KERNEL)
def update(tiles, counts, wt, g, h, previous, beta, restart, sweeps, delta, xht, hht):
    """Sweep h on every tile for fixed W, and add up what the update of W needs.

    Parameters
    ----------
    tiles : float32 (n, bands, T)
    counts : int64 (n,)
        Pixels in each tile that are not padding.
    wt : float32 (r, bands)
    g : float32 (r, r)
        WᵀW.
    h, previous : float32 (n, r, T)
        The abundances, extrapolated, and as they were before; changed in place.
    beta : float32
        How far to extrapolate.
    restart : bool
        Whether to begin from ``previous``, because the extrapolation went too far.
    sweeps : int
        At most so many on a tile; fewer when a sweep changes less than ``delta`` times what the
        first one changed (Gillis and Glineur's rule).
    delta : float32
    xht, hht : float64 (bands, r), (r, r)
        Sums are added to these.
    """
    r, t_end = h.shape[1], h.shape[2]
    c = np.empty((r, t_end), np.float32)
    scratch = np.empty(t_end, np.float32)
    half = tiles.shape[1] // 2
    for i in range(tiles.shape[0]):
        ahead = tiles[min(i + 1, tiles.shape[0] - 1)]
        if restart:
            for k in range(r):  # written out: an assignment to a slice takes Numba seconds to compile
                for t in range(t_end):
                    h[i, k, t] = previous[i, k, t]
        wt_x(wt, tiles[i], c, ahead[:half])
        first = _sweep(g, c, h[i], scratch, np.float32(0))
        for _ in range(sweeps - 1):
            if _sweep(g, c, h[i], scratch, np.float32(0)) <= delta * delta * first:
                break
        _extrapolate(h[i], previous[i], beta)
        if counts[i] < t_end:
            for k in range(r):
                for t in range(counts[i], t_end):
                    h[i, k, t] = 0
                    previous[i, k, t] = 0
        add_x_ht(tiles[i], h[i], xht, ahead[half:])
        add_h_ht(h[i], hht)


@njit(**KERNEL, fastmath=FAST)
def update_spectra(wt, hxt, hht, free, sweeps, delta, floor):
    """Sweep the rows of wt (r, bands), float64, in place, only those where ``free`` is True.

    hxt (r, bands) = H Xᵀ, hht (r, r) = H Hᵀ.
    """
    r, p = wt.shape
    gradient = np.empty(p)
    first = 0.0
    for s in range(sweeps):
        change = 0.0
        for k in range(r):
            if not free[k] or hht[k, k] <= 0:
                continue
            row = wt[k]
            for b in range(p):
                gradient[b] = hxt[k, b]
            for j in range(r):
                a, other = hht[k, j], wt[j]
                for b in range(p):
                    gradient[b] -= a * other[b]
            inverse = 1 / hht[k, k]
            for b in range(p):
                new = max(row[b] + gradient[b] * inverse, floor)
                change += (new - row[b]) ** 2
                row[b] = new
        if s == 0:
            first = change
        elif change <= delta * delta * first:
            break
