"""Inner solvers of ½⟨H, GH⟩ − ⟨C, H⟩ over H ≥ 0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def model_band(wt: NDArray, b: int, h: NDArray, start: float) -> NDArray:
    return start + wt[:, b] @ h


def multiply(g: NDArray, c: NDArray, h: NDArray, floor: float) -> NDArray:
    return np.maximum(h * np.maximum(c, 0) / np.maximum(g @ h, 1e-30), floor)


def optimal_gradient(
    g: NDArray, c: NDArray, h: NDArray, lipschitz: float, steps: int, delta: float
) -> NDArray:
    """Nesterov's method; it forgets its momentum where the gradient mapping says that it overshot."""
    ahead, momentum, first = h, 1.0, 0.0
    for step in range(steps):
        new = np.maximum(ahead - (g @ ahead - c) / lipschitz, 0)
        back, change = ahead - new, new - h
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (momentum - 1) / following * change
        momentum, h = following, new
        if (back * change).sum() > 0:
            momentum, ahead = 1.0, h
        size = (back**2).sum()
        if step == 0:
            first = size
        elif size <= delta**2 * first:
            break
    return h


def projected_gradient(
    g: NDArray, c: NDArray, h: NDArray, length: float, steps: int, delta: float
) -> NDArray:
    """Lin's method: tenfold steps while the decrease is sufficient, or tenths until it is."""
    start = 0.0
    for step in range(steps):
        slope = g @ h - c
        size = (np.where(h > 0, slope, np.minimum(slope, 0)) ** 2).sum()
        start = size if step == 0 else start
        if size <= delta**2 * start:
            break

        move, tries = _move(h, slope, length), 19
        if _enough(g, slope, move):
            while tries and _enough(g, slope, more := _move(h, slope, 10 * length)):
                length, tries, same, move = 10 * length, tries - 1, (more == move).all(), more
                if same:
                    break
        else:
            while tries and not _enough(g, slope, move):
                length, tries = length / 10, tries - 1
                move = _move(h, slope, length)
            if not _enough(g, slope, move):
                break
        h = h + move
    return h


def _move(h: NDArray, slope: NDArray, length: float) -> NDArray:
    return np.maximum(h - length * slope, 0) - h


def _enough(g: NDArray, slope: NDArray, move: NDArray) -> bool:
    return bool(0.99 * (slope * move).sum() + 0.5 * (move * (g @ move)).sum() <= 0)


def update(
    x: NDArray, wt: NDArray, g: NDArray, h: NDArray, how: int, amount: float, steps: int, delta: float
) -> NDArray:
    """H of one tile."""
    c = wt @ x
    if how == 0:
        return multiply(g, c, h, amount)
    return (optimal_gradient if how == 1 else projected_gradient)(g, c, h, amount, steps, delta)


def add_sums(tiles: NDArray, h: NDArray) -> tuple[NDArray, NDArray]:
    return np.einsum("nbt,nrt->br", tiles, h), np.einsum("nkt,nrt->kr", h, h)
