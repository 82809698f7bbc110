"""Polynomial post-nonlinear mixing, x ≈ y + b y² with y = W h: one small problem a pixel.

The best b for a given h is known, so the search is for h alone (variable projection, Golub and Pereyra 1973):
Gauss-Newton steps, each a constrained least squares problem that ``active_set`` solves, halved until the
error falls.
"""

from __future__ import annotations

import numpy as np

from hsunmix.kernels._compile import FAST, KERNEL, njit
from hsunmix.kernels.active_set import scratch, solve

MAX_STEPS = 30
HALVINGS = 8
SETTLED = 1e-7  # of the error: a fall that ends the search
RIDGE = 1e-12  # of a spectrum's square, where a deviation is computed


@njit(**KERNEL, fastmath=FAST)
def _bend(x, wt, h, y, rest):
    """Fill y = W h and what the best bend leaves; return the bend, the error and the square of y²."""
    r, bands = wt.shape
    for j in range(bands):
        y[j] = 0.0
    for k in range(r):
        if h[k] > 0:
            for j in range(bands):
                y[j] += h[k] * wt[k, j]
    square, along = 0.0, 0.0
    for j in range(bands):
        q = y[j] * y[j]
        square += q * q
        along += q * (x[j] - y[j])
    b = along / square if square > 0 else 0.0
    error = 0.0
    for j in range(bands):
        rest[j] = x[j] - y[j] - b * y[j] * y[j]
        error += rest[j] * rest[j]
    return b, error, square


@njit(**KERNEL, fastmath=FAST)
def _slopes(wt, b, y, rest, slopes, g, v, c):
    """Fill the slopes J of the model, JᵀJ, Jᵀy² and Jᵀ times what is left."""
    r, bands = wt.shape
    for k in range(r):
        v[k], c[k] = 0.0, 0.0
        for j in range(bands):
            slopes[k, j] = wt[k, j] * (1 + 2 * b * y[j])
            v[k] += slopes[k, j] * y[j] * y[j]
            c[k] += slopes[k, j] * rest[j]
        for i in range(k + 1):
            s = 0.0
            for j in range(bands):
                s += slopes[k, j] * slopes[i, j]
            g[k, i] = s
            g[i, k] = s


@njit(**KERNEL)
def _information(g, v, square, h, simplex, low, z):
    """What the pixel tells of its bend beside the abundances that aren't zero: 1 / variance for noise of one.

    And how many of these can vary.
    """
    free, first = 0, -1
    place = np.empty(len(h), np.int64)
    for k in range(len(h)):
        if h[k] > 0 and simplex and first < 0:
            first = k
        elif h[k] > 0:
            place[free] = k
            free += 1
    left = square
    for a in range(free):
        k = place[a]
        z[a] = v[k] - (v[first] if first >= 0 else 0.0)
        for c in range(a + 1):
            i = place[c]
            s = g[k, i]
            if first >= 0:
                s += g[first, first] - g[k, first] - g[i, first]
            own = s
            for d in range(c):
                s -= low[a, d] * low[c, d]
            if a == c:
                low[a, a] = np.sqrt(max(s, RIDGE * own, 1e-300))
            else:
                low[a, c] = s / low[c, c]
        for c in range(a):
            z[a] -= low[a, c] * z[c]
        z[a] /= low[a, a]
        left -= z[a] * z[a]
    return max(left, 0.0), free


@njit(**KERNEL)
def _search(x, wt, simplex, h, work, space):
    """Improve h; return the bend and how many times its deviation it is."""
    y, rest, slopes, g, v, c, new, low, z, projected = work
    r, bands = wt.shape
    b, error, square = _bend(x, wt, h, y, rest)
    for _ in range(MAX_STEPS):
        if not square > 0:
            break
        _slopes(wt, b, y, rest, slopes, g, v, c)
        for k in range(r):
            for i in range(r):
                projected[k, i] = g[k, i] - v[k] * v[i] / square
                c[k] += projected[k, i] * h[i]
            projected[k, k] = max(projected[k, k], RIDGE * g[k, k])
        solve(projected, c, simplex, r, new, space)
        before, share, trial = error, 1.0, z
        for _ in range(HALVINGS):
            for k in range(r):
                trial[k] = h[k] + share * (new[k] - h[k])
            b, error, square = _bend(x, wt, trial, y, rest)
            if error < before:
                break
            share *= 0.5
        if not error < before:
            b, error, square = _bend(x, wt, h, y, rest)
            break
        h[:] = trial
        if before - error <= SETTLED * before:
            break
    _slopes(wt, b, y, rest, slopes, g, v, c)
    told, free = _information(g, v, square, h, simplex, low, z)
    variance = error / max(bands - free - 1, 1)
    return b, b * np.sqrt(told / variance) if variance > 0 else 0.0, error


@njit(**KERNEL)
def bent(tiles, counts, wt, simplex, h, bend, sigmas, errors):
    """Solve every pixel of a chunk.

    Parameters
    ----------
    tiles, counts
        The pixels.
    wt : array, (r, bands)
        Spectra.
    simplex : bool
        Whether abundances sum to one.
    h : array, (tiles, r, T)
        Where to begin, and what is found.
    bend, sigmas, errors : array, (tiles, T)
        Filled: the bend, how many times its deviation it is, and the mean square of what is left.
    """
    r, bands = wt.shape
    work = (
        np.empty(bands), np.empty(bands), np.empty((r, bands)), np.empty((r, r)), np.empty(r), np.empty(r),
        np.empty(r), np.empty((r, r)), np.empty(r), np.empty((r, r)),
    )  # fmt: skip
    space, x, own = scratch(r, r), np.empty(bands), np.empty(r)
    for i in range(tiles.shape[0]):
        for t in range(tiles.shape[2]):
            bend[i, t] = sigmas[i, t] = errors[i, t] = 0
            if t >= counts[i]:
                continue
            for j in range(bands):
                x[j] = tiles[i, j, t]
            for k in range(r):
                own[k] = h[i, k, t]
            b, s, error = _search(x, wt, simplex, own, work, space)
            bend[i, t], sigmas[i, t], errors[i, t] = b, s, error / bands
            for k in range(r):
                h[i, k, t] = own[k]
