"""Brightness of each endmember in each pixel, beside those around it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.kernels.oracles.active_set import solve

TURNS = 2


def neighbours(psi: NDArray, used: NDArray, line: int, sample: int) -> list[NDArray]:
    """Brightnesses of the pixels above, below, left and right that take part."""
    places = [(line + 1, sample), (line - 1, sample), (line, sample + 1), (line, sample - 1)]
    inside = [(i, j) for i, j in places if 0 <= i < used.shape[0] and 0 <= j < used.shape[1]]
    return [psi[place].copy() for place in inside if used[place]]


def sweep(
    c: NDArray, g: NDArray, used: NDArray, colour: int, lines: range, samples: range,
    weight: float, prior: float, edge: float, a: NDArray, psi: NDArray,
) -> tuple[NDArray, NDArray, float]:  # fmt: skip
    """Abundances and brightnesses after a sweep, and the squares of what abundances changed in each turn."""
    a, psi, changed, one = a.copy(), psi.copy(), 0.0, np.eye(len(g))
    for line in lines:
        for sample in samples:
            if (line + sample) % 2 != colour or not used[line, sample]:
                continue
            around = neighbours(psi, used, line, sample)
            place = line, sample
            for _ in range(TURNS):
                m = weight * np.outer(a[place], a[place]) * g + (prior + edge * len(around)) * one
                pull = prior + edge * (np.sum(around, axis=0) if around else 0)
                psi[place] = solve(m, weight * a[place] * c[place] + pull, False)
                m = weight * np.outer(psi[place], psi[place]) * g
                new = solve(m, weight * psi[place] * c[place], True)
                changed += float(np.square(new - a[place]).sum())
                a[place] = new
    return a, psi, changed
