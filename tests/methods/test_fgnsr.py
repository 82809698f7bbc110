"""Self dictionaries: vertices of separable scenes, optimality against other solvers, the authors' errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog, minimize_scalar

import hsunmix
from hsunmix.kernels.self_dictionary import step
from hsunmix.methods.extraction._self_dictionary import path
from hsunmix.methods.extraction.lp import _program
from hsunmix.model.progress import finish
from tests.methods.reference import SCENES, entries, load, numbers

MODELS: list[tuple[str, dict[str, Any]]] = [("fgnsr", {}), ("lp", {}), ("lp", {"model": "hottopixx"})]


def separable(rank: int, pixels: int, seed: int, shade: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """A scene without noise, and which material every pixel is (rank: a mixture)."""
    rng = np.random.default_rng(seed)
    w = rng.random((30, rank))
    h = np.hstack([np.eye(rank), rng.dirichlet(np.ones(rank), pixels - rank).T])
    if shade:
        h[:, rank:] *= rng.uniform(0.4, 1, pixels - rank)
    order = rng.permutation(pixels)
    return (w @ h)[:, order], np.minimum(order, rank)


@pytest.mark.parametrize(("method", "options"), MODELS)
@pytest.mark.parametrize(("pixels", "shade"), [(50, False), (50, True), (900, False)])
def test_the_vertices_of_a_separable_scene(
    method: str, options: dict[str, Any], pixels: int, shade: bool
) -> None:
    for rank in (2, 5, 8):
        x, material = separable(rank, pixels, rank, shade)
        result = hsunmix.unmix(x, method, rank=rank, **options)
        assert result.source_pixels is not None
        assert sorted(material[result.source_pixels]) == list(range(rank))
        assert result.relative_error < 1e-5


def test_the_diagonal_alone_is_the_vertices() -> None:
    """The model itself, without the choice after it."""
    x, material = separable(5, 60, 0)
    points = finish(path(x, np.ones(60), 2000, lambda point: point.diagonal.sum() > 4.9))
    diagonal = points[-1].diagonal
    assert sorted(material[np.argsort(-diagonal)[:5]]) == [0, 1, 2, 3, 4]
    assert diagonal[material < 5].min() > 0.9
    assert diagonal[material == 5].max() < 0.1
    trace = [point.diagonal.sum() for point in points]
    assert (np.diff(trace) > -1e-3).all()
    assert (np.diff([point.error for point in points]) < 1e-3).all()


def test_the_linear_program_alone_is_the_vertices() -> None:
    x, material = separable(4, 30, 1)
    for w, sizes in ((x.sum(axis=0), np.ones(30)), (np.ones(30), None)):
        z = x if sizes is not None else x / x.sum(axis=0)
        solution = linprog(**_program(z, w, sizes, 4), method="highs-ds")
        assert solution.fun == pytest.approx(0, abs=1e-7)
        diagonal = solution.x[: 30 * 30 : 31]
        np.testing.assert_allclose(diagonal[material < 4], 1, atol=1e-6)


def test_projection_onto_omega() -> None:
    """A step without gradient is the projection: compare with a search for every row's diagonal."""
    rng = np.random.default_rng(0)
    n = 12
    c = rng.uniform(0.3, 2, n)
    y = rng.standard_normal((n, n))
    x, t = np.zeros((n, n)), np.zeros(n)
    step(np.zeros((n, n)), np.arange(n), c, 0.0, 1.0, x, y.copy(), t, 0.0)
    for i in range(n):

        def row(tau: float, i: int = i) -> np.ndarray:
            clipped = np.clip(y[i], 0, c / c[i] * tau)
            clipped[i] = tau
            return clipped

        best = minimize_scalar(
            lambda tau, i=i, row=row: ((row(tau) - y[i]) ** 2).sum(), bounds=(0, 1), options={"xatol": 1e-10}
        )
        np.testing.assert_allclose(x[i], row(best.x), atol=1e-6)


def test_optimum_against_projected_gradient() -> None:
    """Leaving rows out, momentum and restarts change nothing about the optimum."""
    rng = np.random.default_rng(1)
    m = rng.random((8, 20))
    points = finish(path(m, np.ones(20), 20_000, lambda point: point.diagonal.sum() > 3))
    mu, length = points[-1].mu, np.linalg.norm(m)
    size = np.linalg.norm(m, 2) ** 2
    x, t = np.zeros((20, 20)), np.zeros(20)
    for _ in range(20_000):
        step(m.T @ (m @ x - m), np.arange(20), np.ones(20), mu, size, x, x.copy(), t, 0.0)
    plain = 0.5 * np.linalg.norm(m - m @ x) ** 2 + mu * np.trace(x)
    ours = 0.5 * (points[-1].error * length) ** 2 + mu * points[-1].diagonal.sum()
    assert ours == pytest.approx(plain, rel=1e-4)


def test_an_odd_pixel_is_ignored() -> None:
    rng = np.random.default_rng(2)
    w = rng.random((30, 3))
    x = w @ rng.dirichlet(np.full(3, 0.1), 2000).T
    x[:, 77] = 3 * rng.random(30)
    found = hsunmix.unmix(x, "fgnsr", rank=3).source_pixels
    assert found is not None
    assert 77 not in found
    plain = hsunmix.unmix(x, "spa", rank=3).source_pixels
    assert plain is not None
    assert 77 in plain


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("count", [100, 500])
def test_the_authors_errors(shared: Path, scene: str, count: int) -> None:
    if scene == "salton_sea" and count == 500:
        pytest.skip("no such row")
    x = load(shared, scene)
    for entry in entries(shared, scene, f"FGNSR on {count}"):
        assert len(numbers(entry["notes"], "cluster_sizes")) == count
        result = hsunmix.unmix(x, "fgnsr", rank=entry["rank"], candidates=count)
        assert 100 * result.relative_error <= 1.005 * entry["relative_error_percent"]


def test_lp_on_a_real_scene(shared: Path) -> None:
    """No program of the authors is at hand: at least as good as spa and h2nmf."""
    x = load(shared, "jasper")
    errors = {m: hsunmix.unmix(x, m, rank=4).relative_error for m in ("spa", "h2nmf", "lp")}
    assert errors["lp"] < min(errors["spa"], errors["h2nmf"])


def test_a_program_that_takes_too_long_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Late:
        x = None

    monkeypatch.setattr("scipy.optimize.linprog", lambda **kwargs: Late())
    with pytest.raises(hsunmix.HsunmixError, match="fewer candidates"):
        hsunmix.unmix(separable(3, 50, 0)[0], "lp", rank=3)
