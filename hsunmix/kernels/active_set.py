"""The careful solver: an active set method for one pixel that no dependence of the spectra can stop.

For G = WᵀW and c = Wᵀx it solves

    minimize ½ hᵀGh − cᵀh   subject to h ≥ 0, and Σh = 1 when ``simplex``.

Members come in one at a time, the one that promises most first, and leave where they would fall below zero
(Lawson and Hanson 1974, with the sum as an equality). Every step is made from the gradient at the point
that has been reached, not from c, so that what is rounded in one step is mended by the next. A newcomer that
depends on the members has no optimum with them: then h is moved along the combination that changes nothing,
which the gradient still says is downhill, until a member is used up and makes room (Gill and Murray 1978).

With a sum of one, spectra matter only by their differences: a zero spectrum, or a dark copy of another,
is a corner like any other. So a constant ``lift`` is added to G where it is factorized, as if every
spectrum and every pixel had one more band with the same value. That changes neither the solution nor
the gradient (which is known up to a constant only), and independent now means affinely independent.

It is exact to about 1e-7 ‖x‖ in ‖x − W h‖, the rounding of float32 pixels, however near the spectra are.
With more than sixty endmembers it is also the fastest: its work grows with those that are in the pixel.
"""

from __future__ import annotations

import numpy as np

from hsunmix.kernels._compile import FAST, KERNEL, njit
from hsunmix.kernels._products import wt_x

DEPENDENT = 1e-14  # of its square: a spectrum of which no more is left beside the members depends on them
TOLERANCE = 1e-14  # of the numbers that a slope is made of: a slope that small is rounding
OFF = 1e-6  # so much at most may a sum differ from one
ALIKE = 1e3  # times the shortest spectrum: the longest that is still served by the quick solvers
REFINEMENTS = 6  # steps within one set at most: where the members are nearly dependent, one isn't enough


@njit(**KERNEL)
def lift_of(g):
    """The constant that is added to G where abundances sum to one: the mean square of the spectra."""
    r, total = g.shape[0], 0.0
    for i in range(r):
        total += g[i, i]
    return total / r if total > 0 else 1.0


@njit(**KERNEL)
def scratch(r, most):
    """Return what ``solve`` works in: the Cholesky factor, vectors, the members' places, who is barred."""
    n = min(r, most) + 1
    return np.zeros((n, n)), np.zeros((5, max(n, r))), np.zeros(n, np.int64), np.zeros(r, np.bool_)


@njit(**KERNEL, fastmath=FAST)
def _append(g, lift, place, size, new, low):
    """Fill the row of ``new`` in the Cholesky factor of the members; whether it is independent of them."""
    own = g[new, new] + lift
    rest = own
    for a in range(size):
        s = g[new, place[a]] + lift
        for k in range(a):
            s -= low[size, k] * low[a, k]
        low[size, a] = s / low[a, a]
        rest -= low[size, a] * low[size, a]
    independent = rest > DEPENDENT * own
    low[size, size] = np.sqrt(max(rest, 0.1 * DEPENDENT * own))
    place[size] = new
    return independent


@njit(**KERNEL, fastmath=FAST)
def _forward(low, size, right, out):
    """Solve L out = right."""
    for a in range(size):
        s = right[a]
        for k in range(a):
            s -= low[a, k] * out[k]
        out[a] = s / low[a, a]


@njit(**KERNEL, fastmath=FAST)
def _backward(low, size, out):
    """Solve Lᵀ out = out."""
    for a in range(size - 1, -1, -1):
        out[a] /= low[a, a]
        for k in range(a):
            out[k] -= low[a, k] * out[a]


@njit(**KERNEL, fastmath=FAST)
def _gradient(g, c, place, size, h, down):
    """Fill down = c − G h for all spectra."""
    r = c.shape[0]
    for i in range(r):
        down[i] = c[i]
    for a in range(size):
        k = place[a]
        f = h[k]
        for i in range(r):
            down[i] -= f * g[k, i]


@njit(**KERNEL)
def _balance(low, size, step, extra, ones):
    """Take from a step of the members, along L⁻ᵀL⁻¹ 1, what its sum and ``extra`` are more than zero."""
    for a in range(size):
        ones[a] = 1.0
    _forward(low, size, ones, ones)
    _backward(low, size, ones)
    off, total = extra, 0.0
    for a in range(size):
        off += step[a]
        total += ones[a]
    for a in range(size):
        step[a] -= off / total * ones[a]


@njit(**KERNEL)
def _move(place, size, h, step, reach):
    """Go along a step, at most ``reach`` of it; return whether: not along one that nothing ends."""
    far, stopper = reach, -1
    for a in range(size):
        if step[a] < 0 and -h[place[a]] >= far * step[a]:
            far, stopper = -h[place[a]] / step[a], a
    if far == np.inf:
        return False
    for a in range(size):
        k = place[a]
        h[k] = 0.0 if a == stopper else max(h[k] + far * step[a], 0.0)
    return True


@njit(**KERNEL)
def _leave(g, lift, place, size, h, low):
    """Drop the members that are used up; return how many are left."""
    kept = 0
    for a in range(size):
        if h[place[a]] > 0:
            if kept < a:
                _append(g, lift, place, kept, place[a], low)
            kept += 1
    return kept


@njit(**KERNEL)
def best_single(g, c):
    """The endmember that alone explains the pixel best with abundance one."""
    best, value = 0, np.inf
    for i in range(c.shape[0]):
        loss = 0.5 * g[i, i] - c[i]
        if loss < value:
            best, value = i, loss
    return best


@njit(**KERNEL)
def _settle(g, lift, c, simplex, tol, size, h, low, vectors, place):
    """Go to the optimum of the members, dropping those that are used up; return how many are left.

    The fourth of ``vectors`` is left holding the gradient.
    """
    right, step, ones, down = vectors[0], vectors[1], vectors[2], vectors[3]
    before = np.inf
    for _ in range(REFINEMENTS + 2 * size):
        _gradient(g, c, place, size, h, down)
        level, worst = 0.0, 0.0
        for a in range(size):
            right[a] = down[place[a]]
            level += h[place[a]] * right[a]
        for a in range(size):
            worst = max(worst, abs(right[a] - level if simplex else right[a]))
        if worst <= tol or worst >= 0.5 * before:
            break
        _forward(low, size, right, step)
        _backward(low, size, step)
        if simplex:
            _balance(low, size, step, 0.0, ones)
        _move(place, size, h, step, 1.0)
        left = _leave(g, lift, place, size, h, low)
        before = worst if left == size else np.inf
        size = left
    else:
        _gradient(g, c, place, size, h, down)
    return size


@njit(**KERNEL)
def _make_room(g, lift, simplex, size, new, h, low, vectors, place):
    """Let the members that a newcomer depends on give way to it; return how many are left without it.

    The newcomer's row is the last of ``low``; it is independent of those that are left, or nothing
    stops it and its h is zero.
    """
    step, ones = vectors[1], vectors[2]
    for _ in range(size):
        for a in range(size):
            step[a] = -low[size, a]
        _backward(low, size, step)
        step[size] = 1.0
        if simplex:
            _balance(low, size, step, 1.0, ones)
        if not _move(place, size + 1, h, step, np.inf):
            break
        size = _leave(g, lift, place, size, h, low)
        if _append(g, lift, place, size, new, low):
            break
    return size


@njit(**KERNEL)
def solve(g, c, simplex, most, h, space):
    """Fill h, (r,), with the optimum for one pixel that has at most ``most`` members; return their number.

    With fewer than the spectra this is orthogonal matching pursuit with nonnegative abundances: the
    newcomer is the one that explains most of what is left. ``space`` comes from ``scratch``.
    """
    low, vectors, place, barred = space
    r, down, norms = c.shape[0], vectors[3], vectors[4]
    lift = lift_of(g) if simplex else 0.0
    pixel = 0.0  # the length of what the spectra see of it
    for i in range(r):
        h[i] = 0.0
        barred[i] = False
        norms[i] = np.sqrt(g[i, i])
        pixel = max(pixel, abs(c[i]) / norms[i] if norms[i] > 0 else 0.0)
    size = 0
    if simplex:
        first = best_single(g, c)
        _append(g, lift, place, 0, first, low)
        h[first], size = 1.0, 1
    _gradient(g, c, place, size, h, down)
    for _ in range(6 * min(r, most) + 50):
        level, model = 0.0, 0.0
        for a in range(size):
            level += h[place[a]] * down[place[a]]
            model += h[place[a]] * norms[place[a]]
        if not simplex:
            level = 0.0
        tol = TOLERANCE * (pixel + model)
        enter, best = -1, 0.0
        for i in range(r):
            own, slope = g[i, i] + lift, down[i] - level
            if h[i] > 0 or barred[i] or slope <= tol * (norms[i] + (model if simplex else 0.0)):
                continue
            if slope * slope / own > best:
                enter, best = i, slope * slope / own
        if enter < 0 or size >= most:
            break
        if not _append(g, lift, place, size, enter, low):
            size = _make_room(g, lift, simplex, size, enter, h, low, vectors, place)
            if h[enter] == 0:
                barred[enter] = True  # nothing stops it, so nothing is gained: the slope is rounding
                continue
        size = _settle(g, lift, c, simplex, tol * norms[enter], size + 1, h, low, vectors, place)
        for i in range(r):
            barred[i] = barred[i] and h[enter] == 0
        barred[enter] = h[enter] == 0
    if simplex:
        total = 0.0
        for a in range(size):
            total += h[place[a]]
        for a in range(size):
            h[place[a]] /= total
    return size


@njit(**KERNEL)
def alike(g):
    """Whether the spectra, but for zeros, are of like length, so that one tolerance serves them all."""
    least, most = np.inf, 0.0
    for i in range(g.shape[0]):
        most = max(most, g[i, i])
        if g[i, i] > 0:
            least = min(least, g[i, i])
    return most <= ALIKE * ALIKE * least


@njit(**KERNEL)
def lifted(g, simplex):
    """G, with the sum as ``active_set`` lifts it."""
    return g + lift_of(g) if simplex else g


@njit(**KERNEL)
def broken(h, count, simplex):
    """How many of a tile's pixels aren't what was promised: finite, ≥ 0, of sum one when ``simplex``."""
    least, total, failed = np.zeros(h.shape[1], h.dtype), np.zeros(h.shape[1]), 0
    for k in range(h.shape[0]):
        for t in range(h.shape[1]):
            value = h[k, t]
            least[t] = value if value < least[t] else least[t]
            total[t] += value
    for t in range(count):
        kept = (least[t] >= 0) & (total[t] < np.inf) & ((not simplex) | (abs(total[t] - 1) <= OFF))
        failed += not kept
    return failed


@njit(**KERNEL)
def constrained(tiles, counts, wt, g, simplex, h, shift, scale, most=0):
    """Solve every pixel of a chunk.

    The arguments are those of ``least_squares.constrained``, and ``most``: at most so many abundances
    aren't zero; 0 for any number.
    """
    r, t_end = wt.shape[0], tiles.shape[2]
    most = most if most else r
    right, c, found, space = np.empty((r, t_end)), np.empty(r), np.empty(r), scratch(r, most)
    failed = 0
    for i in range(tiles.shape[0]):
        wt_x(wt, tiles[i], right)
        for t in range(counts[i]):
            for k in range(r):
                c[k] = right[k, t] - shift[k]
            solve(g, c, simplex, most, found, space)
            for k in range(r):
                h[i, k, t] = found[k] * scale[k]
        for t in range(counts[i], t_end):
            for k in range(r):
                h[i, k, t] = 0.0
        failed += broken(h[i], counts[i], simplex)
    return failed
