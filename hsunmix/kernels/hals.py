"""Hierarchical alternating least squares on a chunk of tiles: one read of X per sweep."""

from __future__ import annotations

import functools

import numpy as np
from numba import types
from numba.extending import intrinsic

from hsunmix.kernels._compile import FAST, KERNEL, njit
from hsunmix.kernels._products import add_h_ht, add_x_ht, wt_x
from hsunmix.kernels._vectors import I64, WIDE, Code, each_count, matrices

WIDTH = 32  # pixels whose abundances are swept at a time; they stay in the first-level cache
HELD = 12  # rows of them that have room in the registers, of as many pixels as these leave room for
ROOM = 24 if WIDE else 12  # registers for them


@intrinsic
def _sweep_columns(_typing_context, g, c, h, floor):
    """As ``_sweep``, as many columns as are whole blocks: their number, and what they changed."""

    def code(context, builder, signature, arguments):
        g, c, h = matrices(context, builder, signature, arguments, (0, 1, 2))
        v = Code(builder, h.item)
        floor, most = v.spread(arguments[3]), WIDTH // v.lanes
        whole = builder.and_(h.pitch, I64(-WIDTH))
        changes = [v.variable(v.zero) for _ in range(most)]

        def step(k, t, new, old):
            """Put the new row down and add up its change."""
            new = [v.larger(value, floor) for value in new]
            for s, (value, before) in enumerate(zip(new, old, strict=True)):
                v.store(value, h, k, t, s)
                moved = v.minus(value, before)
                builder.store(v.add_product(builder.load(changes[s]), moved, moved), changes[s])
            return new

        def few(count):
            """Hold all rows in registers."""
            block = range(next(n for n in (4, 2, 1) if (n <= most and n * count <= ROOM) or n == 1))

            def columns(t, _):
                rows = [[v.load(h, I64(k), t, s) for s in block] for k in range(count)]
                for k in range(count):
                    new = [v.load(c, I64(k), t, s) for s in block]
                    for j in [*range(k, count), *range(k)]:  # the row just changed last: it comes late
                        weight = v.one(g, I64(k), I64(j))
                        new = [v.minus_product(new[s], weight, rows[j][s]) for s in block]
                    rows[k] = step(I64(k), t, new, rows[k])
                return []

            v.loop(I64(0), whole, len(block) * v.lanes, [], columns)

        def many():
            block = range(most)

            def columns(t, _):
                def rows(k, _):
                    def products(j, new):
                        weight = v.one(g, k, j)
                        return [v.minus_product(new[s], weight, v.load(h, j, t, s)) for s in block]

                    new = [v.load(c, k, t, s) for s in block]
                    new = v.loop(k, h.rows, 1, new, products)
                    new = v.loop(I64(0), k, 1, new, products)
                    step(k, t, new, [v.load(h, k, t, s) for s in block])
                    return []

                return v.loop(I64(0), h.rows, 1, [], rows)

            v.loop(I64(0), whole, WIDTH, [], columns)

        each_count(builder, h.rows, few, HELD, many)
        total = v.total(functools.reduce(v.sum, [builder.load(change) for change in changes]))
        return context.make_tuple(builder, signature.return_type, [whole, total])

    return types.Tuple((types.int64, h.dtype))(g, c, h, floor), code


@njit(**KERNEL, fastmath=FAST, inline="never")
def _sweep(g, c, h, floor):
    """Update the rows of h (r, T) once, each to its optimum: max(c − g h, floor). Return Σ change²."""
    r = h.shape[0]
    whole, change = _sweep_columns(g, c, h, floor)
    for t in range(whole, h.shape[1]):
        for k in range(r):
            new = c[k, t]
            for j in range(r):
                new -= g[k, j] * h[j, t]
            new = max(new, floor)
            change += (new - h[k, t]) * (new - h[k, t])
            h[k, t] = new
    return change


@njit(**KERNEL)
def _per_row(g, wt):
    """G and Wᵀ with their rows divided by the diagonal of G, for ``_sweep``.

    The diagonal of G becomes zero; −1 where it was not above zero, and all else in the row zero: h stays.
    """
    r = g.shape[0]
    rows, spectra = np.zeros((r, r), np.float32), np.zeros(wt.shape, np.float32)
    for k in range(r):
        inverse = np.float32(1) / g[k, k] if g[k, k] > 0 else np.float32(0)
        for j in range(r):
            rows[k, j] = g[k, j] * inverse
        for b in range(wt.shape[1]):
            spectra[k, b] = wt[k, b] * inverse
        rows[k, k] = 0 if g[k, k] > 0 else -1
    return rows, spectra


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
    rows, spectra = _per_row(g, wt)
    half = tiles.shape[1] // 2
    for i in range(tiles.shape[0]):
        ahead = tiles[i + 1]  # behind the last there are mostly those of the next part; it is only fetched
        if restart:
            for k in range(r):  # written out: an assignment to a slice takes Numba seconds to compile
                for t in range(t_end):
                    h[i, k, t] = previous[i, k, t]
        wt_x(spectra, tiles[i], c, ahead[:half])
        first = _sweep(rows, c, h[i], np.float32(0))
        for _ in range(sweeps - 1):
            if _sweep(rows, c, h[i], np.float32(0)) <= delta * delta * first:
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
