"""The thin products every solver needs, on one tile: Wᵀ X, X Hᵀ and H Hᵀ.

They are written so that the compiler vectorizes along the pixels: four bands are taken at a time,
because one band at a time would spend its time loading and storing the sums. ``reassoc`` lets it
split the sums into lanes; it does not touch the processor's handling of denormals.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from hsunmix.kernels._compile import FAST, KERNEL
from hsunmix.kernels._prefetch import fetch, share


@njit(**KERNEL, fastmath=FAST, inline="never")
def wt_x(wt, x, out, ahead=None):
    """Out (r, T) = wt (r, bands) · x (bands, T).

    ``ahead``, contiguous, is fetched into the cache meanwhile: what the kernel reads next.
    """
    r, p = wt.shape
    t_end = x.shape[1]
    fetched, part = 0, 0
    if ahead is not None:
        part = share(ahead, p // 4 * (r // 2))
    for k in range(r):
        for t in range(t_end):
            out[k, t] = 0
    b = 0
    while b + 4 <= p:
        x0, x1, x2, x3 = x[b], x[b + 1], x[b + 2], x[b + 3]
        k = 0
        while k + 2 <= r:
            if ahead is not None:
                fetch(ahead, fetched, fetched + part)
                fetched += part
            w0, w1, w2, w3 = wt[k, b], wt[k, b + 1], wt[k, b + 2], wt[k, b + 3]
            v0, v1, v2, v3 = wt[k + 1, b], wt[k + 1, b + 1], wt[k + 1, b + 2], wt[k + 1, b + 3]
            row, next_row = out[k], out[k + 1]
            for t in range(t_end):
                row[t] += w0 * x0[t] + w1 * x1[t] + w2 * x2[t] + w3 * x3[t]
                next_row[t] += v0 * x0[t] + v1 * x1[t] + v2 * x2[t] + v3 * x3[t]
            k += 2
        if k < r:
            w0, w1, w2, w3 = wt[k, b], wt[k, b + 1], wt[k, b + 2], wt[k, b + 3]
            row = out[k]
            for t in range(t_end):
                row[t] += w0 * x0[t] + w1 * x1[t] + w2 * x2[t] + w3 * x3[t]
        b += 4
    while b < p:
        x0 = x[b]
        for k in range(r):
            w0 = wt[k, b]
            row = out[k]
            for t in range(t_end):
                row[t] += w0 * x0[t]
        b += 1


@njit(**KERNEL, fastmath=FAST, inline="never")
def add_x_ht(x, h, out, ahead=None):
    """Out (bands, r) += x (bands, T) · h (r, T)ᵀ; out is float64. ``ahead`` as in ``wt_x``."""
    p, t_end = x.shape
    r = h.shape[0]
    fetched, part = 0, 0
    if ahead is not None:
        part = share(ahead, p // 4 * (r // 2))
    b = 0
    while b + 4 <= p:
        x0, x1, x2, x3 = x[b], x[b + 1], x[b + 2], x[b + 3]
        k = 0
        while k + 2 <= r:
            if ahead is not None:
                fetch(ahead, fetched, fetched + part)
                fetched += part
            h0, h1 = h[k], h[k + 1]
            s00 = s10 = s20 = s30 = s01 = s11 = s21 = s31 = x.dtype.type(0)
            for t in range(t_end):
                a, c = h0[t], h1[t]
                s00 += x0[t] * a
                s10 += x1[t] * a
                s20 += x2[t] * a
                s30 += x3[t] * a
                s01 += x0[t] * c
                s11 += x1[t] * c
                s21 += x2[t] * c
                s31 += x3[t] * c
            out[b, k] += s00
            out[b + 1, k] += s10
            out[b + 2, k] += s20
            out[b + 3, k] += s30
            out[b, k + 1] += s01
            out[b + 1, k + 1] += s11
            out[b + 2, k + 1] += s21
            out[b + 3, k + 1] += s31
            k += 2
        while k < r:
            h0 = h[k]
            s00 = s10 = s20 = s30 = x.dtype.type(0)
            for t in range(t_end):
                a = h0[t]
                s00 += x0[t] * a
                s10 += x1[t] * a
                s20 += x2[t] * a
                s30 += x3[t] * a
            out[b, k] += s00
            out[b + 1, k] += s10
            out[b + 2, k] += s20
            out[b + 3, k] += s30
            k += 1
        b += 4
    while b < p:
        x0 = x[b]
        for k in range(r):
            h0 = h[k]
            s00 = x.dtype.type(0)
            for t in range(t_end):
                s00 += x0[t] * h0[t]
            out[b, k] += s00
        b += 1


@njit(**KERNEL, fastmath=FAST, inline="never")
def add_h_ht(h, out):
    """Out (r, r) += h (r, T) hᵀ, in float64: errors are computed from it by cancellation."""
    r, t_end = h.shape
    for k in range(r):
        a = h[k]
        for j in range(k + 1):
            b = h[j]
            s = 0.0
            for t in range(t_end):
                s += np.float64(a[t]) * np.float64(b[t])
            out[k, j] += s
            if j < k:
                out[j, k] += s
