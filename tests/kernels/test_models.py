"""A model of its own for every pixel."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from hsunmix.kernels import models as kernels
from tests.kernels.made import SHAPES, Case, counts_of, padded, spectra_of, tiles_of
from tests.kernels.oracles import models as oracles
from tests.kernels.oracles.models import Limits

OF = np.array([0, 1, 2, 0, 1, 2, 3, 0, 2])  # classes of spectra
EACH = {
    "usual": Limits(),
    "wide": Limits((-9, 9), (-9, 9), 9, fusion=0.0),
    "narrow": Limits((0.1, 0.7), (0.1, 0.5), 0.05),
    "runs": Limits((-9, 9), (-9, 9), 9, residual=0.02, run=2),
    "fusion": Limits((-9, 9), (-9, 9), 9, fusion=0.03),
}


def models_of(most: int) -> list[list[tuple[int, ...]]]:
    places = [np.flatnonzero(k == OF) for k in range(OF.max() + 1)]
    return [[m for c in combinations(places, size) for m in product(*c)] for size in range(1, most + 1)]


@pytest.mark.parametrize("limits", EACH.values(), ids=EACH)
@pytest.mark.parametrize("most", [1, 2, 3, 4])
@pytest.mark.parametrize("shape", [s for s in SHAPES if s[0] <= 40][::2], ids=str)
def test_best_models(shape: tuple[int, tuple[int, ...]], most: int, limits: Limits) -> None:
    case = Case(len(OF), 12, *shape)
    rng, wt = case.rng, spectra_of(case, case.rng)
    h = rng.dirichlet(np.full(len(OF), 0.1), (len(case.counts), case.width)).transpose(0, 2, 1)
    tiles = padded(0.9 * np.einsum("kb,nkt->nbt", wt, h) + 0.02 * tiles_of(case, rng, -1), case)
    models = models_of(most)
    every = [m for some in models for m in some]
    members, inverses = np.zeros((len(every), most), np.int64), np.zeros((len(every), most, most))
    for i, one in enumerate(every):
        members[i, : len(one)] = one
        inverses[i, : len(one), : len(one)] = np.linalg.inv(wt[list(one)] @ wt[list(one)].T)
    ends = np.cumsum([0, *map(len, models)])
    n, width, r = len(case.counts), case.width, int(OF.max()) + 1
    found, index = np.full((n, r, width), np.nan, np.float32), np.full((n, r, width), 7, np.int32)
    shade, materials = np.zeros((n, width), np.float32), np.zeros((n, width), np.int32)
    rest = np.full((n, width), np.nan)
    numbers = np.array([*limits.fractions, *limits.shade, limits.rmse, limits.residual])
    used = kernels.best_models(
        tiles, counts_of(case), wt, ends, members, inverses, OF, numbers, limits.fusion, limits.run,
        found, index, shade, materials, rest,
    )  # fmt: skip
    total = np.zeros(len(OF))
    for i, count in enumerate(case.counts):
        x = tiles[i, :, :count].astype(np.float64)
        for t, one in enumerate(oracles.best_models(x, wt, models, limits)):
            expected, places = np.zeros(r), np.full(r, -1)
            expected[OF[list(one.members)]] = one.fractions
            places[OF[list(one.members)]] = one.members
            assert materials[i, t] == len(one.members) - 1
            np.testing.assert_array_equal(index[i, :, t], places)
            np.testing.assert_allclose(found[i, :, t], expected, atol=1e-6)
            np.testing.assert_allclose(shade[i, t], 1 - expected.sum() if one.members else np.nan, atol=1e-6)
            left = ((x[:, t] - wt[list(one.members)].T @ one.fractions) ** 2).sum()
            assert rest[i, t] == pytest.approx(left, rel=1e-6, abs=1e-12)
            total[list(one.members)] += one.fractions
        assert (rest[i, count:] == 0).all()
    np.testing.assert_allclose(used, total, atol=1e-6)
