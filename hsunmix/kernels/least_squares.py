"""Exact constrained least squares, one small problem a pixel.

For given spectra the problem of one pixel x is, with G = WᵀW and c = Wᵀx,

    minimize ½ hᵀGh − cᵀh   subject to h ≥ 0, and Σh = 1 when ``simplex``.

Its solution is decided by the set S of endmembers that are present: on S the gradient equals −λ
(λ = 0 without the sum), elsewhere h = 0. Both h on S and the multipliers elsewhere are then one
affine map of c, the same for all pixels with this S. A scene visits few sets, so the maps are
kept in a table, and a pixel costs a few products with r × r matrices: the search for S exchanges
all wrong members at once (Júdice and Pires 1994; Kim and Park 2011) and falls back on an active
set method, which can't cycle, when that doesn't settle.

c is summed in float64, so float32 spectra cost cond(W), not cond(W)², of their accuracy.
"""

from __future__ import annotations

import numpy as np

from hsunmix.kernels._compile import KERNEL, njit
from hsunmix.kernels._products import wt_x

MAX_RANK = 62  # sets are kept as the bits of an int64
TABLE_BYTES = 8 << 20  # a larger table would be farther from the processor than its maps are from being made
TOLERANCE = 1e-12  # an abundance, or a multiplier relative to Wᵀx, may be so far below zero


@njit(**KERNEL)
def table_size(r):
    """How many maps to keep for r endmembers: a power of two."""
    size = 16
    while 2 * size * 8 * r * r <= TABLE_BYTES:
        size *= 2
    return min(size, 1 << r)


@njit(**KERNEL)
def _inverse(g, index, size):
    """Whether G_SS, S being the first ``size`` of ``index``, has an inverse, and that."""
    # Cholesky; a pivot that vanishes means dependent spectra.
    low = np.zeros((size, size))
    for a in range(size):
        for b in range(a + 1):
            s = g[index[a], index[b]]
            for k in range(b):
                s -= low[a, k] * low[b, k]
            if a == b:
                if s <= 1e-13 * g[index[a], index[a]] or not s > 0:
                    return False, low
                low[a, a] = np.sqrt(s)
            else:
                low[a, b] = s / low[b, b]
    inverse = np.empty((size, size))
    for col in range(size):
        y = np.zeros(size)
        for a in range(col, size):
            s = 1.0 if a == col else 0.0
            for k in range(col, a):
                s -= low[a, k] * y[k]
            y[a] = s / low[a, a]
        for a in range(size - 1, -1, -1):
            s = y[a]
            for k in range(a + 1, size):
                s -= low[k, a] * inverse[k, col]
            inverse[a, col] = s / low[a, a]
    return True, inverse


@njit(**KERNEL)
def _affine_map(g, members, simplex, m, v):
    """Fill z = m c + v for the set ``members``; return whether its spectra are independent.

    z holds h for members and the multipliers for the others.
    """
    r = g.shape[0]
    index = np.empty(r, np.int64)
    size = 0
    for i in range(r):
        v[i] = 0.0
        for j in range(r):
            m[i, j] = 0.0
        if members >> i & 1:
            index[size] = i
            size += 1
    independent, inverse = _inverse(g, index, size)
    if not independent:
        return False
    lam_row = np.zeros(size)  # λ = lam_row · c_S + lam_0
    lam_0 = 0.0
    if simplex and size > 0:
        q = np.zeros(size)
        total = 0.0
        for a in range(size):
            for b in range(size):
                q[a] += inverse[a, b]
            total += q[a]
        for a in range(size):
            lam_row[a] = q[a] / total
        lam_0 = -1.0 / total
        for a in range(size):
            for b in range(size):
                inverse[a, b] -= q[a] * lam_row[b]
            v[index[a]] = -q[a] * lam_0
    for a in range(size):
        for b in range(size):
            m[index[a], index[b]] = inverse[a, b]
    for i in range(r):
        if members >> i & 1:
            continue
        for b in range(size):
            s = lam_row[b]
            for a in range(size):
                s += g[i, index[a]] * inverse[a, b]
            m[i, index[b]] = s
        v[i] = lam_0
        for a in range(size):
            v[i] += g[i, index[a]] * v[index[a]]
        m[i, i] = -1.0
    return True


@njit(**KERNEL)
def _place(members, size):
    """Place of a set in a table whose size is a power of two: itself where the table holds all sets."""
    return (members ^ members >> 10 ^ members >> 20 ^ members >> 30 ^ members >> 40 ^ members >> 50) & (
        size - 1
    )


@njit(**KERNEL)
def _fill(g, members, simplex, keys, maps):
    """Put the map of a set into its place in the table."""
    r = g.shape[0]
    slot = _place(members, keys.shape[0])
    m, v = np.empty((r, r)), np.empty(r)
    keys[slot, 1] = _affine_map(g, members, simplex, m, v)
    keys[slot, 0] = members
    for i in range(r):  # written out: an assignment to a slice takes Numba seconds to compile
        for j in range(r):
            maps[slot, i, j] = m[i, j]
        maps[slot, i, r] = v[i]


@njit(**KERNEL)
def _evaluate(g, c, simplex, members, tol, z, keys, maps):
    """Fill z by the set's map.

    Returns
    -------
    wrong : int64
        The set of those that are too far below zero; −1 when the set's spectra are dependent.
    """
    # Whole arrays and an index, because a view counts references atomically at every call; and no
    # branches, because which member is wrong can't be predicted.
    r = c.shape[0]
    slot = _place(members, keys.shape[0])
    if keys[slot, 0] != members:
        _fill(g, members, simplex, keys, maps)
    if keys[slot, 1] == 0:
        return np.int64(-1)
    wrong = np.int64(0)
    for i in range(r):
        s = maps[slot, i, r]
        for j in range(r):
            s += maps[slot, i, j] * c[j]
        z[i] = s
        limit = -TOLERANCE if members >> i & 1 else -tol
        wrong |= np.int64(s < limit) << i
    return wrong


@njit(**KERNEL)
def _best_single(g, c):
    """The endmember that alone explains the pixel best with abundance one."""
    best, value = 0, np.inf
    for i in range(c.shape[0]):
        loss = 0.5 * g[i, i] - c[i]
        if loss < value:
            best, value = i, loss
    return best


@njit(**KERNEL)
def _active_set(g, c, simplex, tol, z, keys, maps):
    """Lawson and Hanson's method, generalized to the simplex; cannot cycle. Return the set."""
    r = c.shape[0]
    h = np.zeros(r)
    members = np.int64(0)
    if simplex:
        first = _best_single(g, c)
        members = np.int64(1) << first
        h[first] = 1.0
    barred = np.int64(0)
    for _ in range(30 * r):
        _evaluate(g, c, simplex, members, tol, z, keys, maps)
        enter, worst = -1, -tol
        for i in range(r):
            if not (members | barred) >> i & 1 and z[i] < worst:
                enter, worst = i, z[i]
        if enter < 0:
            break
        before = members
        members |= np.int64(1) << enter
        while True:
            if _evaluate(g, c, simplex, members, tol, z, keys, maps) < 0:
                # Dependent on the members: it can't improve the fit.
                members = before
                barred |= np.int64(1) << enter
                break
            step, leaves = 1.0, -1
            for i in range(r):
                if members >> i & 1 and z[i] <= 0 and h[i] - z[i] > 0:
                    reach = h[i] / (h[i] - z[i])
                    if reach < step or leaves < 0:
                        step, leaves = min(reach, step), i
            for i in range(r):
                if members >> i & 1:
                    h[i] += step * (z[i] - h[i])
            if leaves < 0:
                barred = np.int64(0)
                break
            for i in range(r):
                if members >> i & 1 and (i == leaves or h[i] <= 0):
                    members &= ~(np.int64(1) << i)
                    h[i] = 0.0
            if members == before:
                # Numerically the newcomer left at once: rounding, not progress.
                barred |= np.int64(1) << enter
                break
    _evaluate(g, c, simplex, members, tol, z, keys, maps)
    return members


@njit(**KERNEL)
def constrained(tiles, counts, wt, g, simplex, h, shift, scale, table=0):
    """Solve every pixel of a chunk.

    Parameters
    ----------
    tiles : float32 (n, bands, T)
    counts : int64 (n,)
    wt : float64 (r, bands)
    g : float64 (r, r)
        WᵀW; r at most MAX_RANK.
    simplex : bool
        Whether abundances sum to one.
    h : float32 (n, r, T)
        The abundances, written here; zero in the padding.
    shift : float64 (r,)
        Taken from c: a penalty shift · h, which is linear because h ≥ 0.
    scale : float64 (r,)
        What the abundances are multiplied by as they are written.
    table : int
        How many maps to keep, a power of two; 0 for as many as stay in the cache.
    """
    r = wt.shape[0]
    t_end = tiles.shape[2]
    table = table if table else table_size(r)
    keys = np.full((table, 2), -1, np.int64)
    maps = np.empty((table, r, r + 1))
    right = np.empty((r, t_end))
    c, z = np.empty(r), np.empty(r)
    members = (np.int64(1) << r) - 1
    slot = _place(members, table)
    for i in range(tiles.shape[0]):
        wt_x(wt, tiles[i], right, tiles[min(i + 1, tiles.shape[0] - 1)])
        for t in range(counts[i]):
            largest = 0.0
            for k in range(r):
                c[k] = right[k, t]
                c[k] -= shift[k]
                largest = max(largest, abs(c[k]))
            tol = TOLERANCE * largest
            # Neighbours mostly hold the same materials: the last pixel's set is tried first. This
            # loop is written out here because a call costs more than its r² products.
            fewest, patience = r + 1, 3
            for attempt in range(10 + 2 * r):
                if keys[slot, 0] != members:
                    _fill(g, members, simplex, keys, maps)
                wrong, count, last = np.int64(0), np.int64(0), np.int64(0)
                for k in range(r):
                    s = maps[slot, k, r]
                    for j in range(r):
                        s += maps[slot, k, j] * c[j]
                    z[k] = s
                    limit = -TOLERANCE if members >> k & 1 else -tol
                    bad = np.int64(s < limit)  # no branch: which one is wrong can't be predicted
                    wrong |= bad << k
                    count += bad
                    last = max(last, k * bad)
                if keys[slot, 1] == 1 and count == 0:
                    break
                if keys[slot, 1] == 0 or attempt == 9 + 2 * r:
                    members = _active_set(g, c, simplex, tol, z, keys, maps)
                    slot = _place(members, table)
                    break
                if count < fewest:
                    fewest, patience = count, np.int64(3)
                elif patience > 0:
                    patience -= 1
                else:
                    wrong = np.int64(1) << last
                members ^= wrong
                if simplex and members == 0:
                    members = np.int64(1) << _best_single(g, c)
                slot = _place(members, table)
            total = 0.0
            for k in range(r):
                z[k] = max(z[k], 0.0) if members >> k & 1 else 0.0
                total += z[k]
            share = 1.0 / total if simplex and total > 0 else 1.0
            for k in range(r):
                h[i, k, t] = z[k] * share * scale[k]
        for t in range(counts[i], t_end):
            for k in range(r):
                h[i, k, t] = 0.0


@njit(**KERNEL)
def unconstrained(tiles, counts, inverse, h):
    """H (n, r, T) = inverse (r, bands), float64, times every pixel; zero in the padding."""
    r, t_end = inverse.shape[0], tiles.shape[2]
    out = np.empty((r, t_end))
    for i in range(tiles.shape[0]):
        wt_x(inverse, tiles[i], out)
        for k in range(r):
            for t in range(counts[i]):
                h[i, k, t] = out[k, t]
            for t in range(counts[i], t_end):
                h[i, k, t] = 0.0
