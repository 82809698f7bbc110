"""Least squares with a model of its own for every pixel: all models are tried, within limits."""

from __future__ import annotations

import numpy as np

from hsunmix.kernels._compile import FAST, KERNEL, njit
from hsunmix.kernels._products import wt_x

NOTHING = np.inf  # the error of a pixel that no model of a size fits: greater than any, in whatever unit


@njit(**KERNEL, fastmath=FAST)
def _three(members, inverse, size, c, norm, limits, worst, left):
    """``left``: ‖x − W h‖² of all pixels by a model of up to three spectra; infinite beyond the limits."""
    a, b, d = c[members[0]], c[members[1 % size]], c[members[2 % size]]
    m00, m01, m02, m11, m12, m22 = inverse[0, 0], 0.0, 0.0, 0.0, 0.0, 0.0
    low1 = low2 = -np.inf  # a fraction that isn't there is within all limits
    high1 = high2 = np.inf
    if size > 1:
        m01, m11, low1, high1 = inverse[0, 1], inverse[1, 1], limits[0], limits[1]
    if size > 2:
        m02, m12, m22, low2, high2 = inverse[0, 2], inverse[1, 2], inverse[2, 2], limits[0], limits[1]
    low0, high0, low, high = limits[0], limits[1], limits[2], limits[3]
    for t in range(left.shape[0]):
        f = m00 * a[t] + m01 * b[t] + m02 * d[t]
        g = m01 * a[t] + m11 * b[t] + m12 * d[t]
        h = m02 * a[t] + m12 * b[t] + m22 * d[t]
        rest = norm[t] - f * a[t] - g * b[t] - h * d[t]
        shade = 1.0 - f - g - h
        fits = (f >= low0) & (f <= high0) & (g >= low1) & (g <= high1) & (h >= low2) & (h <= high2)
        left[t] = rest if fits & (shade >= low) & (shade <= high) & (rest <= worst) else np.inf


@njit(**KERNEL, fastmath=FAST)
def _more(members, inverse, size, c, norm, limits, worst, left, row, shade):
    """As ``_three``, for any number of spectra."""
    t_end = left.shape[0]
    for t in range(t_end):
        left[t] = norm[t]
        shade[t] = 1.0
    for a in range(size):
        for t in range(t_end):
            row[t] = 0.0
        for b in range(size):
            f, right = inverse[a, b], c[members[b]]
            for t in range(t_end):
                row[t] += f * right[t]
        right = c[members[a]]
        for t in range(t_end):
            shade[t] -= row[t]
            fits = (row[t] >= limits[0]) & (row[t] <= limits[1])
            left[t] = left[t] - row[t] * right[t] if fits else np.inf
    for t in range(t_end):
        fits = (shade[t] >= limits[2]) & (shade[t] <= limits[3]) & (left[t] <= worst)
        left[t] = left[t] if fits else np.inf


@njit(**KERNEL)
def _fractions(members, inverse, size, c, t, h):
    """Fractions of a model in one pixel."""
    for a in range(size):
        h[a] = 0.0
        for b in range(size):
            h[a] += inverse[a, b] * c[members[b], t]


@njit(**KERNEL)
def _rest(x, t, wt, members, h, size, limit, run):
    """‖x − W h‖² of one pixel; −1 if in ``run`` bands in a row |x − W h| ≥ limit."""
    square, row = 0.0, 0
    for b in range(x.shape[0]):
        left = np.float64(x[b, t])
        for a in range(size):
            left -= wt[members[a], b] * h[a]
        square += left * left
        row = row + 1 if abs(left) >= limit else 0
        if run > 0 and row >= run:
            return -1.0
    return square


@njit(**KERNEL)
def _best_of_size(
    x, wt, first, end, size, members, inverses, c, norm, limits, worst, run, space, best, chosen
):
    """The model of a size that fits each pixel best; −1 where none is within the limits."""
    left, row, shade, h = space
    t_end = norm.shape[0]
    for t in range(t_end):
        best[t] = np.inf
        chosen[t] = -1
    for s in range(first, end):
        if size <= 3:
            _three(members[s], inverses[s], size, c, norm, limits, worst, left)
        else:
            _more(members[s], inverses[s], size, c, norm, limits, worst, left, row, shade)
        if run == 0:
            for t in range(t_end):
                better = left[t] < best[t]
                best[t] = left[t] if better else best[t]
                chosen[t] = s if better else chosen[t]
            continue
        for t in range(t_end):
            if left[t] < best[t]:
                _fractions(members[s], inverses[s], size, c, t, h)
                if _rest(x, t, wt, members[s], h, size, limits[5], run) >= 0:
                    best[t] = left[t]
                    chosen[t] = s


@njit(**KERNEL)
def best_models(
    tiles, counts, wt, ends, members, inverses, of, limits, fusion, run, h, index, shade, materials, rest
):
    """Find the model of each pixel, and its fractions.

    Parameters
    ----------
    tiles : float32 (n, bands, T)
    counts : int64 (n,)
    wt : float64 (r, bands)
        All spectra.
    ends : int64 (sizes + 1,)
        Models ends[s] … ends[s + 1] have s + 1 spectra.
    members : int64 (m, sizes)
        The spectra of each model.
    inverses : float64 (m, sizes, sizes)
        Of each model's part of WᵀW.
    of : int64 (r,)
        The class of each spectrum.
    limits : float64 (6,)
        Lowest and highest fraction, lowest and highest shade, highest root mean square error, residual.
    fusion : float
        By how much the error of one spectrum more must be lower.
    run : int
        In how many bands in a row the residual mustn't reach its limit; 0 for no such limit.
    h : float32 (n, classes, T)
    index : int32 (n, classes, T)
        The spectrum of each class; −1 for none.
    shade : float32 (n, T)
    materials : int32 (n, T)
        Spectra of the model less one; −1 where none fits.
    rest : float64 (n, T)
        ‖x − W h‖².

    Returns
    -------
    used : float64 (r,)
        Sums of the fractions of each spectrum.
    """
    bands, t_end, most = tiles.shape[1], tiles.shape[2], members.shape[1]
    c, used, fractions = np.empty((wt.shape[0], t_end)), np.zeros(wt.shape[0]), np.empty(most)
    norm, best, before, lowest = np.empty(t_end), np.empty(t_end), np.empty(t_end), np.empty(t_end)
    chosen, final = np.empty(t_end, np.int64), np.empty(t_end, np.int64)
    space = np.empty(t_end), np.empty(t_end), np.empty(t_end), fractions
    worst = bands * limits[4] * limits[4]
    for i in range(tiles.shape[0]):
        x = tiles[i]
        wt_x(wt, x, c)
        for t in range(t_end):
            norm[t] = 0.0
            lowest[t] = NOTHING
            final[t] = -1
        for b in range(bands):
            for t in range(t_end):
                norm[t] += np.float64(x[b, t]) * np.float64(x[b, t])
        for size in range(1, most + 1):
            _best_of_size(
                x, wt, ends[size - 1], ends[size], size, members, inverses, c, norm, limits, worst, run,
                space, best, chosen,
            )  # fmt: skip
            for t in range(t_end):
                error = np.sqrt(max(best[t], 0.0) / bands) if chosen[t] >= 0 else NOTHING
                if error < lowest[t] and (size == 1 or before[t] - error >= fusion):
                    lowest[t] = error
                    final[t] = chosen[t]
                before[t] = error
        for t in range(t_end):
            for k in range(h.shape[1]):
                h[i, k, t] = 0.0
                index[i, k, t] = -1
            s, size = final[t], 0
            while s >= ends[size]:
                size += 1
            materials[i, t] = size - 1
            shade[i, t] = 1.0 if size else np.nan
            _fractions(members[s], inverses[s], size, c, t, fractions)
            for a in range(size):
                one = members[s, a]
                h[i, of[one], t] = fractions[a]
                index[i, of[one], t] = one
                shade[i, t] -= fractions[a]
                if t < counts[i]:
                    used[one] += fractions[a]
            rest[i, t] = _rest(x, t, wt, members[s], fractions, size, np.inf, 0) if t < counts[i] else 0.0
    return used
