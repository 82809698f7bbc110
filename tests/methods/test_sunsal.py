"""Sparse abundances against ADMM and the optimality conditions, for small and large libraries."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.scenes import library_problem, solved

Array = NDArray[np.float64]


def admm(w: Array, x: Array, weight: float, simplex: bool) -> Array:
    """Bioucas-Dias and Figueiredo's iteration, run for long."""
    r, mu = w.shape[1], 5.0
    inverse = np.linalg.inv(w.T @ w + mu * np.eye(r))
    u = d = np.zeros((r, x.shape[1]))
    shrink = inverse.sum(axis=1, keepdims=True) / inverse.sum()
    for _ in range(20_000):
        z = inverse @ (w.T @ x + mu * (u + d))
        if simplex:
            z = z - shrink * (z.sum(axis=0) - 1)
        u = np.maximum(z - d - weight / mu, 0)
        d = d - (z - u)
    return u


@pytest.mark.parametrize("rank", [6, 40, 90])
@pytest.mark.parametrize("simplex", [False, True])
def test_agrees_with_admm(rank: int, simplex: bool) -> None:
    w, x = library_problem(rank, pixels=30)
    weight = 0.02 * (w**2).sum(axis=0).mean()
    found = solved(x, w, "sunsal", penalty=0.02, sum_to_one=simplex)
    np.testing.assert_allclose(found, admm(w, x, weight, simplex), atol=2e-3 if rank > 60 else 1e-4)
    if simplex:
        np.testing.assert_allclose(found.sum(axis=0), 1, atol=1e-6)


@pytest.mark.parametrize("rank", [10, 62, 63, 240])
@pytest.mark.parametrize("penalty", [0.0, 0.01, 0.2])
def test_optimality_conditions(rank: int, penalty: float) -> None:
    w, x = library_problem(rank, 1)
    h = solved(x, w, "sunsal", penalty=penalty)
    gradient = w.T @ (w @ h - x) + penalty * (w**2).sum(axis=0).mean()
    assert h.min() >= 0
    assert gradient.min() > -1e-5
    assert np.abs(np.where(h > 1e-8, gradient, 0)).max() < 1e-5


def test_no_penalty_is_nnls_and_more_is_sparser() -> None:
    w, x = library_problem(30)
    np.testing.assert_allclose(solved(x, w, "sunsal", penalty=0.0), solved(x, w, "nnls"), atol=1e-6)
    present = [(solved(x, w, "sunsal", penalty=p) > 0).mean() for p in (0.0, 0.01, 0.1)]
    assert (np.diff(present) < 0).all()


@pytest.mark.parametrize("rank", [8, 80])
def test_dependent_and_empty_spectra(rank: int) -> None:
    w, x = library_problem(rank)
    w[:, 1] = w[:, 0]
    w[:, 2] = 0
    for simplex in (False, True):
        h = solved(x, w, "sunsal", sum_to_one=simplex)
        assert np.isfinite(h).all()
        assert h.min() >= 0
