"""Exact constrained least squares with many endmembers, one small problem a pixel.

The problem is that of ``least_squares``: the set S of endmembers that are present decides it. With
more than a dozen endmembers most pixels hold a set of their own, so that a table of the sets' maps is
filled but not read. Here one map follows the pixels. With x = h and y = G h, those of S have y given
(it is Wᵀx of the pixel) and x wanted, the others have x given (0) and y wanted; when an endmember
enters or leaves, the two change places, which is one pivot: r² operations, all on whole rows. The
sum to one is one more row and column, always in the set, whose x is the multiplier.

Sets are mended by exchanges as in ``least_squares``. Rounding that the pivots pile up is measured in
every pixel's equations, and the map made anew when it shows.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from hsunmix.kernels._products import FAST, KERNEL, wt_x
from hsunmix.kernels.least_squares import TOLERANCE
from hsunmix.kernels.libraries import _active_set

DEPENDENT = 1e-11  # a pivot so small, relative to its endmember's square, means dependent spectra
ROUNDING = 1e-11  # of the largest Wᵀx: equations that are further off make the map anew
FRESH = 4096  # pivots after which it is made anew in any case


@njit(**KERNEL, fastmath=FAST)
def _pivot(m, k, line):
    """Let x and y of k change places in y = M x; ``line`` is scratch."""
    # The row is copied, so that the compiler sees that the others don't overlap it; and no views,
    # because each counts references, which costs more than a row's arithmetic.
    n = m.shape[0]
    inverse = 1 / m[k, k]
    for j in range(n):
        line[j] = m[k, j]
    for i in range(n):
        share = m[i, k] * inverse
        for j in range(n):
            m[i, j] -= share * line[j]
        m[i, k] = share
    for j in range(n):
        m[k, j] = -inverse * line[j]
    m[k, k] = inverse


@njit(**KERNEL)
def _pivot_in(m, g, k, inside, border, line):
    """Take k into the set; False when its spectrum depends on the members'."""
    if not m[k, k] > DEPENDENT * g[k, k]:
        return False
    _pivot(m, k, line)
    inside[k] = True
    if border and not inside[m.shape[0] - 1]:  # possible as soon as there is a member
        _pivot(m, m.shape[0] - 1, line)
        inside[m.shape[0] - 1] = True
    return True


@njit(**KERNEL)
def _change(m, g, wanted, inside, border, line):
    """Turn the map into that of the set ``wanted``; return the pivots, −1 for dependent spectra.

    Newcomers first, so that there is always a member to hold the sum.
    """
    r, count = g.shape[0], 0
    for k in range(r):
        if wanted[k] and not inside[k]:
            if not _pivot_in(m, g, k, inside, border, line):
                return -1
            count += 1
    for k in range(r):
        if inside[k] and not wanted[k]:
            _pivot(m, k, line)
            inside[k] = False
            count += 1
    return count


@njit(**KERNEL)
def _start(m, g, wanted, inside, border, line):
    """Fill the map of the set ``wanted``; False when its spectra are dependent."""
    r = g.shape[0]
    for i in range(r):
        for j in range(r):
            m[i, j] = g[i, j]
        inside[i] = False
    if border:
        for i in range(r):
            m[i, r] = m[r, i] = 1.0
        m[r, r] = 0.0
        inside[r] = False
    return _change(m, g, wanted, inside, border, line) >= 0


@njit(**KERNEL, fastmath=FAST)
def _apply(m, u, inside, z):
    """Z = M u, where only members have u. M is symmetric but for the sign between members and others."""
    n = m.shape[0]
    for i in range(n):
        z[i] = 0.0
    for j in range(n):
        if inside[j]:
            value = u[j]
            for i in range(n):
                z[i] += value * m[j, i]
    for i in range(n):
        if not inside[i]:
            z[i] = -z[i]


@njit(**KERNEL, fastmath=FAST)
def _rounding(g, u, inside, z, border, line):
    """How far the members' equations are from true, at most."""
    r, worst = g.shape[0], 0.0
    for j in range(r):
        line[j] = z[j] if inside[j] else 0.0
    for i in range(r):
        if inside[i]:
            s = -u[i]
            for j in range(r):
                s += g[i, j] * line[j]
            if border:
                s += z[r]
            worst = max(worst, abs(s))
    return worst


@njit(**KERNEL)
def _settle(g, u, simplex, m, inside, wanted, z, wrong, line):
    """Exchange members until nothing is wrong; return the pivots it took, −1 when it doesn't settle."""
    r = g.shape[0]
    largest = 0.0
    for i in range(r):
        largest = max(largest, abs(u[i]))
    tol = TOLERANCE * largest
    fewest, patience, pivots, mended = r + 1, 3, 0, False
    for _ in range(10 + 2 * r):
        _apply(m, u, inside, z)
        count, last = 0, -1
        for i in range(r):
            wrong[i] = z[i] < -TOLERANCE if inside[i] else z[i] - u[i] < -tol
            if wrong[i] and (inside[i] or g[i, i] > 0):
                count, last = count + 1, i
        if count == 0:
            if _rounding(g, u, inside, z, simplex, line) <= ROUNDING * largest:
                return pivots
            if mended or not _start(m, g, wanted, inside, simplex, line):
                return -1
            mended = True
            continue
        if count < fewest:
            fewest, patience = count, 3
        elif patience > 0:
            patience -= 1
        else:  # one at a time: this can't cycle
            for i in range(r):
                wrong[i] = i == last
        some = False
        for i in range(r):
            wanted[i] = inside[i] != (wrong[i] and (inside[i] or g[i, i] > 0))
            some |= wanted[i]
        if simplex and not some:
            return -1
        step = _change(m, g, wanted, inside, simplex, line)
        if step < 0:
            return -1
        pivots += step
    return -1


@njit(**KERNEL)
def constrained(tiles, counts, wt, g, simplex, h, shift, scale):
    """Solve every pixel of a chunk; the arguments are those of ``least_squares.constrained``."""
    r, t_end = wt.shape[0], tiles.shape[2]
    n = r + 1 if simplex else r
    m, inside, wanted = np.empty((n, n)), np.zeros(n, np.bool_), np.zeros(r, np.bool_)
    right, u, z = np.empty((r, t_end)), np.ones(n), np.empty(n)
    wrong, barred, line = np.zeros(r, np.bool_), np.zeros(r, np.bool_), np.empty(n)
    low, place, out = np.zeros((r + 1, r + 1)), np.empty(r + 1, np.int64), np.empty(r)
    y, q, side = np.empty(r + 1), np.empty(r + 1), np.empty(r + 1)
    pivots = FRESH
    for i in range(tiles.shape[0]):
        wt_x(wt, tiles[i], right, tiles[min(i + 1, tiles.shape[0] - 1)])
        for t in range(counts[i]):
            for k in range(r):
                u[k] = right[k, t] - shift[k]
            if pivots >= FRESH:
                # Neighbours mostly hold similar materials, so the last pixel's set is the first guess.
                for k in range(r):
                    wanted[k] = out[k] > 0 if i or t else False
                if simplex and not wanted.any():
                    wanted[np.argmax(u[:r])] = True
                pivots = 0 if _start(m, g, wanted, inside, simplex, line) else FRESH
            count = _settle(g, u, simplex, m, inside, wanted, z, wrong, line) if pivots < FRESH else -1
            if count >= 0:
                pivots += count
                for k in range(r):
                    out[k] = max(z[k], 0.0) if inside[k] else 0.0
            else:
                _active_set(g, u[:r], r, simplex, out, place, low, y, q, side, barred)
                pivots = FRESH
            total = 0.0
            for k in range(r):
                total += out[k]
            for k in range(r):
                h[i, k, t] = out[k] * scale[k] / (total if simplex and total > 0 else 1.0)
        for t in range(counts[i], t_end):
            for k in range(r):
                h[i, k, t] = 0.0
