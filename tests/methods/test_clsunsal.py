"""Collaborative sparse unmixing: the optimum by a plain solver, its conditions, and a planted library."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

import hsunmix
from tests.scenes import solved


def planted(spectra: int = 120, pixels: int = 700, snr: float = 30, seed: int = 0) -> tuple[np.ndarray, ...]:
    """A library of smooth spectra of different brightness, five of which make the scene."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, 80)[:, None]
    w = 0.05 + sum(
        rng.random(spectra)
        * np.exp(-(((place - rng.random(spectra)) / rng.uniform(0.03, 0.2, spectra)) ** 2))
        for _ in range(4)
    )
    w *= rng.uniform(0.3, 2, spectra)
    true = rng.choice(spectra, 5, replace=False)
    h = np.zeros((spectra, pixels))
    h[true] = rng.dirichlet(np.full(5, 0.6), pixels).T
    x = w @ h
    noise = rng.standard_normal(x.shape)
    return x + noise * np.linalg.norm(x) / np.linalg.norm(noise) * 10 ** (-snr / 20), w, h, true


def weight(x: np.ndarray, unit: np.ndarray, penalty: float) -> float:
    return penalty * float(np.linalg.norm(np.maximum(unit.T @ x, 0), axis=1).max())


def loss(x: np.ndarray, unit: np.ndarray, z: np.ndarray, penalty: float) -> float:
    return 0.5 * float(np.linalg.norm(x - unit @ z) ** 2) + penalty * float(np.linalg.norm(z, axis=1).sum())


def plain(x: np.ndarray, unit: np.ndarray, penalty: float, steps: int = 30_000) -> np.ndarray:
    """Proximal gradient, all spectra, no momentum."""
    z, size = np.zeros((unit.shape[1], x.shape[1])), np.linalg.norm(unit, 2) ** 2
    for _ in range(steps):
        z = np.maximum(z - unit.T @ (unit @ z - x) / size, 0)
        z *= np.maximum(1 - penalty / size / np.maximum(np.linalg.norm(z, axis=1, keepdims=True), 1e-300), 0)
    return z


@pytest.mark.parametrize("penalty", [0.5, 0.1, 0.01])
def test_optimum_against_plain_proximal_gradient(penalty: float) -> None:
    rng = np.random.default_rng(1)
    w = rng.random((12, 8)) * rng.uniform(0.1, 10, 8)
    x = w @ np.maximum(rng.standard_normal((8, 40)), 0) + 0.1 * rng.standard_normal((12, 40))
    length = np.linalg.norm(w, axis=0)
    unit = w / length
    amount = weight(x, unit, penalty)
    ours = solved(x, w, "clsunsal", penalty=penalty, max_iterations=20_000) * length[:, None]
    known = plain(x, unit, amount)
    assert loss(x, unit, ours, amount) == pytest.approx(loss(x, unit, known, amount), rel=1e-5)
    assert (ours.any(axis=1) == (np.linalg.norm(known, axis=1) > 1e-3 * np.linalg.norm(known))).all()


def test_optimum_against_a_general_solver() -> None:
    rng = np.random.default_rng(2)
    unit = rng.random((6, 4))
    unit /= np.linalg.norm(unit, axis=0)
    x = unit @ rng.random((4, 5))
    amount = weight(x, unit, 0.2)
    known = minimize(
        lambda z: loss(x, unit, z.reshape(4, 5), amount),
        np.full(20, 0.3),
        bounds=[(0, None)] * 20,
        options={"maxiter": 20_000, "maxfun": 10**6, "ftol": 1e-14, "gtol": 1e-9},
    ).fun
    ours = solved(x, unit, "clsunsal", penalty=0.2, max_iterations=20_000)
    assert loss(x, unit, ours, amount) <= known * (1 + 1e-5)


def test_conditions_of_the_optimum() -> None:
    """A spectrum in use has a slope of λ along its row; the others have none above λ."""
    x, w, _, _ = planted(60, 300)
    length = np.linalg.norm(w, axis=0)
    unit = w / length
    amount = weight(x, unit, 0.02)
    z = solved(x, w, "clsunsal", penalty=0.02, max_iterations=20_000) * length[:, None]
    slope = unit.T @ (x - unit @ z)
    norms = np.linalg.norm(z, axis=1)
    used = norms > 0
    assert np.linalg.norm(np.maximum(slope[~used], 0), axis=1).max() <= amount * 1.01
    wanted = amount * z[used] / norms[used][:, None]
    inside = z[used] > 1e-3 * z.max()
    np.testing.assert_allclose(slope[used][inside], wanted[inside], atol=0.02 * amount)


def test_the_spectra_of_the_scene_are_found_in_a_large_library() -> None:
    for seed in range(3):
        x, w, h, true = planted(seed=seed)
        found = solved(x, w, "clsunsal", penalty=0.01)
        assert set(true) <= set(np.flatnonzero(found.any(axis=1)))
        assert found.any(axis=1).sum() <= 25
        exact = solved(x, w, "clsunsal", penalty=0.01, refit=True)
        alone = solved(x, w, "nnls")
        rmse = [float(np.sqrt(((one - h) ** 2).mean())) for one in (exact, alone)]
        assert rmse[0] < rmse[1]


def test_the_ends_of_the_penalty() -> None:
    x, w, _, _ = planted(20, 100)
    np.testing.assert_array_equal(solved(x, w, "clsunsal", penalty=0.0), solved(x, w, "nnls"))
    assert not solved(x, w, "clsunsal", penalty=1.0).any()


def test_it_says_how_many_are_left() -> None:
    x, w, _, _ = planted(30, 200)
    found = hsunmix.unmix(
        x, "hals", rank=30, init=w, locked=range(30), abundance="clsunsal", max_iterations=1
    )
    assert "of 30 spectra are in the scene" in found.note
