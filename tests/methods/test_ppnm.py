"""A bend for each pixel: the optimum by general solvers, planted bends, linear scenes, sigmas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

import hsunmix
from hsunmix.bench.planted import planted
from hsunmix.engine.loading import from_array
from hsunmix.methods.running import pipeline
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from hsunmix.model.unmixing import Unmixing

BANDS, RANK = 40, 4


def made(
    bend: Any = 0.3, noise: float = 0.003, pixels: int = 150, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bent mixtures (bands, pixels), their spectra and abundances."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, BANDS)[:, None]
    w = 0.1 + 0.6 * np.exp(-(((place - np.linspace(0.1, 0.9, RANK)) / 0.2) ** 2))
    h = rng.dirichlet(np.full(RANK, 0.7), pixels).T
    y = w @ h
    return y + bend * y**2 + noise * rng.standard_normal(y.shape), w, h


def run(x: np.ndarray, w: np.ndarray, **parameters: Any) -> Unmixing:
    return finish(pipeline.solve(from_array(x), w, Choice("ppnm", parameters)))


def values(result: Unmixing, name: str) -> np.ndarray:
    return np.asarray(result.maps[name].values).reshape(-1)


def error(x: np.ndarray, w: np.ndarray, h: np.ndarray, bend: float) -> float:
    y = w @ h
    return float(((x - y - bend * y**2) ** 2).sum())


def best(x: np.ndarray, w: np.ndarray, simplex: bool, starts: int = 4) -> float:
    """The least error by a general solver, from several starts."""
    rng = np.random.default_rng(1)
    sums = [{"type": "eq", "fun": lambda p: p[:-1].sum() - 1}] if simplex else []
    return min(
        minimize(
            lambda p: 1e3 * error(x, w, p[:-1], p[-1]),
            [*rng.dirichlet(np.ones(RANK)), 0.1],
            bounds=[(0, None)] * RANK + [(None, None)],
            constraints=sums,
            options={"ftol": 1e-13, "maxiter": 500},
            method="SLSQP",
        ).fun / 1e3
        for _ in range(starts)
    )  # fmt: skip


@pytest.mark.parametrize("simplex", [True, False])
def test_the_optimum_against_a_general_solver(simplex: bool) -> None:
    x, w, _ = made(noise=0.02, pixels=12)
    found = run(x, w, sum_to_one=simplex)
    for t in range(12):
        h, bend = found.abundances[:, t].astype(np.float64), values(found, "bend")[t]
        own = error(x[:, t], w, h, bend)
        assert own <= best(x[:, t], w, simplex) * (1 + 1e-4)
        assert values(found, "bent_rmse")[t] == pytest.approx(np.sqrt(own / BANDS), rel=1e-4)
    if simplex:
        np.testing.assert_allclose(found.abundances.sum(axis=0), 1, atol=1e-6)


@pytest.mark.parametrize("bend", [-0.25, 0.4])
def test_planted_bends_come_back(bend: float) -> None:
    x, w, h = made(bend, noise=0.0)
    found = run(x, w)
    np.testing.assert_allclose(values(found, "bend"), bend, atol=1e-3)
    np.testing.assert_allclose(found.abundances, h, atol=1e-3)
    assert set(values(found, "mixing")) == {1 if bend > 0 else 2}
    plain = hsunmix.abundances(x, w, "fcls")
    assert np.abs(plain - h).max() > 0.02


def test_sigmas_are_those_of_the_noise() -> None:
    """Bends of linear pixels well inside the simplex spread as they say: by one sigma."""
    x, w, _ = made(0.0, noise=0.01, pixels=2000)
    h = np.random.default_rng(3).dirichlet(np.full(RANK, 20.0), 2000).T
    x = w @ h + 0.01 * np.random.default_rng(4).standard_normal(x.shape)
    found = run(x, w)
    sigmas = values(found, "bend_sigmas")
    assert 0.9 < sigmas.std() < 1.15
    assert abs(sigmas.mean()) < 0.1
    np.testing.assert_array_equal(np.abs(sigmas) >= 3, values(found, "mixing") > 0)


def test_never_worse_than_linear() -> None:
    x = made(0.2, noise=0.05)[0]
    w = made()[1]
    for simplex, plain in ((True, "fcls"), (False, "nnls")):
        linear = finish(pipeline.solve(from_array(x), w, Choice(plain))).rmse
        assert (values(run(x, w, sum_to_one=simplex), "bent_rmse") <= linear * (1 + 1e-5)).all()


def test_the_bend_is_in_the_units_of_the_cube() -> None:
    x, w, _ = made(0.3, noise=0.001, pixels=40)
    plain = values(run(x, w), "bend")
    for scale in (10_000.0, 1e25):
        np.testing.assert_allclose(values(run(x * scale, w * scale), "bend") * scale, plain, rtol=1e-2)


@pytest.mark.parametrize(
    ("kind", "simplex", "least", "most"),
    [
        ("pure", True, 0, 0.04),
        ("bilinear", True, 0.7, 1),
        ("shade", False, 0, 0.03),
        ("pure", False, 0, 0.03),
    ],
)
def test_bilinear_scenes_are_flagged_and_linear_ones_not(
    kind: str, simplex: bool, least: float, most: float
) -> None:
    made = planted(kind, 0)
    bent = values(run(made.x[:, ::7], made.endmembers, sum_to_one=simplex), "mixing") > 0
    assert least <= bent.mean() <= most
