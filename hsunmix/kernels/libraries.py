"""Least squares with many spectra or few abundances, one small problem a pixel.

The sets here are lists of places, not bits, so there may be any number of spectra; what is solved
are only the members' equations, by a Cholesky factorization that grows and shrinks with the set.
"""

from __future__ import annotations

import numpy as np

from hsunmix.kernels._compile import FAST, KERNEL, njit
from hsunmix.kernels._products import wt_x

TOLERANCE = 1e-10  # a multiplier, relative to Wᵀx, may be so far below zero


@njit(**KERNEL)
def _append(g, place, size, new, low):
    """Add the row of ``new`` to the Cholesky factor of the members; False when it depends on them."""
    for a in range(size):
        s = g[new, place[a]]
        for k in range(a):
            s -= low[size, k] * low[a, k]
        low[size, a] = s / low[a, a]
    s = g[new, new]
    for k in range(size):
        s -= low[size, k] * low[size, k]
    if not s > 1e-12 * g[new, new]:
        return False
    low[size, size] = np.sqrt(s)
    place[size] = new
    return True


@njit(**KERNEL)
def _solve(low, size, right, out):
    """Solve L Lᵀ out = right."""
    for a in range(size):
        s = right[a]
        for k in range(a):
            s -= low[a, k] * out[k]
        out[a] = s / low[a, a]
    for a in range(size - 1, -1, -1):
        s = out[a]
        for k in range(a + 1, size):
            s -= low[k, a] * out[k]
        out[a] = s / low[a, a]


@njit(**KERNEL)
def _optimum(low, size, place, c, simplex, right, z, q):
    """Fill z with the members' optimum; return the multiplier of the sum."""
    for a in range(size):
        right[a] = c[place[a]]
    _solve(low, size, right, z)
    if not simplex:
        return 0.0
    for a in range(size):
        right[a] = 1.0
    _solve(low, size, right, q)
    above, total = -1.0, 0.0
    for a in range(size):
        above += z[a]
        total += q[a]
    lam = above / total
    for a in range(size):
        z[a] -= lam * q[a]
    return lam


@njit(**KERNEL)
def _leave(g, place, h, size, low):
    """Drop members whose h isn't positive; return how many are left."""
    kept = 0
    for a in range(size):
        if h[place[a]] > 0:
            _append(g, place, kept, place[a], low)
            kept += 1
        else:
            h[place[a]] = 0.0
    return kept


@njit(**KERNEL)
def _active_set(g, c, most, simplex, h, place, low, z, q, right, barred):
    """Lawson and Hanson's method for min ½hᵀGh − cᵀh over h ≥ 0 (Σh = 1), with ``most`` members.

    ``h`` is filled. With fewer members than spectra this is orthogonal matching pursuit with
    nonnegative abundances: the newcomer is the one that explains most of what is left.
    """
    # One long function: its parts share a dozen variables that change, which Numba hands on only in arrays.
    r = c.shape[0]
    largest = 0.0
    for i in range(r):
        h[i] = 0.0
        barred[i] = False
        largest = max(largest, abs(c[i]))
    tol = TOLERANCE * largest
    size = 0
    if simplex:
        first, value = 0, np.inf
        for i in range(r):
            if 0.5 * g[i, i] - c[i] < value and g[i, i] > 0:
                first, value = i, 0.5 * g[i, i] - c[i]
        if value == np.inf:
            h[0] = 1.0
            return
        _append(g, place, 0, first, low)
        h[first], size = 1.0, 1
    lam = 0.0
    for _ in range(10 * min(r, most) + 20):
        if size:
            lam = _optimum(low, size, place, c, simplex, right, z, q)
        if size >= most:
            break
        enter, best = -1, 0.0
        for i in range(r):
            if barred[i] or h[i] > 0 or g[i, i] <= 0:
                continue
            w = c[i] - lam
            for a in range(size):
                w -= g[i, place[a]] * h[place[a]]
            if w > tol and w * abs(w) / g[i, i] > best:
                enter, best = i, w * abs(w) / g[i, i]
        if enter < 0:
            break
        if not _append(g, place, size, enter, low):
            barred[enter] = True
            continue
        size += 1
        before = size
        while size:
            _optimum(low, size, place, c, simplex, right, z, q)
            step = 1.0
            for a in range(size):
                old = h[place[a]]
                if z[a] <= 0:
                    step = min(step, old / (old - z[a]) if old > z[a] else 0.0)
            for a in range(size):
                k = place[a]
                h[k] += step * (z[a] - h[k])
                if step < 1 and z[a] <= 0 and h[k] <= 1e-14:
                    h[k] = 0.0
            if step == 1:
                break
            size = _leave(g, place, h, size, low)
        if h[enter] <= 0 or size == 0:
            barred[enter] = True
        elif size == before:
            for i in range(r):
                barred[i] = False


@njit(**KERNEL)
def active_set(x, wt, g, shift, most, simplex, h):
    """Solve the pixels of one piece of a tile.

    Parameters
    ----------
    x : float32 (bands, m)
    wt, g : float64 (r, bands), (r, r)
        Spectra and WᵀW.
    shift : float64
        Taken from Wᵀx: the weight of Σh.
    most : int
        At most so many abundances that aren't zero.
    simplex : bool
        Whether abundances sum to one.
    h : float32 (r, m)
        The abundances, written here.
    """
    r, m = wt.shape[0], x.shape[1]
    right = np.empty((r, m))
    wt_x(wt, x, right)
    limit = min(r, most, wt.shape[1] + 1) + 1
    low = np.zeros((limit, limit))
    z, q, side = np.empty(limit), np.empty(limit), np.empty(limit)
    place, barred = np.empty(limit, np.int64), np.zeros(r, np.bool_)
    c, out = np.empty(r), np.empty(r)
    for t in range(m):
        for i in range(r):
            c[i] = right[i, t] - shift
        _active_set(g, c, limit - 1, simplex, out, place, low, z, q, side, barred)
        for i in range(r):
            h[i, t] = out[i]


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
