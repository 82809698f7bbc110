"""Least squares with few members: all sets are tried."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.kernels.oracles.active_set import solve


def best_sets(x: NDArray, wt: NDArray, sets: list[tuple[int, ...]]) -> NDArray:
    """H (r, pixels) of the best among the sets on which least squares have nothing below zero."""
    h = np.zeros((len(wt), x.shape[1]))
    for t, v in enumerate(x.T):
        best = v @ v
        for members in map(list, sets):
            a = wt[members].T
            found = np.linalg.lstsq(a, v, rcond=None)[0]
            rest = ((v - a @ found) ** 2).sum()
            if found.min() >= 0 and rest < best:
                best, h[:, t] = rest, 0
                h[members, t] = found
    return h


def better_sets(x: NDArray, wt: NDArray, sets: list[tuple[int, ...]], h: NDArray) -> NDArray:
    """H, or what nonnegative least squares find on one of the sets, where that fits better."""
    h = h.copy()
    for t, v in enumerate(x.T):
        for members in map(list, sets):
            a, tried = wt[members], np.zeros(len(wt))
            tried[members] = solve(a @ a.T, a @ v, False)
            if np.linalg.norm(v - tried @ wt) < np.linalg.norm(v - h[:, t] @ wt) - 1e-9:
                h[:, t] = tried
    return h
