"""Exact abundances against independent solvers, pixel by pixel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import quadprog
import scipy.io
from numpy.typing import NDArray
from scipy.optimize import nnls

import hsunmix
from hsunmix.kernels import active_set, many_endmembers
from hsunmix.kernels import least_squares as kernels
from tests.kernels.made import EACH, RANKS, Case, close, counts_of, padded, spectra_of, tiles_of, wide
from tests.kernels.oracles import least_squares as oracles
from tests.kernels.pixels import SOLVED, Solved, check

Array = NDArray[np.float64]


TABLE, PIVOTS = kernels.constrained, many_endmembers.constrained
SOLVERS = pytest.mark.parametrize(
    "solver", [TABLE, PIVOTS, active_set.constrained], ids=["table", "pivots", "one by one"]
)


@SOLVED
def test_constrained(case: Solved) -> None:
    if case.sizes.r <= 62:  # the bits of a set
        check(kernels.constrained, oracles.constrained, case)


@EACH
def test_unconstrained(case: Case) -> None:
    tiles, inverse = tiles_of(case, case.rng, -1), spectra_of(case, case.rng) - 0.5
    h = np.full((len(tiles), case.r, case.width), np.nan, np.float32)
    kernels.unconstrained(tiles, counts_of(case), inverse, h)
    expected = [oracles.unconstrained(inverse, *wide(x)) for x in tiles]
    close(h, padded(np.array(expected), case, np.float64), 2 * case.bands, 1e-7)


def test_table_size() -> None:
    ranks = [r for r in RANKS if r <= 62]
    assert [kernels.table_size(r) for r in ranks] == [oracles.table_size(r) for r in ranks]


def solve(w: Array, x: NDArray[np.float32], simplex: bool, solver: Any = TABLE, **table: int) -> Array:
    """Run a kernel on one tile of any width, and have it say that its promises are kept."""
    h = np.empty((1, w.shape[1], x.shape[1]), np.float32)
    counts = np.array([x.shape[1]])
    wt = np.ascontiguousarray(w.T)
    r = len(wt)
    tiles, none, same = np.ascontiguousarray(x[None]), np.zeros(r), np.ones(r)
    assert solver(tiles, counts, wt, wt @ w, simplex, h, none, same, **table) == 0
    return h[0].astype(np.float64)


def by_quadprog(w: Array, x: Array) -> Array:
    """min ‖x − W h‖² with h ≥ 0, Σh = 1, by Goldfarb and Idnani's method."""
    r = w.shape[1]
    constraints = np.hstack([np.ones((r, 1)), np.eye(r)])
    bounds = np.r_[1.0, np.zeros(r)]
    g = w.T @ w
    return np.array([quadprog.solve_qp(g, w.T @ v, constraints, bounds, 1)[0] for v in x.T]).T


def by_scipy(w: Array, x: Array) -> Array:
    return np.array([nnls(w, v)[0] for v in x.T]).T


@pytest.mark.parametrize("rank", [1, 2, 5, 12, 20])
@pytest.mark.parametrize("simplex", [False, True], ids=["nnls", "fcls"])
@SOLVERS
def test_agrees_with_independent_solvers(rank: int, simplex: bool, solver: Any) -> None:
    rng = np.random.default_rng(rank)
    w = rng.random((40, rank))
    # Mixtures, noise, pixels outside the cone on every side, and one that is zero.
    x = (w @ rng.dirichlet(np.full(rank, 0.4), 200).T + 0.3 * rng.standard_normal((40, 200))).astype(
        np.float32
    )
    x[:, 7] = 0
    x[:, 8] *= -1
    expected = (by_quadprog if simplex else by_scipy)(w, x.astype(np.float64))
    found = solve(w, x, simplex, solver)
    np.testing.assert_allclose(found, expected, atol=1e-5 * max(1.0, np.abs(expected).max()))
    assert found.min() >= 0


def test_a_small_table_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    w, x = rng.random((30, 9)), rng.random((30, 150), dtype=np.float32)
    np.testing.assert_array_equal(solve(w, x, False, table=1), solve(w, x, False, table=512))


@pytest.mark.parametrize("simplex", [False, True], ids=["nnls", "fcls"])
@SOLVERS
def test_dependent_spectra_still_reach_the_optimum(simplex: bool, solver: Any) -> None:
    rng = np.random.default_rng(1)
    w = rng.random((30, 4))
    black = np.zeros(30)  # a corner like any other where the sum is one, nothing where it is free
    twice = np.column_stack([w, w[:, 1], w[:, 0] * 0.5 + w[:, 2] * 0.5, black])
    x = (w @ rng.dirichlet(np.ones(4), 80).T + 0.05 * rng.standard_normal((30, 80))).astype(np.float32)
    found = solve(twice, x, simplex, solver)
    assert found.min() >= 0
    if simplex:
        np.testing.assert_allclose(found.sum(axis=0), 1, atol=1e-6)
        lit = np.vstack([np.column_stack([w, black]), np.ones(5)])  # one more band, the same for all
        best = by_quadprog(lit, np.vstack([x, np.ones(80)]).astype(np.float64))[:4]
    else:
        best = by_scipy(w, x.astype(np.float64))
    np.testing.assert_allclose(
        np.linalg.norm(x - twice @ found, axis=0), np.linalg.norm(x - w @ best, axis=0), rtol=1e-6
    )


@pytest.mark.parametrize("rank", [8, 30])
@SOLVERS
def test_optimality_conditions(solver: Any, rank: int) -> None:
    """Nothing is below zero, gradients are ≥ 0, and zero where the abundance isn't."""
    rng = np.random.default_rng(2)
    w = np.cumsum(rng.random((60, rank)), axis=0)  # nearly collinear spectra
    x = (w @ rng.dirichlet(np.ones(rank) * 0.2, 300).T).astype(np.float32) * rng.uniform(
        0.9, 1.1, 300
    ).astype("f4")
    h = solve(w, x, False, solver)
    gradient = w.T @ (w @ h - x)
    size = np.abs(w.T @ x).max(axis=0)
    assert (gradient / size).min() > -1e-6
    assert np.abs(np.where(h > 0, gradient / size, 0)).max() < 1e-5


@pytest.mark.parametrize("method", ["nnls", "fcls"])
@pytest.mark.parametrize("scene", ["samson", "jasper"])
def test_real_scenes(shared: Path, scene: str, method: str) -> None:
    if scene == "samson":
        x, rank = scipy.io.loadmat(shared / "data/samson/samson_1.mat")["V"], 3
    else:
        data = scipy.io.loadmat(shared / "data/jasper_ridge/jasperRidge2_R198.mat")
        x, rank = data["Y"] / data["maxValue"].item(), 4
    w = x[:, hsunmix.unmix(x, "spa", rank=rank).source_pixels]
    found = hsunmix.abundances(x, w, method)
    pick = np.random.default_rng(0).choice(x.shape[1], 1500, replace=False)
    expected = (by_quadprog if method == "fcls" else by_scipy)(w, x[:, pick])
    relative = np.abs(found[:, pick] - expected).max(axis=0) / np.abs(expected).max(axis=0)
    assert relative.max() < 1e-5
