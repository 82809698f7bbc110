"""Least squares with few abundances a pixel."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from hsunmix.kernels import libraries as kernels
from tests.kernels.made import SHAPES, Case, close, counts_of, padded, spectra_of, tiles_of
from tests.kernels.oracles import libraries as oracles

SIZES = pytest.mark.parametrize(
    ("r", "most"), [(1, 1), (2, 1), (2, 2), (3, 2), (5, 3), (7, 2), (9, 4), (12, 2)]
)
WIDTHS = pytest.mark.parametrize("shape", [s for s in SHAPES if s[0] <= 64][::2], ids=str)


def scene(r: int, shape: tuple[int, tuple[int, ...]]) -> tuple[Case, np.ndarray, np.ndarray]:
    """Sizes, tiles with mixtures of few, pixels outside and a zero, and spectra of unit length."""
    case = Case(r, 2 * r + 3, *shape)
    rng = case.rng
    wt = spectra_of(case, rng)
    wt /= np.linalg.norm(wt, axis=1)[:, None]
    h = rng.random((len(case.counts), r, case.width)) * (
        rng.random((len(case.counts), r, case.width)) < 3 / r
    )
    tiles = padded(np.einsum("kb,nkt->nbt", wt, h) + 0.1 * tiles_of(case, rng, -1), case)
    tiles[0, :, 0] *= -1
    tiles.flags.writeable = False
    return case, tiles, wt


@SIZES
@WIDTHS
def test_best_sets(r: int, most: int, shape: tuple[int, tuple[int, ...]]) -> None:
    case, tiles, wt = scene(r, shape)
    chosen = [s for k in range(1, most + 1) for s in combinations(range(r), k)]
    sets, inverses = np.zeros((len(chosen), most), np.int64), np.zeros((len(chosen), most, most))
    for i, members in enumerate(chosen):
        k = len(members)
        sets[i, :k] = members
        inverses[i, :k, :k] = np.linalg.inv(wt[list(members)] @ wt[list(members)].T)
    sizes = np.array([len(s) for s in chosen])
    h = np.full((len(tiles), r, case.width), np.nan, np.float32)
    kernels.best_sets(tiles, counts_of(case), wt, sets, sizes, inverses, h)
    expected = [oracles.best_sets(x.astype(np.float64), wt, chosen) for x in tiles]
    close(h, padded(np.array(expected), case, np.float64), 1, 1e-6)


@SIZES
@WIDTHS
def test_better_sets(r: int, most: int, shape: tuple[int, tuple[int, ...]]) -> None:
    case, tiles, wt = scene(r, shape)
    tiles = tiles.copy()  # as the method hands them over
    chosen = list(combinations(range(r), most))[::2]
    h = padded(case.rng.random((len(tiles), r, case.width)) * (np.arange(r) == r // 2)[:, None], case)
    before = h.astype(np.float64)
    kernels.better_sets(tiles, counts_of(case), wt, wt @ wt.T, np.array(chosen), h)
    expected = [
        oracles.better_sets(x.astype(np.float64), wt, chosen, k) for x, k in zip(tiles, before, strict=True)
    ]
    close(h, padded(np.array(expected), case, np.float64), 1, 1e-6)
