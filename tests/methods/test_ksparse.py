"""At most k abundances: exact against all sets, and the search beyond."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import nnls

from tests.kernels.degenerate import abundances_of, pixels, spectra
from tests.scenes import library_problem, solved


@pytest.mark.parametrize(("rank", "k"), [(1, 1), (5, 1), (6, 2), (7, 3), (4, 9)])
def test_nothing_fits_better(rank: int, k: int) -> None:
    w, x = library_problem(rank, pixels=60)
    h = solved(x, w, "ksparse", k=k)
    assert (h > 0).sum(axis=0).max() <= k
    assert h.min() >= 0
    sets = list(combinations(range(rank), min(k, rank)))
    best = [min(nnls(w[:, list(members)], v)[1] for members in sets) for v in x.T]
    np.testing.assert_allclose(np.linalg.norm(x - w @ h, axis=0), best, rtol=1e-5)


@pytest.mark.parametrize("kind", ["all but equal", "nearly proportional", "proportional", "all zero"])
def test_nothing_fits_better_where_spectra_depend_on_each_other(kind: str) -> None:
    for seed in range(6):
        rng = np.random.default_rng(seed)
        w = spectra(kind, 20, 7, rng)
        x = pixels(w, 12, rng).astype(np.float64)
        h = abundances_of(w, x.astype(np.float32), "ksparse", k=3)
        assert (h > 0).sum(axis=0).max() <= 3
        length = np.maximum(np.linalg.norm(x, axis=0), 1e-300)
        unit = w / np.maximum(np.linalg.norm(w, axis=0), 1e-300)
        sets = [list(members) for members in combinations(range(7), 3)]
        best = [min(nnls(unit[:, s], v)[1] for s in sets) for v in (x / length).T]
        assert (np.linalg.norm(x - w @ h, axis=0) / length - best).max() < 1e-6


def test_the_search_beyond_finds_planted_sets() -> None:
    rng = np.random.default_rng(0)
    w = rng.random((120, 90)) ** 3
    h = np.zeros((90, 100))
    for t in range(100):
        h[rng.choice(90, 3, replace=False), t] = rng.dirichlet(np.full(3, 5.0))
    found = solved(w @ h, w, "ksparse", k=3)
    assert (found > 0).sum(axis=0).max() <= 3
    right = ((found > 1e-3) == (h > 1e-3)).all(axis=0).mean()
    assert right > 0.9
    np.testing.assert_allclose(found[:, 0], h[:, 0], atol=1e-5)
