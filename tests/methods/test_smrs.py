"""Group-sparse self dictionary: vertices of separable scenes, optimality against other solvers, libraries."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

import hsunmix
from hsunmix.errors import InputError
from hsunmix.methods.extraction._group_sparse import Largest, Length, path
from hsunmix.model.progress import finish
from tests.methods.reference import load
from tests.methods.test_dictionary import library, scene_of
from tests.methods.test_fgnsr import separable

NORMS = {"inf": Largest(), "2": Length()}


@pytest.mark.parametrize("q", NORMS)
@pytest.mark.parametrize(("pixels", "shade"), [(50, False), (50, True), (900, False)])
def test_the_choice_of_fgnsr_and_lp_on_separable_scenes(q: str, pixels: int, shade: bool) -> None:
    for rank in (2, 5, 8):
        x, material = separable(rank, pixels, rank, shade)
        result = hsunmix.unmix(x, "smrs", rank=rank, q=q)
        assert result.source_pixels is not None
        assert sorted(material[result.source_pixels]) == list(range(rank))
        assert result.relative_error < 1e-5
        for other in ("fgnsr", "lp"):
            theirs = hsunmix.unmix(x, other, rank=rank).source_pixels
            assert sorted(theirs) == sorted(result.source_pixels)


@pytest.mark.parametrize("q", NORMS)
def test_the_rows_alone_are_the_vertices(q: str) -> None:
    """The model itself, without the choice after it: the norms tell how many there are."""
    x, material = separable(5, 60, 0)
    m = x / x.sum(axis=0)
    points = finish(path(m, m, NORMS[q], 5000, lambda point: point.error < 1e-4))
    norms = points[-1].norms
    assert set(np.flatnonzero(norms > 0.1 * norms.max())) == set(np.flatnonzero(material < 5))
    assert (np.diff([point.norms.sum() for point in points]) > -1e-3).all()
    assert (np.diff([point.error for point in points]) < 1e-4).all()
    if q == "inf":
        np.testing.assert_allclose(norms[material < 5], 1, atol=2e-3)


@pytest.mark.parametrize("q", NORMS)
def test_shrinking_against_a_general_solver(q: str) -> None:
    rng = np.random.default_rng(0)
    for _ in range(10):
        row, by = rng.standard_normal(6), rng.uniform(0.1, 2)
        if q == "inf":  # the maximum as one more variable: smooth
            found = minimize(
                lambda c: 0.5 * ((c[:6] - row) ** 2).sum() + by * c[6],  # noqa: B023
                np.ones(7),
                bounds=[(0, None)] * 7,
                constraints={"type": "ineq", "fun": lambda c: c[6] - c[:6]},
                options={"maxiter": 1000, "ftol": 1e-14},
            ).x[:6]
        else:
            found = minimize(
                lambda c: 0.5 * ((c - row) ** 2).sum() + by * np.sqrt((c**2).sum() + 1e-18),  # noqa: B023
                np.full(6, 0.5),
                bounds=[(0, None)] * 6,
                options={"maxiter": 5000, "ftol": 1e-15, "gtol": 1e-10},
            ).x
        np.testing.assert_allclose(NORMS[q].shrunk(row[None], by)[0], found, atol=2e-4)


@pytest.mark.parametrize("q", NORMS)
def test_optimum_against_plain_proximal_gradient(q: str) -> None:
    """Leaving rows out, momentum and restarts change nothing about the optimum."""
    rng = np.random.default_rng(1)
    d, m, norm = rng.random((8, 15)), rng.random((8, 20)), NORMS[q]
    points = finish(path(d, m, norm, 20_000, lambda point: (point.norms > 0).sum() > 4))
    penalty, size = points[-1].penalty, np.linalg.norm(d, 2) ** 2
    c = np.zeros((15, 20))
    for _ in range(20_000):
        c = norm.shrunk(c - d.T @ (d @ c - m) / size, penalty / size)
    plain = 0.5 * np.linalg.norm(m - d @ c) ** 2 + penalty * norm.of(c).sum()
    ours = 0.5 * (points[-1].error * np.linalg.norm(m)) ** 2 + penalty * points[-1].norms.sum()
    assert ours == pytest.approx(plain, rel=1e-5)


@pytest.mark.parametrize("q", NORMS)
def test_spectra_of_a_library(q: str) -> None:
    for seed in (0, 2, 3):
        lib = library(30, seed=seed)
        x = scene_of(lib.spectra[:, [2, 9, 17, 25]], noise=1e-4)
        found = hsunmix.unmix(x, "smrs", rank=4, library=lib, q=q)
        assert sorted(found.names) == ["m17", "m2", "m25", "m9"]
        assert found.relative_error < 1e-3
        assert found.source_pixels is None
    with pytest.raises(InputError, match="only 3 spectra"):
        hsunmix.unmix(x, "smrs", rank=4, library=lib.pick(0, 1, 2), q=q)


def test_an_odd_pixel_is_ignored() -> None:
    rng = np.random.default_rng(2)
    x = rng.random((30, 3)) @ rng.dirichlet(np.full(3, 0.1), 2000).T
    x[:, 77] = 3 * rng.random(30)
    found = hsunmix.unmix(x, "smrs", rank=3).source_pixels
    assert found is not None
    assert 77 not in found


def test_better_than_spa_on_a_real_scene(shared: Path) -> None:
    x = load(shared, "jasper")
    for q in NORMS:
        found = hsunmix.unmix(x, "smrs", rank=4, q=q)
        assert found.relative_error < hsunmix.unmix(x, "spa", rank=4).relative_error
