"""Exact constrained least squares, one small problem a pixel.

For given spectra the problem of one pixel x is, with G = WᵀW and c = Wᵀx,

    minimize ½ hᵀGh − cᵀh   subject to h ≥ 0, and Σh = 1 when ``simplex``.

Its solution is decided by the set S of endmembers that are present: on S the gradient equals −λ
(λ = 0 without the sum), elsewhere h = 0. Both h on S and the multipliers elsewhere are then one
affine map of c, the same for all pixels with this S. A scene visits few sets, so the maps are
kept in a table, and a pixel costs a few products with r × r matrices: the search for S exchanges
all wrong members at once (Júdice and Pires 1994; Kim and Park 2011).

A map is trusted only where none of its spectra is nearly a combination of the others. Pixels whose
search comes to another set, or doesn't settle, or whose sum isn't one, go to ``active_set``, which takes
longer and is stopped by nothing. With the sum G is lifted, as is explained there.

c is summed in float64, so float32 spectra cost cond(W), not cond(W)², of their accuracy.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from hsunmix.kernels._compile import KERNEL, njit
from hsunmix.kernels._products import wt_x
from hsunmix.kernels._vectors import I64, Code, matrices
from hsunmix.kernels.active_set import OFF, TOLERANCE, alike, best_single, broken, lifted, scratch, solve

TRUSTED = 1e6  # how many times as uncertain as alone an abundance may be in a set (its variance inflation)
TABLE_BYTES = 8 << 20  # a larger table would be farther from the processor than its maps are from being made
LOW = 1e-12  # an abundance, relative to the largest, may be so far below zero
ROOM = 8  # numbers of a column of a map fill up as many as this, so that they are whole vectors


@njit(**KERNEL)
def table_size(r):
    """How many maps to keep for r endmembers: a power of two."""
    size = 16
    while 2 * size * 8 * r * r <= TABLE_BYTES:
        size *= 2
    return min(size, 1 << r)


@njit(**KERNEL)
def _inverse(g, index, size):
    """Whether G_SS, S being the first ``size`` of ``index``, has an inverse to be trusted, and that."""
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
    for a in range(size):
        if not g[index[a], index[a]] * inverse[a, a] <= TRUSTED:
            return False, inverse
    return True, inverse


@njit(**KERNEL)
def _affine_map(g, members, simplex, m, v):
    """Fill z = m c + v for the set ``members``; return whether its spectra are independent enough.

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
    for i in range(maps.shape[2]):
        for j in range(r + 2):
            maps[slot, j, i] = 0.0
    for i in range(r):  # written out: an assignment to a slice takes Numba seconds to compile
        for j in range(r):
            maps[slot, j, i] = m[i, j]
        maps[slot, r, i] = v[i]
        maps[slot, r + 1, i] = -1.0 if members >> i & 1 else -TOLERANCE


@intrinsic
def _apply(_typing_context, columns, c, low, largest, z):
    """Z = m c + v of a map; which of it are too far below zero, as bits, how many these are, and the last."""

    def code(context, builder, signature, arguments):
        columns, c, z = matrices(context, builder, signature, arguments, (0, 1, 4))
        v = Code(builder, z.item)
        rank, one = c.size, I64(0)
        low, largest = v.spread(arguments[2]), v.spread(arguments[3])

        def rows(i, carried):
            def products(j, sums):
                weight = v.spread(builder.load(builder.gep(c.data, [j])))
                return [v.add_product(sums[0], weight, v.load(columns, j, i))]

            (value,) = v.loop(I64(0), rank, 1, [v.load(columns, rank, i)], products)
            limit = v.load(columns, v.plus(rank, 1), i)
            member = builder.fcmp_ordered("==", limit, v.spread(v.item(-1.0)))
            limit = builder.select(member, v.product(limit, low), v.product(limit, largest))
            bad = builder.fcmp_ordered("<", value, limit)  # as they are, the others, and what is no number
            bits = builder.zext(builder.bitcast(bad, ir.IntType(v.lanes)), ir.IntType(64))
            v.store(value, z, one, i)
            return [builder.or_(carried[0], builder.shl(bits, i))]

        (wrong,) = v.loop(I64(0), columns.pitch, v.lanes, [I64(0)], rows)
        last = builder.sub(I64(63), builder.ctlz(wrong, ir.Constant(ir.IntType(1), 0)))
        return context.make_tuple(builder, signature.return_type, [wrong, builder.ctpop(wrong), last])

    return types.UniTuple(types.int64, 3)(columns, c, low, largest, z), code


@njit(**KERNEL)
def _quickly(right, first, count, g, simplex, shift, scale, attempts, members, keys, maps, c, z, out):
    """Solve pixels of a tile by maps, from ``first`` on, until one can't be solved so.

    Returns
    -------
    t : int64
        That pixel, whose c is left in ``c``; ``count`` if there is none.
    members : int64
        The last set.
    """
    # One long function without calls but to fill the table, because a call costs more than the r² products.
    r, table = g.shape[0], keys.shape[0]
    steepest = 0.0  # with a sum the gradient is at least of this size
    for k in range(r if simplex else 0):
        steepest = max(steepest, g[k, k])
    slot = _place(members, table)
    for t in range(first, count):
        largest = steepest
        for k in range(r):
            c[k] = right[k, t]
            c[k] -= shift[k]
            largest = max(largest, abs(c[k]))
        low = LOW if simplex else LOW * largest
        # Neighbours mostly hold the same materials: the last pixel's set is tried first.
        fewest, patience, settled = r + 1, 3, False
        for _ in range(attempts):
            if keys[slot, 0] != members:
                _fill(g, members, simplex, keys, maps)
            wrong, count_wrong, last = _apply(maps[slot], c, low, largest, z)
            settled = keys[slot, 1] == 1 and count_wrong == 0
            if settled or keys[slot, 1] == 0:
                break
            if count_wrong < fewest:
                fewest, patience = count_wrong, np.int64(3)
            elif patience > 0:
                patience -= 1
            else:
                wrong = np.int64(1) << last
            members ^= wrong
            if simplex and members == 0:
                members = np.int64(1) << best_single(g, c)
            slot = _place(members, table)
        total = 0.0
        for k in range(r):
            z[k] = max(z[k], 0.0) if members >> k & 1 else 0.0
            total += z[k]
        share = 1.0 / total if simplex else 1.0
        if not settled or not abs(share - 1) <= OFF:
            return t, members
        for k in range(r):
            out[k, t] = z[k] * share * scale[k]
    return count, members


@njit(**KERNEL)
def constrained(tiles, counts, wt, g, simplex, h, shift, scale, table=0):
    """Solve every pixel of a chunk.

    Parameters
    ----------
    tiles : float32 (n, bands, T)
    counts : int64 (n,)
    wt : float64 (r, bands)
        Of unit length, unless abundances sum to one.
    g : float64 (r, r)
        WᵀW; r at most 62, because sets are kept as the bits of an int64.
    simplex : bool
        Whether abundances sum to one.
    h : float32 (n, r, T)
        The abundances, written here; zero in the padding.
    shift : float64 (r,)
        Taken from c: a penalty shift · h, which is linear because h ≥ 0.
    scale : float64 (r,)
        What the abundances are multiplied by as they are written; ones when ``simplex``.
    table : int
        How many maps to keep, a power of two; 0 for as many as stay in the cache.

    Returns
    -------
    failed : int
        Pixels whose abundances aren't finite, nonnegative and, with ``simplex``, of sum one.
    """
    r, t_end = wt.shape[0], tiles.shape[2]
    table, room = table if table else table_size(r), -(-r // ROOM) * ROOM
    keys, maps = np.full((table, 2), -1, np.int64), np.empty((table, r + 2, room))
    right, c, z, space = np.empty((r, t_end)), np.empty(r), np.zeros(room), scratch(r, r)
    raised, members = lifted(g, simplex), (np.int64(1) << r) - 1
    attempts, failed = 10 + 2 * r if not simplex or alike(g) else 0, 0
    for i in range(tiles.shape[0]):
        wt_x(wt, tiles[i], right, tiles[min(i + 1, tiles.shape[0] - 1)])
        t, count, out = 0, counts[i], h[i]
        while True:
            t, members = _quickly(
                right, t, count, raised, simplex, shift, scale, attempts, members, keys, maps, c, z, out
            )
            if t >= count:
                break
            solve(g, c, simplex, r, z, space)
            members = np.int64(0)
            for k in range(r):
                members |= np.int64(z[k] > 0) << k
                out[k, t] = z[k] * scale[k]
            t += 1
        for t in range(count, t_end):
            for k in range(r):
                out[k, t] = 0.0
        failed += broken(out, count, simplex)
    return failed


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
