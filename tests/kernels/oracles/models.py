"""A model of its own for every pixel, chosen as the procedure says."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NOTHING = 9999.0


class Limits(NamedTuple):
    """What a model must keep."""

    fractions: tuple[float, float] = (-0.05, 1.05)
    shade: tuple[float, float] = (0.0, 0.8)
    rmse: float = 0.025
    residual: float = 0.025
    run: int = 0
    fusion: float = 0.007


class Choice(NamedTuple):
    """The model of a pixel."""

    members: tuple[int, ...]
    fractions: NDArray
    rmse: float


def best_models(x: NDArray, wt: NDArray, models: list[list[tuple[int, ...]]], limits: Limits) -> list[Choice]:
    """Return the choice for each pixel of x (bands, pixels), among models by size; no members for none."""
    return [_choice(v, wt, models, limits) for v in x.T]


def _choice(v: NDArray, wt: NDArray, models: list[list[tuple[int, ...]]], limits: Limits) -> Choice:
    nothing = Choice((), np.empty(0), NOTHING)
    of_size = [min((_fit(v, wt, m, limits) for m in some), key=lambda c: c.rmse) for some in models]
    allowed = [of_size[0]]
    for before, one in pairwise(of_size):
        if before.rmse - one.rmse >= limits.fusion:
            allowed.append(one)
    best = min(allowed, key=lambda choice: choice.rmse)
    return best if best.rmse < NOTHING else nothing


def _fit(v: NDArray, wt: NDArray, members: tuple[int, ...], limits: Limits) -> Choice:
    a = wt[list(members)].T
    f = np.linalg.lstsq(a, v, rcond=None)[0]
    left = v - a @ f
    rmse = float(np.sqrt((left**2).mean()))
    (low, high), (least, most), shade = limits.fractions, limits.shade, 1 - f.sum()
    kept = low <= f.min() and f.max() <= high and least <= shade <= most and rmse <= limits.rmse
    far = np.abs(left) >= limits.residual
    runs = np.lib.stride_tricks.sliding_window_view(far, limits.run) if limits.run else far[:0, None]
    return Choice(members, f, rmse if kept and not runs.all(axis=1).any() else NOTHING)
