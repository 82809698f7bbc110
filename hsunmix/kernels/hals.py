"""Hierarchical alternating least squares on a chunk of tiles: one read of X per sweep."""

from __future__ import annotations

import functools

import numpy as np
from numba import types
from numba.extending import intrinsic

from hsunmix.kernels._compile import FAST, KERNEL, njit
from hsunmix.kernels._prefetch import fetch
from hsunmix.kernels._products import add_h_ht, add_x_ht, wt_x
from hsunmix.kernels._vectors import I64, WIDE, Code, each_count, matrices

WIDTH = 32  # pixels whose abundances are swept at a time; they stay in the first-level cache
HELD = 8 if WIDE else 3  # rows of them that have room in the registers


@intrinsic
def _sweep_columns(_typing_context, g, inverse, c, h, floor):
    """As ``_sweep``, as many columns as are whole blocks: their number, and what they changed."""

    def code(context, builder, signature, arguments):
        g, inverse, c, h = matrices(context, builder, signature, arguments, (0, 1, 2, 3))
        v = Code(builder, h.item)
        floor, block = v.spread(arguments[4]), range(WIDTH // v.lanes)
        whole = builder.and_(h.pitch, I64(-WIDTH))
        changes = [v.variable(v.zero) for _ in block]

        def step(k, t, rest, old):
            """The new row, given what the others leave of c; its change is added up."""
            share, row = v.one(inverse, I64(0), k), []
            for s in block:
                new = v.larger(v.add_product(old[s], rest[s], share), floor)
                v.store(new, h, k, t, s)
                moved = v.minus(new, old[s])
                builder.store(v.add_product(builder.load(changes[s]), moved, moved), changes[s])
                row.append(new)
            return row

        def few(count):
            """Hold all rows in registers."""

            def columns(t, _):
                rows = [[v.load(h, I64(k), t, s) for s in block] for k in range(count)]
                for k in range(count):
                    rest = [v.load(c, I64(k), t, s) for s in block]
                    for j in [*range(k, count), *range(k)]:  # the row just changed last: it comes late
                        weight = v.one(g, I64(k), I64(j))
                        rest = [v.minus_product(rest[s], weight, rows[j][s]) for s in block]
                    rows[k] = step(I64(k), t, rest, rows[k])
                return []

            v.loop(I64(0), whole, WIDTH, [], columns)

        def many():
            def columns(t, _):
                def rows(k, _):
                    def products(j, rest):
                        weight = v.one(g, k, j)
                        return [v.minus_product(rest[s], weight, v.load(h, j, t, s)) for s in block]

                    rest = [v.load(c, k, t, s) for s in block]
                    rest = v.loop(k, h.rows, 1, rest, products)
                    rest = v.loop(I64(0), k, 1, rest, products)
                    step(k, t, rest, [v.load(h, k, t, s) for s in block])
                    return []

                return v.loop(I64(0), h.rows, 1, [], rows)

            v.loop(I64(0), whole, WIDTH, [], columns)

        each_count(builder, h.rows, few, HELD, many)
        total = v.total(functools.reduce(v.sum, [builder.load(change) for change in changes]))
        return context.make_tuple(builder, signature.return_type, [whole, total])

    return types.Tuple((types.int64, h.dtype))(g, inverse, c, h, floor), code


@njit(**KERNEL, fastmath=FAST, inline="never")
def _sweep(g, inverse, c, h, floor):
    """Update the rows of h (r, T) once, each to its optimum: g = WᵀW, c = WᵀX. Return Σ change².

    inverse (r,) = 1 / diagonal of g, 0 where that is not positive: then the row stays.
    """
    r = h.shape[0]
    whole, change = _sweep_columns(g, inverse, c, h, floor)
    for t in range(whole, h.shape[1]):
        for k in range(r):
            rest = c[k, t]
            for j in range(r):
                rest -= g[k, j] * h[j, t]
            new = max(h[k, t] + rest * inverse[k], floor)
            change += (new - h[k, t]) * (new - h[k, t])
            h[k, t] = new
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
    inverse = np.zeros(r, np.float32)
    for k in range(r):
        if g[k, k] > 0:
            inverse[k] = np.float32(1) / g[k, k]
    half = tiles.shape[1] // 2
    fetch(tiles[0], 0, tiles[0].size)
    for i in range(tiles.shape[0]):
        ahead = tiles[min(i + 1, tiles.shape[0] - 1)]
        if restart:
            for k in range(r):  # written out: an assignment to a slice takes Numba seconds to compile
                for t in range(t_end):
                    h[i, k, t] = previous[i, k, t]
        wt_x(wt, tiles[i], c, ahead[:half])
        first = _sweep(g, inverse, c, h[i], np.float32(0))
        for _ in range(sweeps - 1):
            if _sweep(g, inverse, c, h[i], np.float32(0)) <= delta * delta * first:
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
