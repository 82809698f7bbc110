"""The careful solver and what it is made of."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.kernels import active_set as kernels
from tests.kernels.made import RANKS, close
from tests.kernels.oracles import active_set as oracles
from tests.kernels.pixels import SOLVED, Solved, check

SIMPLEX = pytest.mark.parametrize("simplex", [False, True], ids=["nnls", "fcls"])
KERNEL = pytest.mark.parametrize("r", RANKS)


def gram(r: int, scale: float = 1.0) -> np.ndarray:
    w = np.random.default_rng(r).random((r + 20, r)) * scale
    return w.T @ w


@KERNEL
@SIMPLEX
def test_lift(r: int, simplex: bool) -> None:
    for g in (gram(r), np.zeros((r, r)), gram(r, 1e-90)):
        assert kernels.lift_of(g) == pytest.approx(oracles.lift_of(g), rel=1e-13)
        np.testing.assert_allclose(kernels.lifted(g, simplex), oracles.lifted(g, simplex), rtol=1e-13)


@KERNEL
def test_scratch(r: int) -> None:
    for most in (1, 3, r, 200):
        assert [array.shape for array in kernels.scratch(r, most)] == oracles.scratch(r, most)


@KERNEL
def test_best_single(r: int) -> None:
    g, c = gram(r), np.random.default_rng(r).standard_normal((40, r)) * r
    assert [kernels.best_single(g, one) for one in c] == [oracles.best_single(g, one) for one in c]


@KERNEL
def test_alike(r: int) -> None:
    for factor in (0.0, 1.0, 0.9e-3, 1.1e-3, 0.9e3, 1.1e3):
        lengths = np.where(np.arange(r) == r // 2, factor, 1.0)
        g = np.outer(lengths, lengths)
        assert kernels.alike(g) == oracles.alike(g), factor


@KERNEL
@SIMPLEX
def test_broken(r: int, simplex: bool) -> None:
    rng = np.random.default_rng(r)
    for kind in (np.float32, np.float64):
        h = rng.dirichlet(np.ones(r), 40).T.astype(kind)
        assert kernels.broken(h, 40, simplex) == 0
        for k, value in enumerate((np.nan, np.inf, -np.inf, -1e-30, -0.0, h[-1, 5] + 3e-6, h[-1, 6] + 1e-7)):
            h[-1, k] = value
        for count in (0, 1, 3, 5, 6, 40):
            assert kernels.broken(h, count, simplex) == oracles.broken(h, count, simplex), count


@KERNEL
@SIMPLEX
def test_solve(r: int, simplex: bool) -> None:
    w = np.random.default_rng(r).random((r + 20, r))
    pixels = np.random.default_rng(r).random((25, r + 20)) - 0.1
    for most in {1, 2, r // 2 or 1, r}:
        g, h, space = w.T @ w, np.empty(r), kernels.scratch(r, most)
        for c in pixels @ w:
            size = kernels.solve(g, c, simplex, most, h, space)
            expected = oracles.solve(g, c, simplex, most)
            close(h, expected, np.abs(expected).max(), 1e-9)
            assert size == (h > 0).sum() <= most


@SOLVED
def test_constrained(case: Solved) -> None:
    check(kernels.constrained, oracles.constrained, case)


@SOLVED
def test_constrained_with_few_members(case: Solved) -> None:
    check(kernels.constrained, oracles.constrained, case._replace(simplex=False), 2)
