"""Exact constrained least squares with many endmembers, one small problem a pixel.

The problem is that of ``least_squares``: the set S of endmembers that are present decides it. With
more than a dozen endmembers most pixels hold a set of their own, so that a table of the sets' maps is
filled but not read. Here one map follows the pixels. With x = h and y = G h, those of S have y given
(it is Wᵀx of the pixel) and x wanted, the others have x given (0) and y wanted; when an endmember
enters or leaves, the two change places, which is one pivot: r² operations, all on whole rows. The
sum to one is one more row and column, always in the set, whose x is the multiplier.

Sets are mended by exchanges as in ``least_squares``, but only of those that are most wrong. Rounding
that the pivots pile up is measured in every pixel's equations, and the map made anew when it shows.
Where spectra are nearly dependent, or the set doesn't settle, ``active_set`` takes over.
"""

from __future__ import annotations

import numpy as np
from numba import types
from numba.extending import intrinsic

from hsunmix.kernels._compile import FAST, KERNEL, njit
from hsunmix.kernels._products import wt_x
from hsunmix.kernels._vectors import I64, Code, matrices
from hsunmix.kernels.active_set import OFF, TOLERANCE, alike, best_single, broken, lifted, scratch, solve
from hsunmix.kernels.least_squares import LOW

DEPENDENT = 1e-9  # a pivot so small, relative to its endmember's square, is not to be trusted
ROUNDING = 1e-12  # of the largest Wᵀx: equations that are further off make the map anew
NEARLY = 0.5  # of the largest violation: every exchange costs a pivot, and often its undoing
PAD = 8  # values: rows are filled up with zeros to a multiple of it, whole vectors
FRESH = 4096  # pivots after which it is made anew in any case


@intrinsic
def _add_row(_typing_context, target, _i, _factor, source, _j):
    """Row i of target += factor · row j of source, padding included: its length is a multiple of PAD."""

    def code(context, builder, signature, arguments):
        target, source = matrices(context, builder, signature, arguments, (0, 3))
        i, factor, j = arguments[1], arguments[2], arguments[4]
        v = Code(builder, target.item)
        factor = v.spread(factor)

        def columns(t, _):
            v.store(v.add_product(v.load(target, i, t), factor, v.load(source, j, t)), target, i, t)
            return []

        v.loop(I64(0), target.pitch, v.lanes, [], columns)
        return context.get_dummy_value()

    return types.void(target, types.int64, types.float64, source, types.int64), code


# What follows is put into its callers, because a call counts the references to every array, and so does a
# view: that costs as much as a row's arithmetic.


@njit(**KERNEL, fastmath=FAST, inline="always")
def _pivot(m, k, line):
    """Let x and y of k change places in y = M x; ``line`` is scratch."""
    inverse = 1 / m[k, k]
    for j in range(m.shape[1]):
        line[0, j] = m[k, j]
    for i in range(m.shape[0]):
        share = m[i, k] * inverse
        _add_row(m, i, -share, line, 0)
        m[i, k] = share
    for j in range(m.shape[1]):
        m[k, j] = -inverse * line[0, j]
    m[k, k] = inverse


@njit(**KERNEL, inline="always")
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


@njit(**KERNEL, inline="always")
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


@njit(**KERNEL, fastmath=FAST, inline="always")
def _apply(m, u, inside, z):
    """Z = M u, where only members have u. M is symmetric but for the sign between members and others."""
    n = m.shape[0]
    for i in range(m.shape[1]):
        z[0, i] = 0.0
    for j in range(n):
        if inside[j]:
            _add_row(z, 0, u[j], m, j)
    for i in range(n):
        if not inside[i]:
            z[0, i] = -z[0, i]


@njit(**KERNEL, fastmath=FAST, inline="always")
def _rounding(g, u, inside, z, border, line):
    """How far the members' equations are from true, at most."""
    r, worst = g.shape[0], 0.0
    for i in range(g.shape[1]):
        line[0, i] = z[0, r] if border else 0.0
    for j in range(r):
        if inside[j]:
            _add_row(line, 0, z[0, j], g, j)
    for i in range(r):
        if inside[i]:
            worst = max(worst, abs(line[0, i] - u[i]))
    return worst


@njit(**KERNEL, inline="always")
def _keep_worst(g, u, inside, z, wrong):
    """Leave only those marked that are nearly as wrong as the worst: the others may come right by themselves.

    Members and others apart, abundances and multipliers being different things.
    """
    r, below, above = g.shape[0], 0.0, 0.0
    for i in range(r):
        if wrong[i] and inside[i]:
            below = max(below, -z[0, i])
        elif wrong[i] and g[i, i] > 0:
            above = max(above, u[i] - z[0, i])
    for i in range(r):
        if wrong[i]:
            wrong[i] = -z[0, i] >= NEARLY * below if inside[i] else u[i] - z[0, i] >= NEARLY * above


@njit(**KERNEL)
def _settle(g, u, simplex, m, inside, wanted, z, wrong, line):
    """Exchange members until nothing is wrong; return the pivots it took, −1 when it doesn't settle."""
    r = g.shape[0]
    largest = 0.0
    for i in range(r):
        largest = max(largest, abs(u[i]), g[i, i] if simplex else 0.0)
    tol = TOLERANCE * largest
    low = LOW if simplex else LOW * largest
    fewest, patience, pivots, mended = r + 1, 3, 0, False
    for _ in range(10 + 2 * r):
        _apply(m, u, inside, z)
        count, last = 0, -1
        for i in range(r):
            wrong[i] = z[0, i] < -low if inside[i] else z[0, i] - u[i] < -tol
            if wrong[i] and (inside[i] or g[i, i] > 0):
                count, last = count + 1, i
        if count == 0:
            if _rounding(g, u, inside, z, simplex, line) <= ROUNDING * largest:
                return pivots
            if mended or not _start(m, g, wanted, inside, simplex, line):
                return -1
            mended = True
            continue
        if count > 1:
            _keep_worst(g, u, inside, z, wrong)
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
    width = (n + PAD - 1) // PAD * PAD
    m, inside, wanted = np.zeros((n, width)), np.zeros(n, np.bool_), np.zeros(r, np.bool_)
    right, u, z = np.empty((r, t_end)), np.ones(n), np.empty((1, width))
    wrong, line = np.zeros(r, np.bool_), np.empty((1, width))
    gram, raised = np.zeros((r, width)), lifted(g, simplex)
    for k in range(r):
        for j in range(r):
            gram[k, j] = raised[k, j]
    space, out = scratch(r, r), np.zeros(r)
    pivots, failed, quick = FRESH, 0, not simplex or alike(g)
    for i in range(tiles.shape[0]):
        wt_x(wt, tiles[i], right, tiles[min(i + 1, tiles.shape[0] - 1)])
        for t in range(counts[i]):
            for k in range(r):
                u[k] = right[k, t] - shift[k]
            if quick and pivots >= FRESH:
                # Neighbours mostly hold similar materials, so the last pixel's set is the first guess.
                for k in range(r):
                    wanted[k] = out[k] > 0
                if simplex and not wanted.any():
                    wanted[best_single(g, u[:r])] = True
                pivots = 0 if _start(m, gram, wanted, inside, simplex, line) else FRESH
            count = _settle(gram, u, simplex, m, inside, wanted, z, wrong, line) if pivots < FRESH else -1
            total = 0.0
            for k in range(r):
                out[k] = max(z[0, k], 0.0) if count >= 0 and inside[k] else 0.0
                total += out[k]
            if count < 0 or (simplex and not abs(total - 1) <= OFF):
                solve(g, u[:r], simplex, r, out, space)
                pivots = FRESH
            else:
                pivots += count
                for k in range(r):
                    out[k] /= total if simplex else 1.0
            for k in range(r):
                h[i, k, t] = out[k] * scale[k]
        for t in range(counts[i], t_end):
            for k in range(r):
                h[i, k, t] = 0.0
        failed += broken(h[i], counts[i], simplex)
    return failed
