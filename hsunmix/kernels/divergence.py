"""Multiplicative updates for the Kullback-Leibler and Itakura-Saito divergences, a tile at a time.

X / (W H) is made four bands at a time in a buffer of the length of a tile, and used at once: it
never exists as a whole. Values below ``least`` count as that: a divergence knows no negatives.
"""

from __future__ import annotations

import numpy as np

from hsunmix.kernels._compile import FAST, KERNEL, njit
from hsunmix.kernels._prefetch import fetch
from hsunmix.kernels._vectors import MAX_ROWS
from hsunmix.kernels.kullback_leibler import WIDTH, add_to_spectra, update_pixels
from hsunmix.kernels.two_block import model_band


@njit(**KERNEL, fastmath=FAST, inline="never")
def _ratio(data, v):
    """Make v = max(x, 0) / v; return Σ (x − v)²."""
    rest = np.float32(0)
    for t in range(v.shape[0]):
        d = data[t] - v[t]
        rest += d * d
        v[t] = max(data[t], np.float32(0)) / v[t]
    return rest


@njit(**KERNEL, fastmath=FAST, inline="never")
def _ratios(data, v, inverse, least):
    """Make inverse = 1 / v and v = max(x, least) / v²; return Σ (x − v)²."""
    rest = np.float32(0)
    for t in range(v.shape[0]):
        rest += (data[t] - v[t]) * (data[t] - v[t])
        one = np.float32(1) / v[t]
        inverse[t] = one
        v[t] = max(data[t], least) * one * one
    return rest


@njit(**KERNEL, fastmath=FAST, inline="never")
def _step(row, up, down, floor, itakura):
    """Row · up / down, or the root of the ratio; nothing below the floor."""
    least = np.float32(1e-30)
    if itakura:
        for t in range(row.shape[0]):
            row[t] = max(row[t] * np.sqrt(up[t] / max(down[t], least)), floor)
    else:
        for t in range(row.shape[0]):
            row[t] = max(row[t] * (up[t] / max(down[t], least)), floor)


@njit(**KERNEL, fastmath=FAST, inline="never")
def _quotients(x, wt, b, h, v, least, itakura):
    """Fill v with Q = X/(WH), or X/(WH)² and behind it 1/(WH), of four bands; return Σ (x − WH)²."""
    rest = np.float32(0)
    for q in range(4):
        row = v[q]
        if b + q >= x.shape[0]:  # bands that aren't there: W is zero in them
            for t in range(row.shape[0]):
                row[t] = 0
                v[q + 4, t] = 0
            continue
        model_band(wt, b + q, h, least, row)
        if itakura:
            rest += _ratios(x[b + q], row, v[q + 4], least)
        else:
            rest += _ratio(x[b + q], row)
    return rest


@njit(**KERNEL, fastmath=FAST, inline="never")
def _add_to_pixels(wt, b, q, out):
    """Out (r, T) += Wᵀ q for four bands; r is even."""
    r, t_end = out.shape
    q0, q1, q2, q3 = q[0], q[1], q[2], q[3]
    for k in range(0, r, 2):
        o0, o1 = out[k], out[k + 1]
        a0, a1, a2, a3 = wt[k, b], wt[k, b + 1], wt[k, b + 2], wt[k, b + 3]
        b0, b1, b2, b3 = wt[k + 1, b], wt[k + 1, b + 1], wt[k + 1, b + 2], wt[k + 1, b + 3]
        for t in range(t_end):
            o0[t] += a0 * q0[t] + a1 * q1[t] + a2 * q2[t] + a3 * q3[t]
            o1[t] += b0 * q0[t] + b1 * q1[t] + b2 * q2[t] + b3 * q3[t]


@njit(**KERNEL, fastmath=FAST, inline="never")
def _add_to_spectra(q, h, b, out):
    """Out (r, bands) += h qᵀ for four bands; out is float64, r even."""
    r, t_end = h.shape
    q0, q1, q2, q3 = q[0], q[1], q[2], q[3]
    for k in range(0, r, 2):
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


@njit(**KERNEL, fastmath=FAST, inline="never")
def _few(tiles, counts, wt, h, least, floor, top, bottom):
    """As ``update``, for KL and so few endmembers that their sums have room in the registers."""
    r, t_end = h.shape[1], h.shape[2]
    share = np.empty((1, r), np.float32)
    for k in range(r):
        share[0, k] = np.float32(1) / max(wt[k].sum(), np.float32(1e-30))
    rest = 0.0
    fetch(tiles[0], 0, tiles[0].size)
    for i in range(tiles.shape[0]):
        ahead = tiles[min(i + 1, tiles.shape[0] - 1)]
        rest += update_pixels(tiles[i], wt, share, h[i], least, floor, ahead)
        for k in range(r):
            for t in range(counts[i], t_end):
                h[i, k, t] = 0
        add_to_spectra(tiles[i], wt, h[i], least, top, ahead)
        for k in range(r):
            s = np.float32(0)
            for t in range(t_end):
                s += h[i, k, t]
            bottom[k] += s
    return rest


@njit(**KERNEL, fastmath=FAST)
def update(tiles, counts, wt, h, itakura, least, floor, top, bottom):
    """Update h, and add up what the update of W needs.

    Parameters
    ----------
    tiles : float32 (n, bands, T)
    counts : int64 (n,)
    wt : float32 (2·⌈r/2⌉, 4·⌈bands/4⌉)
        W transposed, with zeros behind the last band and endmember.
    h : float32 (n, r, T)
        Changed in place; zero in the padding.
    itakura : bool
        IS instead of KL.
    least, floor : float32
        What W H is at least, and data for IS; what h is at least.
    top, bottom : float64, as wt
        H Q ᵀ with Q = X/(WH) or X/(WH)², and Σ H or H (1/(WH))ᵀ, are added to these.

    Returns
    -------
    rest : float
        ‖X − W H‖² with h as it was.
    """
    r, t_end = wt.shape[0], h.shape[2]
    if not itakura and h.shape[1] <= MAX_ROWS and t_end % WIDTH == 0:
        return _few(tiles, counts, wt, h, least, floor, top, bottom)
    whole = wt.shape[1]
    even = np.zeros((r, t_end), np.float32)
    v = np.empty((8, t_end), np.float32)
    up, down = np.empty((r, t_end), np.float32), np.empty((r, t_end), np.float32)
    sums = wt.sum(axis=1)
    rest = 0.0
    for i in range(tiles.shape[0]):
        for k in range(r):
            for t in range(t_end):
                up[k, t] = 0
                down[k, t] = np.float32(0) if itakura else sums[k]
        x, part = tiles[i], h[i]
        even[: part.shape[0]] = part
        for b in range(0, whole, 4):
            rest += _quotients(x, wt, b, even, v, least, itakura)
            _add_to_pixels(wt, b, v[:4], up)
            if itakura:
                _add_to_pixels(wt, b, v[4:], down)
        for k in range(part.shape[0]):
            _step(even[k], up[k], down[k], floor, itakura)
            for t in range(counts[i], t_end):
                even[k, t] = 0
            part[k] = even[k]
        for b in range(0, whole, 4):
            _quotients(x, wt, b, even, v, least, itakura)
            _add_to_spectra(v[:4], even, b, top)
            if itakura:
                _add_to_spectra(v[4:], even, b, bottom)
        if not itakura:
            for k in range(r):
                s = np.float32(0)
                for t in range(t_end):
                    s += even[k, t]
                bottom[k] += s
    return rest


@njit(**KERNEL, fastmath=FAST, inline="never")
def _split(bits, exponent, mantissa):
    """Take positive float32 numbers apart: 2^exponent · mantissa, which is between √½ and √2."""
    root = np.int32(0x3F3504F3)  # √½
    for t in range(bits.shape[0]):
        e = (bits[t] - root) >> np.int32(23)
        exponent[t] = np.float32(e)
        mantissa[t] = bits[t] - (e << np.int32(23))


@njit(**KERNEL, fastmath=FAST, inline="never")
def _log(exponent, mantissa, out):
    """Out = logarithm of what ``_split`` took apart: log m = 2 artanh s with s = (m − 1)/(m + 1)."""
    for t in range(out.shape[0]):
        s = (mantissa[t] - np.float32(1)) / (mantissa[t] + np.float32(1))
        q = s * s
        series = np.float32(1 / 9) * q + np.float32(1 / 7)
        series = (series * q + np.float32(1 / 5)) * q + np.float32(1 / 3)
        out[t] = exponent[t] * np.float32(0.6931471805599453) + (s + s) * (series * q + np.float32(1))


@njit(**KERNEL, fastmath=FAST, inline="never")
def _terms(data, v, ratio, log, itakura, count):
    """Sum the divergence of one band."""
    s = 0.0
    if itakura:
        for t in range(count):
            s += np.float64(ratio[t] - log[t] - np.float32(1))
    else:
        for t in range(count):
            x = max(data[t], np.float32(0))
            s += np.float64((v[t] - x) + x * log[t])
    return s


@njit(**KERNEL, fastmath=FAST)
def divergence(tiles, counts, wt, h, itakura, least):
    """Σ x log(x/v) − x + v, or Σ x/v − log(x/v) − 1, over the pixels of a chunk, with v = W H.

    The logarithm is written out here: the library's would take most of the time.
    """
    p, t_end = tiles.shape[1], tiles.shape[2]
    v, ratio = np.empty(t_end, np.float32), np.empty(t_end, np.float32)
    exponent, bits = np.empty(t_end, np.float32), np.empty(t_end, np.int32)
    log = np.empty(t_end, np.float32)
    lowest = least if itakura else np.float32(1e-30)
    total = 0.0
    for i in range(tiles.shape[0]):
        for b in range(p):
            data = tiles[i, b]
            model_band(wt, b, h[i], least, v)
            for t in range(t_end):
                ratio[t] = max(data[t], lowest) / v[t]
            _split(ratio.view(np.int32), exponent, bits)
            _log(exponent, bits.view(np.float32), log)
            total += _terms(data, v, ratio, log, itakura, counts[i])
    return total
