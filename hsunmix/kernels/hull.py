"""How far pixels are from the cone, or from the hull with the origin, of a few spectra. Exact.

For given spectra the problem of one pixel x is, with G = WᵀW and c = Wᵀx,

    minimize ½ hᵀGh − cᵀh   subject to h ≥ 0, and Σh ≤ 1 when ``bounded``.

It is solved as in ``least_squares``: a set of endmembers decides, and so does whether the sum is
held at one; then h, the multipliers, and either the sum's multiplier λ or what is left to one are
an affine map of c, and all that are below zero change sides at once. Where that doesn't settle, and
with more endmembers than a set has bits, ``active_set`` solves the problem without the sum, and if its
sum exceeds one, the problem with Σh = 1: the problem is convex, so its solution then lies there. At
the optimum ‖x − W h‖² = ‖x‖² − cᵀh − λ: the difference isn't formed.
"""

from __future__ import annotations

import numpy as np

from hsunmix.kernels._compile import KERNEL, njit
from hsunmix.kernels.active_set import best_single, lift_of, scratch, solve
from hsunmix.kernels.least_squares import LOW, _affine_map
from hsunmix.kernels.projection import _dot_tile

HELD = np.int64(1) << 62  # the bit of a set that says that the sum is held at one
BITS = 62  # left for the endmembers


@njit(**KERNEL)
def _fill(g, state, slot, keys, maps):
    """Put the map of a set into its place: rows for the endmembers, then one for the sum."""
    r = g.shape[0]
    held = state & HELD != 0
    members = state & ~HELD
    m, v = np.empty((r, r)), np.empty(r)
    keys[slot, 0] = state
    keys[slot, 1] = _affine_map(g + lift_of(g) if held else g, members, held, m, v)
    last = np.zeros(r + 1)
    if held:  # λ = (c − G h)_i for any member i
        first = 0
        while first < r and not members >> first & 1:
            first += 1
        if first == r:
            keys[slot, 1] = 0
        else:
            last[first] = 1.0
            for a in range(r):
                if members >> a & 1:
                    for j in range(r):
                        last[j] -= g[first, a] * m[a, j]
                    last[r] -= g[first, a] * v[a]
    else:  # 1 − Σh
        last[r] = 1.0
        for a in range(r):
            if members >> a & 1:
                for j in range(r):
                    last[j] -= m[a, j]
                last[r] -= v[a]
    for i in range(r):  # written out: an assignment to a slice takes Numba seconds to compile
        for j in range(r):
            maps[slot, i, j] = m[i, j]
        maps[slot, i, r] = v[i]
    for j in range(r + 1):
        maps[slot, r, j] = last[j]


@njit(**KERNEL)
def _slowly(g, c, bounded, h, space):
    """Return the set, as far as its bits go, and ‖x‖² − ‖x − W h‖² at the optimum."""
    r = g.shape[0]
    solve(g, c, False, r, h, space)
    held = bounded and h.sum() > 1
    if held:
        solve(g, c, True, r, h, space)
    state, fit = np.int64(held) << BITS, 0.0
    for i in range(r):
        down = c[i]
        for j in range(r):
            down -= g[i, j] * h[j]
        fit += h[i] * (c[i] + down)  # without the sum there is no slope on the set; with it, it is λ
        if i < BITS:
            state |= np.int64(h[i] > 0) << i
    return state, fit


@njit(**KERNEL, inline="never")
def _solve(right, rows, count, norms, g, bounded, keys, maps, skip_below, sets, residual):
    """Solve the pixels of a tile: right (k, T) and, of it, the rows that belong to g."""
    # One long function, because a call for every pixel costs more than its r² products.
    r = g.shape[0]
    table = keys.shape[0]
    c, h, space = np.empty(r), np.empty(r), scratch(r, r)
    state = np.int64(0)
    for t in range(count):
        if residual[t] < skip_below:
            continue
        largest = 0.0
        for k in range(r):
            c[k] = right[rows[k], t]
            largest = max(largest, abs(c[k]))
        tol = LOW * largest
        if sets[t] != 0:
            state = sets[t]  # else begin with the last pixel's: neighbours mostly hold the same
        fewest, patience, fit = r + 2, 3, 0.0
        settled = False
        for _ in range(12 + 2 * r if r <= BITS else 0):
            held = state & HELD != 0
            slot = ((state & ~HELD) ^ -np.int64(held)) & (table - 1)
            if keys[slot, 0] != state:
                _fill(g, state, slot, keys, maps)
            if keys[slot, 1] == 0:
                break
            wrong, bad_count, last = np.int64(0), np.int64(0), np.int64(0)
            fit = 0.0
            for k in range(r):
                s = maps[slot, k, r]
                for j in range(r):
                    s += maps[slot, k, j] * c[j]
                inside = state >> k & 1
                limit = -LOW if inside else -tol
                bad = np.int64(s < limit)
                wrong |= bad << k
                bad_count += bad
                last = max(last, k * bad)
                fit += s * c[k] * inside
            if bounded:
                s = maps[slot, r, r]
                for j in range(r):
                    s += maps[slot, r, j] * c[j]
                if s < (-tol if held else -LOW):
                    wrong |= HELD
                    bad_count += 1
                if held:
                    fit += s
            if bad_count == 0:
                settled = True
                break
            if bad_count < fewest:
                fewest, patience = bad_count, np.int64(3)
            elif patience > 0:
                patience -= 1
            elif wrong & HELD != 0:
                wrong = HELD
            else:
                wrong = np.int64(1) << last
            state ^= wrong
            if state == HELD:
                state |= np.int64(1) << best_single(g, c)
        if not settled:
            state, fit = _slowly(g, c, bounded, h, space)
        sets[t] = state
        residual[t] = max(norms[t] - fit, 0.0)


@njit(**KERNEL)
def project(tiles, counts, norms, w, g, bounded, table, skip_below, right, sets, residual):
    """Take one more spectrum into the model of every pixel of a chunk.

    Parameters
    ----------
    tiles : float32 (n, bands, T)
    counts : int64 (n,)
    norms : float64 (n, T)
        ‖x‖².
    w : float64 (bands,)
        The newest spectrum, the last one of g.
    g : float64 (r, r)
        WᵀW.
    bounded : bool
        Whether abundances sum to at most one.
    table : int
        How many maps to keep, a power of two; none for more endmembers than a set has bits.
    skip_below : float
        Pixels whose residual is already smaller keep it; it is then an upper bound.
    right : float64 (n, at least r, T)
        Wᵀx; the row of the newest spectrum is written here.
    sets : int64 (n, T)
        The sets found the last time, where the search begins; changed in place.
    residual : float64 (n, T)
        ‖x − W h‖² at the optimum; changed in place.
    """
    r = g.shape[0]
    t_end = tiles.shape[2]
    table = table if r <= BITS else 1
    keys = np.full((table, 2), -1, np.int64)
    maps = np.empty((table, r + 1, r + 1))
    along = np.empty(t_end)
    rows = np.arange(r)
    for i in range(tiles.shape[0]):
        _dot_tile(w, tiles[i], along, tiles[min(i + 1, tiles.shape[0] - 1)])
        for t in range(t_end):
            right[i, r - 1, t] = along[t]
        _solve(right[i], rows, counts[i], norms[i], g, bounded, keys, maps, skip_below, sets[i], residual[i])


@njit(**KERNEL)
def total_residual(right, rows, counts, norms, g, bounded, table, limit):
    """Return Σ ‖x − W h‖² over the pixels of a chunk, for the spectra whose Wᵀx are the given rows.

    right float64 (n, k, T), rows int64 (r,), norms float64 (n, T), g float64 (r, r). Beyond
    ``limit`` it stops adding, and what it returns is only known to be larger than that.
    """
    r = g.shape[0]
    t_end = right.shape[2]
    table = table if r <= BITS else 1
    keys = np.full((table, 2), -1, np.int64)
    maps = np.empty((table, r + 1, r + 1))
    sets = np.zeros(t_end, np.int64)
    residual = np.zeros(t_end)
    total = 0.0
    for i in range(right.shape[0]):
        for t in range(t_end):
            sets[t] = 0
        _solve(right[i], rows, counts[i], norms[i], g, bounded, keys, maps, -1.0, sets, residual)
        for t in range(counts[i]):
            total += residual[t]
        if total > limit:
            break
    return total
