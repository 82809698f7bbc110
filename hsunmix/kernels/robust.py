"""Weighted least squares with missing and doubtful entries, by filling them in from the model."""

from __future__ import annotations

import numpy as np

from hsunmix.kernels._compile import FAST, KERNEL, njit
from hsunmix.kernels._products import add_h_ht, add_x_ht, wt_x
from hsunmix.kernels.two_block import model_band


@njit(**KERNEL, fastmath=FAST, inline="never")
def _fill(x, inverse, wt, h, limit, zeros, roots, filled):
    """Fill (bands, T) by the weighted mean of data and model for every entry.

    Return Huber's loss, and Σ (x − v)² in units of the scene.
    """
    p, t_end = x.shape
    each = np.int64(roots.shape[0] > 1)  # else all bands share one row, of ones
    v = np.empty(t_end, np.float32)
    loss, rest = 0.0, 0.0
    for b in range(p):
        data, out, root = x[b], filled[b], roots[b * each]
        model_band(wt, b, h, np.float32(0), v)
        factor = inverse[b]
        unit = np.float32(1) / factor
        s = q = np.float32(0)
        for t in range(t_end):
            d = data[t] * factor - v[t]
            size = abs(d) * root[t]
            q += d * d
            weight = root[t] * root[t] * (np.float32(1) if size <= limit else limit / size)
            gone = zeros and data[t] == 0
            weight = np.float32(0) if gone else weight
            bounded = min(size, limit)
            cost = bounded * (size - np.float32(0.5) * bounded)
            s += np.float32(0) if gone else cost
            out[t] = v[t] + weight * d
        loss += s
        rest += q * unit * unit
    return loss, rest


@njit(**KERNEL, fastmath=FAST, inline="never")
def _sweep(g, c, h, scratch):
    """Set the rows of h in turn to their optimum."""
    r, t_end = h.shape
    for k in range(r):
        if g[k, k] <= 0:
            continue
        row, right = h[k], c[k]
        for t in range(t_end):
            scratch[t] = right[t]
        for j in range(r):
            a, other = g[k, j], h[j]
            for t in range(t_end):
                scratch[t] -= a * other[t]
        inverse = np.float32(1) / g[k, k]
        for t in range(t_end):
            row[t] = max(row[t] + scratch[t] * inverse, np.float32(0))


@njit(**KERNEL)
def update(tiles, counts, inverse, wt, g, h, sweeps, limit, zeros, roots, xht, hht):
    """Fill in, sweep h, and add up what the update of W needs.

    Parameters
    ----------
    tiles : float32 (n, bands, T)
    counts : int64 (n,)
    inverse : float32 (bands,)
        What every band is multiplied by: one over its noise.
    wt : float32 (r, bands)
        Spectra of the bands so multiplied.
    g : float32 (r, r)
        WᵀW.
    h : float32 (n, r, T)
        Changed in place.
    sweeps : int
        None to only measure.
    limit : float32
        Residuals above it, in units of the noise, count less.
    zeros : bool
        Whether entries that are zero are missing.
    roots : float32 (n, bands, T) or (1, 1, T)
        Roots of the entries' weights, at most one; zero for a missing one. The one row of the second
        form is ones.
    xht, hht : float64 (bands, r), (r, r)
        Sums are added to these, with the filled data.

    Returns
    -------
    loss, rest : float
        Huber's loss and ‖X − WH‖² in the scene's units, with h as it was.
    """
    p, t_end = tiles.shape[1], tiles.shape[2]
    r = h.shape[1]
    filled = np.empty((p, t_end), np.float32)
    c = np.empty((r, t_end), np.float32)
    scratch = np.empty(t_end, np.float32)
    loss, rest = 0.0, 0.0
    each = np.int64(roots.shape[0] > 1)
    for i in range(tiles.shape[0]):
        a, b = _fill(tiles[i], inverse, wt, h[i], limit, zeros, roots[i * each], filled)
        loss += a
        rest += b
        if sweeps == 0:
            continue
        wt_x(wt, filled, c)
        for _ in range(sweeps):
            _sweep(g, c, h[i], scratch)
        for k in range(r):
            for t in range(counts[i], t_end):
                h[i, k, t] = 0
        add_x_ht(filled, h[i], xht)
        add_h_ht(h[i], hht)
    return loss, rest
