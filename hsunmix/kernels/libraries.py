"""Least squares with few abundances a pixel: all sets of endmembers are tried."""

from __future__ import annotations

import numpy as np

from hsunmix.kernels._compile import FAST, KERNEL, njit
from hsunmix.kernels._products import wt_x
from hsunmix.kernels.active_set import scratch, solve


@njit(**KERNEL, fastmath=FAST)
def best_sets(tiles, counts, wt, sets, sizes, inverses, h):
    """Try all sets of endmembers, and keep for every pixel the one that fits best.

    The optimum is the least squares solution on some set, with no abundance below zero; so the best
    among the sets with such a solution is it.

    Parameters
    ----------
    tiles : float32 (n, bands, T)
    counts : int64 (n,)
    wt : float64 (r, bands)
    sets : int64 (m, k)
        Members of each set, the first ``sizes`` of each row.
    sizes : int64 (m,)
    inverses : float64 (m, k, k)
        Of each set's part of WᵀW.
    h : float32 (n, r, T)
        The abundances, written here.
    """
    r, t_end = h.shape[1], h.shape[2]
    most = sets.shape[1]
    c = np.empty((r, t_end))
    part = np.empty((most, t_end))
    gain, low = np.empty(t_end), np.empty(t_end)
    best, chosen = np.empty(t_end), np.empty(t_end, np.int64)
    for i in range(tiles.shape[0]):
        wt_x(wt, tiles[i], c)
        for t in range(t_end):
            best[t] = 0.0
            chosen[t] = -1
        for s in range(sets.shape[0]):
            size = sizes[s]
            for t in range(t_end):
                gain[t] = 0.0
                low[t] = 0.0
            for a in range(size):
                row = part[a]
                for t in range(t_end):
                    row[t] = 0.0
                for b in range(size):
                    f, right = inverses[s, a, b], c[sets[s, b]]
                    for t in range(t_end):
                        row[t] += f * right[t]
                right = c[sets[s, a]]
                for t in range(t_end):
                    gain[t] += row[t] * right[t]
                    low[t] = min(low[t], row[t])
            for t in range(t_end):
                if low[t] >= 0 and gain[t] > best[t]:
                    best[t] = gain[t]
                    chosen[t] = s
        for k in range(r):
            for t in range(t_end):
                h[i, k, t] = 0
        for t in range(counts[i]):
            s = chosen[t]
            if s < 0:
                continue
            for a in range(sizes[s]):
                value = 0.0
                for b in range(sizes[s]):
                    value += inverses[s, a, b] * c[sets[s, b], t]
                h[i, sets[s, a], t] = max(value, 0.0)


@njit(**KERNEL)
def better_sets(tiles, counts, wt, g, sets, h):
    """Try further sets, whose spectra are dependent or nearly so, and keep those that fit better than h does.

    Parameters
    ----------
    tiles : float32 (n, bands, T)
    counts : int64 (n,)
    wt, g : float64 (r, bands), (r, r)
        Spectra of unit length, and WᵀW.
    sets : int64 (m, k)
    h : float32 (n, r, T)
        The abundances so far, changed in place.
    """
    r, k = wt.shape[0], sets.shape[1]
    right, found, space = np.empty((r, tiles.shape[2])), np.empty(k), scratch(k, k)
    part, c, best = np.empty((k, k)), np.empty(k), np.empty(k)
    for i in range(tiles.shape[0]):
        wt_x(wt, tiles[i], right)
        for t in range(counts[i]):
            most, chosen = 0.0, -1
            for a in range(r):
                slope = 2 * right[a, t]
                for b in range(r):
                    slope -= g[a, b] * h[i, b, t]
                most += h[i, a, t] * slope
            for s in range(sets.shape[0]):
                for a in range(k):
                    c[a] = right[sets[s, a], t]
                    for b in range(k):
                        part[a, b] = g[sets[s, a], sets[s, b]]
                solve(part, c, False, k, found, space)
                gain = 0.0
                for a in range(k):
                    slope = 2 * c[a]
                    for b in range(k):
                        slope -= part[a, b] * found[b]
                    gain += found[a] * slope
                if gain > most:
                    most, chosen = gain, s
                    best[:] = found
            if chosen >= 0:
                for a in range(r):
                    h[i, a, t] = 0.0
                for a in range(k):
                    h[i, sets[chosen, a], t] = best[a]
