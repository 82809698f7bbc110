"""Extended linear mixing, x ≈ W (ψ ∘ a): one small problem a pixel, beside the brightnesses around it."""

from __future__ import annotations

import numpy as np

from hsunmix.kernels._compile import KERNEL, njit
from hsunmix.kernels.active_set import scratch, solve

TURNS = 2  # brightness and abundances of a pixel, in turn


@njit(**KERNEL)
def _around(psi, used, line, sample, total):
    """Add up the brightnesses of the neighbours that take part; return how many there are."""
    lines, samples, r = psi.shape
    total[:] = 0.0
    count = 0
    for step in range(4):
        i = line + (step == 0) - (step == 1)
        j = sample + (step == 2) - (step == 3)
        if 0 <= i < lines and 0 <= j < samples and used[i, j]:
            count += 1
            for k in range(r):
                total[k] += psi[i, j, k]
    return count


@njit(**KERNEL)
def sweep(c, g, used, colour, first, last, start, stop, weight, prior, edge, a, psi):
    """Improve the pixels of one colour of a chessboard, in a part of the image.

    Parameters
    ----------
    c : array, (lines, samples, r)
        Wᵀx.
    g : array, (r, r)
        WᵀW.
    used : array of bool, (lines, samples)
    colour : int
    first, last : int
        Lines.
    start, stop : int
        Samples.
    weight, prior, edge : float
        What squares of the residual, of ψ − 1 and of differences between neighbours count.
    a, psi : array, (lines, samples, r)
        Abundances and brightnesses.

    Returns
    -------
    float
        The sum of the squares of the changes of abundances.
    """
    r = g.shape[0]
    space, m, right, new, total = scratch(r, r), np.empty((r, r)), np.empty(r), np.empty(r), np.empty(r)
    changed = 0.0
    for line in range(first, last):
        for sample in range(start + (line + start + colour) % 2, stop, 2):
            if not used[line, sample]:
                continue
            count = _around(psi, used, line, sample, total)
            own, bright = a[line, sample], psi[line, sample]
            for _ in range(TURNS):
                for k in range(r):
                    right[k] = weight * own[k] * c[line, sample, k] + prior + edge * total[k]
                    for i in range(r):
                        m[k, i] = weight * own[k] * own[i] * g[k, i]
                    m[k, k] += prior + edge * count
                solve(m, right, False, r, new, space)
                for k in range(r):
                    bright[k] = new[k]
                for k in range(r):
                    right[k] = weight * bright[k] * c[line, sample, k]
                    for i in range(r):
                        m[k, i] = weight * bright[k] * bright[i] * g[k, i]
                solve(m, right, True, r, new, space)
                for k in range(r):
                    changed += (new[k] - own[k]) ** 2
                    own[k] = new[k]
    return changed
