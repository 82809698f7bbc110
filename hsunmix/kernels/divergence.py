"""Multiplicative updates for the Kullback-Leibler and Itakura-Saito divergences, a tile at a time.

X / (W H) is made four bands at a time in a buffer of the length of a tile, and used at once: it
never exists as a whole. Values below ``least`` count as that: a divergence knows no negatives.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from hsunmix.kernels._products import FAST


@njit(nogil=True, cache=True, fastmath=FAST, inline="never")
def _model(wt, b, h, least, v):
    """V (4, T) = bands b … b + 3 of W H, at least ``least``."""
    r, t_end = h.shape
    v0, v1, v2, v3 = v[0], v[1], v[2], v[3]
    for t in range(t_end):
        v0[t] = least
        v1[t] = least
        v2[t] = least
        v3[t] = least
    k = 0
    while k + 3 <= r:
        h0, h1, h2 = h[k], h[k + 1], h[k + 2]
        a0, a1, a2, a3 = wt[k, b], wt[k, b + 1], wt[k, b + 2], wt[k, b + 3]
        b0, b1, b2, b3 = wt[k + 1, b], wt[k + 1, b + 1], wt[k + 1, b + 2], wt[k + 1, b + 3]
        c0, c1, c2, c3 = wt[k + 2, b], wt[k + 2, b + 1], wt[k + 2, b + 2], wt[k + 2, b + 3]
        for t in range(t_end):
            x, y, z = h0[t], h1[t], h2[t]
            v0[t] += a0 * x + b0 * y + c0 * z
            v1[t] += a1 * x + b1 * y + c1 * z
            v2[t] += a2 * x + b2 * y + c2 * z
            v3[t] += a3 * x + b3 * y + c3 * z
        k += 3
    while k < r:
        h0 = h[k]
        a0, a1, a2, a3 = wt[k, b], wt[k, b + 1], wt[k, b + 2], wt[k, b + 3]
        for t in range(t_end):
            x = h0[t]
            v0[t] += a0 * x
            v1[t] += a1 * x
            v2[t] += a2 * x
            v3[t] += a3 * x
        k += 1


@njit(nogil=True, cache=True, fastmath=FAST, inline="never")
def _ratios(x, b, v, least, itakura):
    """Make v = x / v (KL), or v = x / v² and return 1 / v beside it (IS), on four bands."""
    t_end = x.shape[1]
    for q in range(4):
        row, data = v[q], x[b + q]
        if itakura:
            other = v[q + 4]
            for t in range(t_end):
                inverse = np.float32(1) / row[t]
                other[t] = inverse
                row[t] = max(data[t], least) * inverse * inverse
        else:
            for t in range(t_end):
                row[t] = max(data[t], np.float32(0)) / row[t]


@njit(nogil=True, cache=True, fastmath=FAST, inline="never")
def _error(x, b, v):
    """Σ (x − v)² of four bands; the bands of v are those of the model."""
    t_end = x.shape[1]
    total = 0.0
    for q in range(4):
        row, data = v[q], x[b + q]
        s = np.float32(0)
        for t in range(t_end):
            d = data[t] - row[t]
            s += d * d
        total += s
    return total


@njit(nogil=True, cache=True, fastmath=FAST, inline="never")
def _add_to_pixels(wt, b, q, out):
    """Out (r, T) += Wᵀ q for four bands."""
    r, t_end = out.shape
    q0, q1, q2, q3 = q[0], q[1], q[2], q[3]
    k = 0
    while k + 3 <= r:
        o0, o1, o2 = out[k], out[k + 1], out[k + 2]
        a0, a1, a2, a3 = wt[k, b], wt[k, b + 1], wt[k, b + 2], wt[k, b + 3]
        b0, b1, b2, b3 = wt[k + 1, b], wt[k + 1, b + 1], wt[k + 1, b + 2], wt[k + 1, b + 3]
        c0, c1, c2, c3 = wt[k + 2, b], wt[k + 2, b + 1], wt[k + 2, b + 2], wt[k + 2, b + 3]
        for t in range(t_end):
            x, y, z, u = q0[t], q1[t], q2[t], q3[t]
            o0[t] += a0 * x + a1 * y + a2 * z + a3 * u
            o1[t] += b0 * x + b1 * y + b2 * z + b3 * u
            o2[t] += c0 * x + c1 * y + c2 * z + c3 * u
        k += 3
    while k < r:
        o0 = out[k]
        a0, a1, a2, a3 = wt[k, b], wt[k, b + 1], wt[k, b + 2], wt[k, b + 3]
        for t in range(t_end):
            o0[t] += a0 * q0[t] + a1 * q1[t] + a2 * q2[t] + a3 * q3[t]
        k += 1


@njit(nogil=True, cache=True, fastmath=FAST, inline="never")
def _add_to_spectra(q, h, b, out):
    """Out (r, bands) += h qᵀ for four bands; out is float64."""
    r, t_end = h.shape
    q0, q1, q2, q3 = q[0], q[1], q[2], q[3]
    k = 0
    while k + 2 <= r:
        h0, h1 = h[k], h[k + 1]
        s00 = s10 = s20 = s30 = s01 = s11 = s21 = s31 = np.float32(0)
        for t in range(t_end):
            a, c = h0[t], h1[t]
            s00 += q0[t] * a
            s10 += q1[t] * a
            s20 += q2[t] * a
            s30 += q3[t] * a
            s01 += q0[t] * c
            s11 += q1[t] * c
            s21 += q2[t] * c
            s31 += q3[t] * c
        out[k, b] += s00
        out[k, b + 1] += s10
        out[k, b + 2] += s20
        out[k, b + 3] += s30
        out[k + 1, b] += s01
        out[k + 1, b + 1] += s11
        out[k + 1, b + 2] += s21
        out[k + 1, b + 3] += s31
        k += 2
    if k < r:
        h0 = h[k]
        s00 = s10 = s20 = s30 = np.float32(0)
        for t in range(t_end):
            s00 += q0[t] * h0[t]
            s10 += q1[t] * h0[t]
            s20 += q2[t] * h0[t]
            s30 += q3[t] * h0[t]
        out[k, b] += s00
        out[k, b + 1] += s10
        out[k, b + 2] += s20
        out[k, b + 3] += s30


@njit(nogil=True, cache=True, fastmath=FAST)
def update(tiles, counts, wt, h, itakura, least, floor, top, bottom):
    """Update h, and add up what the update of W needs.

    Parameters
    ----------
    tiles : float32 (n, bands, T)
    counts : int64 (n,)
    wt : float32 (r, 4·⌈bands/4⌉)
        W transposed, with zeros behind the last band.
    h : float32 (n, r, T)
        Changed in place; zero in the padding.
    itakura : bool
        IS instead of KL.
    least, floor : float32
        What W H is at least, and data for IS; what h is at least.
    top, bottom : float64 (r, 4·⌈bands/4⌉)
        H Q ᵀ with Q = X/(WH) or X/(WH)², and Σ H or H (1/(WH))ᵀ, are added to these.

    Returns
    -------
    rest : float
        ‖X − W H‖² with h as it was.
    """
    r, t_end = h.shape[1], h.shape[2]
    p = tiles.shape[1]
    whole = wt.shape[1]
    v = np.empty((8, t_end), np.float32)
    last = np.zeros((4, t_end), np.float32)
    up, down = np.empty((r, t_end), np.float32), np.empty((r, t_end), np.float32)
    sums = wt.sum(axis=1)
    rest = 0.0
    for i in range(tiles.shape[0]):
        for k in range(r):
            for t in range(t_end):
                up[k, t] = 0
                down[k, t] = np.float32(0) if itakura else sums[k]
        x, part = tiles[i], h[i]
        for q in range(whole - 4, p):
            for t in range(t_end):
                last[q - whole + 4, t] = x[q, t]
        for b in range(0, whole, 4):
            data, at = (x, b) if b + 4 <= p else (last, 0)
            _model(wt, b, part, least, v)
            rest += _error(data, at, v)
            _ratios(data, at, v, least, itakura)
            _add_to_pixels(wt, b, v[:4], up)
            if itakura:
                _add_to_pixels(wt, b, v[4:], down)
        for k in range(r):
            for t in range(counts[i]):
                step = up[k, t] / max(down[k, t], np.float32(1e-30))
                if itakura:
                    step = np.sqrt(step)
                part[k, t] = max(part[k, t] * step, floor)
        for b in range(0, whole, 4):
            data, at = (x, b) if b + 4 <= p else (last, 0)
            _model(wt, b, part, least, v)
            _ratios(data, at, v, least, itakura)
            _add_to_spectra(v[:4], part, b, top)
            if itakura:
                _add_to_spectra(v[4:], part, b, bottom)
        if not itakura:
            for k in range(r):
                s = np.float32(0)
                for t in range(t_end):
                    s += part[k, t]
                bottom[k] += s
    return rest


@njit(nogil=True, cache=True)
def divergence(tiles, counts, wt, h, itakura, least):
    """Σ x log(x/v) − x + v, or Σ x/v − log(x/v) − 1, over the pixels of a chunk, with v = W H."""
    p, r = tiles.shape[1], wt.shape[0]
    total = 0.0
    for i in range(tiles.shape[0]):
        for b in range(p):
            for t in range(counts[i]):
                v = least
                for k in range(r):
                    v += wt[k, b] * h[i, k, t]
                x = max(tiles[i, b, t], least if itakura else np.float32(0))
                if itakura:
                    total += x / v - np.log(x / v) - 1
                else:
                    total += v - x
                    if x > 0:
                        total += x * np.log(x / v)
    return total
