"""Inner solvers of two-block methods: W fixed and H updated on a tile, with the sums for the update of W.

The problem of a tile is, with G = WᵀW and C = WᵀX, to lower ½⟨H, GH⟩ − ⟨C, H⟩ over H ≥ 0. The
update of W is the same problem with G = HHᵀ and C = HXᵀ, so the inner solvers serve both sides.
Pixels don't depend on each other: each tile has its own step and its own end of the iteration.
"""

from __future__ import annotations

import numpy as np

from hsunmix.kernels._compile import FAST, KERNEL, njit
from hsunmix.kernels._products import add_h_ht, add_x_ht, wt_x


@njit(**KERNEL, fastmath=FAST, inline="never")
def model_band(wt, b, h, start, out):
    """Out (T,) = start + band b of W H, with wt (r, bands) and h (r, T).

    One row is written at a time: with several the compiler would have to prove too much about
    what overlaps, and wouldn't vectorize.
    """
    r, t_end = h.shape
    for t in range(t_end):
        out[t] = start
    k = 0
    while k + 6 <= r:
        a0, a1, a2 = wt[k, b], wt[k + 1, b], wt[k + 2, b]
        a3, a4, a5 = wt[k + 3, b], wt[k + 4, b], wt[k + 5, b]
        h0, h1, h2, h3, h4, h5 = h[k], h[k + 1], h[k + 2], h[k + 3], h[k + 4], h[k + 5]
        for t in range(t_end):
            out[t] += a0 * h0[t] + a1 * h1[t] + a2 * h2[t] + a3 * h3[t] + a4 * h4[t] + a5 * h5[t]
        k += 6
    while k + 2 <= r:
        a0, a1 = wt[k, b], wt[k + 1, b]
        h0, h1 = h[k], h[k + 1]
        for t in range(t_end):
            out[t] += a0 * h0[t] + a1 * h1[t]
        k += 2
    if k < r:
        a0 = wt[k, b]
        h0 = h[k]
        for t in range(t_end):
            out[t] += a0 * h0[t]


@njit(**KERNEL, fastmath=FAST, inline="never")
def _gradient(g, c, h, out):
    """Out = g h − c."""
    r, t_end = h.shape
    for k in range(r):
        row, right = out[k], c[k]
        for t in range(t_end):
            row[t] = -right[t]
        j = 0
        while j + 2 <= r:
            a, b = g[k, j], g[k, j + 1]
            h0, h1 = h[j], h[j + 1]
            for t in range(t_end):
                row[t] += a * h0[t] + b * h1[t]
            j += 2
        if j < r:
            a = g[k, j]
            h0 = h[j]
            for t in range(t_end):
                row[t] += a * h0[t]


@njit(**KERNEL, fastmath=FAST)
def multiply(g, c, h, scratch, floor):
    """Lee and Seung's step: h · max(c, 0) / (g h), nothing below the floor."""
    r, t_end = h.shape
    _gradient(g, c, h, scratch)
    for k in range(r):
        row, right, rest = h[k], c[k], scratch[k]
        least = c.dtype.type(1e-30)  # no branch: it would keep the loop from being vectorized
        for t in range(t_end):
            top = max(right[t], c.dtype.type(0))
            bottom = max(rest[t] + right[t], least)
            row[t] = max(row[t] * (top / bottom), floor)


@njit(**KERNEL, fastmath=FAST)
def optimal_gradient(g, c, h, scratch, lipschitz, steps, delta):
    """Nesterov's optimal gradient method from h, in place; restarts when it overshoots.

    Ends when the gradient mapping is ``delta`` times what it was.
    """
    r, t_end = h.shape
    ahead = h.copy()
    inverse = c.dtype.type(1) / lipschitz
    momentum = 1.0
    first = 0.0
    for step in range(steps):
        _gradient(g, c, ahead, scratch)
        following = (1 + np.sqrt(4 * momentum * momentum + 1)) / 2
        beta = c.dtype.type((momentum - 1) / following)
        size, along = 0.0, 0.0
        for k in range(r):
            row, point, slope = h[k], ahead[k], scratch[k]
            moved = c.dtype.type(0)
            uphill = c.dtype.type(0)
            for t in range(t_end):
                new = max(point[t] - slope[t] * inverse, c.dtype.type(0))
                change = new - row[t]
                back = point[t] - new
                moved += back * back
                uphill += back * change
                point[t] = new + beta * change
                row[t] = new
            size += moved
            along += uphill
        momentum = following
        if along > 0:
            momentum = 1.0
            for k in range(r):
                row, point = h[k], ahead[k]
                for t in range(t_end):
                    point[t] = row[t]
        if step == 0:
            first = size
        elif size <= delta * delta * first:
            break


@njit(**KERNEL, fastmath=FAST, inline="never")
def _trial(g, h, slope, step, change, product):
    """Step to max(h − step · slope, 0); return ⟨slope, change⟩ and ⟨change, g change⟩."""
    r, t_end = h.shape
    for k in range(r):
        row, grad, move = h[k], slope[k], change[k]
        for t in range(t_end):
            move[t] = max(row[t] - step * grad[t], h.dtype.type(0)) - row[t]
    linear, quadratic = 0.0, 0.0
    for k in range(r):
        for t in range(t_end):
            product[t] = 0
        for j in range(r):
            a, move = g[k, j], change[j]
            for t in range(t_end):
                product[t] += a * move[t]
        grad, move = slope[k], change[k]
        s = q = h.dtype.type(0)
        for t in range(t_end):
            s += grad[t] * move[t]
            q += product[t] * move[t]
        linear += s
        quadratic += q
    return linear, quadratic


@njit(**KERNEL, fastmath=FAST)
def projected_gradient(g, c, h, scratch, first_step, steps, delta):
    """Lin's projected gradient method from h, in place; the step is searched by sufficient decrease.

    Ends when the projected gradient is ``delta`` times what it was.
    """
    r, t_end = h.shape
    change, product = np.empty_like(h), np.empty(t_end, h.dtype)
    length = first_step
    start = 0.0
    for it in range(steps):
        _gradient(g, c, h, scratch)
        size = 0.0
        for k in range(r):
            row, grad = h[k], scratch[k]
            s = h.dtype.type(0)
            for t in range(t_end):
                v = grad[t] if row[t] > 0 else min(grad[t], h.dtype.type(0))
                s += v * v
            size += s
        if it == 0:
            start = size
        if size <= delta * delta * start:
            break
        grow, before = False, np.inf
        accepted = h.dtype.type(0)
        for search in range(20):
            linear, quadratic = _trial(g, h, scratch, length, change, product)
            enough = 0.99 * linear + 0.5 * quadratic <= 0
            if search == 0:
                grow = enough
            if enough:
                accepted = length
            if enough != grow or (grow and linear == before):  # or all that moves ends at zero
                break
            before = linear
            length = length * h.dtype.type(10) if grow else length * h.dtype.type(0.1)
        if accepted == 0:
            break
        length = accepted
        for k in range(r):
            row, grad = h[k], scratch[k]
            for t in range(t_end):
                row[t] = max(row[t] - length * grad[t], h.dtype.type(0))


MULTIPLY, OPTIMAL, PROJECTED = 0, 1, 2


@njit(**KERNEL)
def update(tiles, counts, wt, g, h, how, amount, steps, delta, xht, hht):
    """Update h on every tile for fixed W, and add up what the update of W needs.

    Parameters
    ----------
    tiles : float32 (n, bands, T)
    counts : int64 (n,)
        Pixels in each tile that are not padding.
    wt, g : float32 (r, bands), (r, r)
        W transposed, and WᵀW.
    h : float32 (n, r, T)
        Changed in place.
    how : int
        MULTIPLY, OPTIMAL or PROJECTED.
    amount : float32
        The floor, the Lipschitz constant, or the first step.
    steps, delta : int, float32
        At most so many steps a tile; when to end.
    xht, hht : float64 (bands, r), (r, r)
        Sums are added to these.
    """
    r, t_end = h.shape[1], h.shape[2]
    c = np.empty((r, t_end), np.float32)
    scratch = np.empty((r, t_end), np.float32)
    for i in range(tiles.shape[0]):
        wt_x(wt, tiles[i], c)
        if how == MULTIPLY:
            multiply(g, c, h[i], scratch, amount)
        elif how == OPTIMAL:
            optimal_gradient(g, c, h[i], scratch, amount, steps, delta)
        else:
            projected_gradient(g, c, h[i], scratch, amount, steps, delta)
        for k in range(r):
            for t in range(counts[i], t_end):
                h[i, k, t] = 0
        add_x_ht(tiles[i], h[i], xht)
        add_h_ht(h[i], hht)


@njit(**KERNEL)
def add_sums(tiles, h, xht, hht):
    """Add X Hᵀ (bands, r) and H Hᵀ (r, r) of a chunk to float64 sums."""
    for i in range(tiles.shape[0]):
        add_x_ht(tiles[i], h[i], xht)
        add_h_ht(h[i], hht)
