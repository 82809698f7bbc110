"""What a hierarchy of clusters does with pixels: rows (n, k) in memory, and tiles for the last pass."""

from __future__ import annotations

import numpy as np

from hsunmix.kernels._compile import FAST, KERNEL, njit

GRID = 100  # thresholds lie at 0, 1 / GRID, …, 1


@njit(**KERNEL, fastmath=FAST)
def plane(z, v, out):
    """Out (n, 2), float64 = z (n, k), float32, times v (2, k), float64."""
    n, k = z.shape
    for i in range(n):
        a = b = 0.0
        for j in range(k):
            a += z[i, j] * v[0, j]
            b += z[i, j] * v[1, j]
        out[i, 0] = a
        out[i, 1] = b


@njit(**KERNEL, fastmath=FAST)
def shares(z, b, g, x, at_most, below):
    """Solve min ‖m − W h‖, h ≥ 0, for two columns of W; keep the share of the first in h.

    Parameters
    ----------
    z : float32 (n, k)
    b : float64 (2, k)
        Wᵀm = b · z.
    g : float64 (2, 2)
        WᵀW.
    x : float64 (n,)
        The shares, written here; zero where h is zero.
    at_most, below : int64 (GRID + 1,)
        To entry i is added how many shares are first at most, first below, i / GRID.
    """
    # Kuang and Park's closed form: the unconstrained solution if it is nonnegative, else the better
    # of the two that use one column.
    n, k = z.shape
    g0, g1, cross = g[0, 0], g[1, 1], g[0, 1]
    det = g0 * g1 - cross * cross
    independent = det > 1e-13 * g0 * g1
    for i in range(n):
        c0 = c1 = 0.0
        for j in range(k):
            c0 += z[i, j] * b[0, j]
            c1 += z[i, j] * b[1, j]
        h0, h1 = g1 * c0 - cross * c1, g0 * c1 - cross * c0
        if not independent or h0 < 0 or h1 < 0:
            one = max(c0, 0.0) / np.sqrt(g0) if g0 > 0 else 0.0
            two = max(c1, 0.0) / np.sqrt(g1) if g1 > 0 else 0.0
            h0 = 1.0 if one >= two and one > 0 else 0.0
            h1 = 1.0 if two > one else 0.0
        total = h0 + h1
        share = h0 / total if total > 0 else 0.0
        x[i] = share
        place = max(np.int64(share * GRID) - 1, 0)
        while place < GRID and place * 0.01 < share:
            place += 1
        at_most[place] += 1
        if place * 0.01 <= share:
            place += 1
        if place <= GRID:
            below[place] += 1


@njit(**KERNEL)
def partition(z, order, x, threshold):
    """Move the rows with x ≥ threshold to the front, in place; return how many they are."""
    first, last = 0, len(x) - 1
    while first <= last:
        if x[first] >= threshold:
            first += 1
        elif x[last] < threshold:
            last -= 1
        else:
            for j in range(z.shape[1]):
                a, b = z[first, j], z[last, j]
                z[first, j], z[last, j] = b, a
            c, d = order[first], order[last]
            order[first], order[last] = d, c
            first += 1
            last -= 1
    return first


@njit(**KERNEL, fastmath=FAST)
def own_cosines(tiles, labels, directions, out):
    """Cosine between a pixel and its cluster's direction, the pixel's mean taken off.

    Parameters
    ----------
    tiles : float32 (n, bands, T)
    labels : int32 (n, T)
        The cluster of every pixel; negative where there is none, in the padding.
    directions : float64 (bands, clusters)
        Of unit length and mean zero.
    out : float64 (n, T)
        Written here; −2 in the padding, −1 where a spectrum is constant.
    """
    p, t_end = tiles.shape[1], tiles.shape[2]
    dot, total, square = np.empty(t_end), np.empty(t_end), np.empty(t_end)
    own = np.empty(t_end, np.int64)
    for i in range(tiles.shape[0]):
        for t in range(t_end):
            dot[t] = total[t] = square[t] = 0.0
            own[t] = max(labels[i, t], 0)
        for b in range(p):
            x, row = tiles[i, b], directions[b]
            for t in range(t_end):
                v = np.float64(x[t])
                dot[t] += v * row[own[t]]
                total[t] += v
                square[t] += v * v
        for t in range(t_end):
            spread = square[t] - total[t] * total[t] / p
            if labels[i, t] < 0:
                out[i, t] = -2.0
            elif spread <= 1e-13 * square[t]:
                out[i, t] = -1.0
            else:
                out[i, t] = dot[t] / np.sqrt(spread)


@njit(**KERNEL)
def best_of_each(labels, values, best, where):
    """For every cluster the largest value and its place, the first of equals; labels flat."""
    for i in range(len(labels)):
        k = labels[i]
        if k >= 0 and (where[k] < 0 or values[i] > best[k]):
            best[k] = values[i]
            where[k] = i
