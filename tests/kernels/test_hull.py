"""Distances from cones and hulls: optimality conditions, and an independent solver."""

from __future__ import annotations

import numpy as np
import pytest
import quadprog
from numpy.typing import NDArray

from hsunmix.engine.loading import from_array
from hsunmix.kernels import hull as kernels
from hsunmix.kernels.hull import HELD, project, total_residual
from hsunmix.methods.extraction._model import Model
from hsunmix.model.progress import finish
from tests.kernels.made import RANKS, Case, close, counts_of, padded, spectra_of
from tests.kernels.oracles import hull as oracles
from tests.kernels.pixels import SHAPES
from tests.scenes import mixture

Array = NDArray[np.float64]


def scene(r: int) -> tuple[Case, NDArray[np.float32], Array]:
    """Sizes, tiles of mixtures that are too bright, too dark and negative, and spectra (bands, r)."""
    case = Case(r, r + 9, *SHAPES[r % len(SHAPES)])
    w, rng = spectra_of(case, case.rng).T, case.rng
    h = rng.dirichlet(np.full(r, 0.4), (len(case.counts), case.width)) * rng.uniform(
        -0.3, 1.6, (len(case.counts), case.width, 1)
    )
    tiles = padded((h @ w.T).transpose(0, 2, 1) + 0.1 * rng.standard_normal((1, case.bands, 1)), case)
    tiles.flags.writeable = False
    return case, tiles, w


@pytest.mark.parametrize("bounded", [False, True], ids=["cone", "hull"])
@pytest.mark.parametrize("r", RANKS)
def test_project(r: int, bounded: bool) -> None:
    """Begun from what is known of the spectra but the last."""
    case, tiles, w = scene(r)
    n, g, x = len(tiles), w.T @ w, tiles.astype(np.float64)
    right, sets = np.full((n, r + 2, case.width), np.nan), np.zeros((n, case.width), np.int64)
    right[:, : r - 1] = np.einsum("bk,nbt->nkt", w[:, :-1], x)
    norms = (x**2).sum(axis=1)
    for skip in (0.0, float(np.median(norms))):
        residual, last = norms.copy(), np.ascontiguousarray(w[:, -1])
        kernels.project(tiles, counts_of(case), norms, last, g, bounded, 64, skip, right, sets, residual)
        close(right[:, r - 1], np.einsum("b,nbt->nt", last, x), case.bands, 1e-13)
        expected = norms.copy()
        for i, count in enumerate(case.counts):
            far = np.flatnonzero(norms[i, :count] >= skip)
            expected[i, far] = oracles.project(w, x[i][:, far], bounded)
        close(residual, expected, norms.max(), 1e-10)


@pytest.mark.parametrize("bounded", [False, True], ids=["cone", "hull"])
@pytest.mark.parametrize("r", RANKS)
def test_total_residual(r: int, bounded: bool) -> None:
    case, tiles, w = scene(r)
    x = tiles.astype(np.float64)
    rows = np.random.default_rng(r).permutation(r + 3)[:r]  # the rest are of other spectra
    right = np.full((len(x), r + 3, case.width), 1e9)
    right[:, rows] = np.einsum("bk,nbt->nkt", w, x)
    norms, g, counts = (x**2).sum(axis=1), w.T @ w, counts_of(case)
    parts = [
        oracles.total_residual(c[:, :count], n[:count], g, bounded)
        for c, n, count in zip(right[:, rows], norms, case.counts, strict=True)
    ]
    total = kernels.total_residual(right, rows, counts, norms, g, bounded, 64, np.inf)
    close(np.array(total), np.array(sum(parts)), norms.sum(), 1e-10)
    some = kernels.total_residual(right, rows, counts, norms, g, bounded, 64, parts[0] / 2)
    close(np.array(some), np.array(parts[0]), norms.sum(), 1e-10)


def solve(
    w: Array, x: NDArray[np.float32], bounded: bool, table: int = 64
) -> tuple[Array, NDArray[np.int64]]:
    """Squared distances and sets, spectra being taken in one after the other."""
    r, count = w.shape[1], x.shape[1]
    norms = np.square(x.astype(np.float64)).sum(axis=0)[None]
    right, sets, residual = np.empty((1, r, count)), np.zeros((1, count), np.int64), norms.copy()
    for k in range(1, r + 1):
        g = w[:, :k].T @ w[:, :k]
        last = np.ascontiguousarray(w[:, k - 1])
        project(x[None], np.array([count]), norms, last, g, bounded, table, 0.0, right, sets, residual)
    return residual[0], sets[0]


def by_quadprog(w: Array, x: NDArray[np.float32], bounded: bool) -> Array:
    r = w.shape[1]
    constraints, bounds = np.eye(r), np.zeros(r)
    if bounded:
        constraints, bounds = np.hstack([constraints, -np.ones((r, 1))]), np.r_[bounds, -1.0]
    h = np.array(
        [quadprog.solve_qp(w.T @ w, w.T @ v, constraints, bounds)[0] for v in x.T.astype(np.float64)]
    )
    return np.square(x - w @ h.T).sum(axis=0)


def points(w: Array, seed: int) -> NDArray[np.float32]:
    """Mixtures, noise, bright pixels whose sums want to exceed one, a zero and a negative one."""
    rng = np.random.default_rng(seed)
    h = rng.dirichlet(np.full(w.shape[1], 0.4), 300).T * rng.uniform(0.3, 1.6, 300)
    x = w @ h + 0.2 * rng.standard_normal((len(w), 300))
    x[:, 7] = 0
    x[:, 8] *= -1
    return x.astype(np.float32)


@pytest.mark.parametrize("bounded", [False, True], ids=["cone", "hull"])
@pytest.mark.parametrize("rank", [1, 2, 5, 9, 16])
def test_agrees_with_an_independent_solver(rank: int, bounded: bool) -> None:
    w = np.random.default_rng(rank).random((40, rank))
    x = points(w, rank)
    found, sets = solve(w, x, bounded)
    expected = by_quadprog(w, x, bounded)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * expected.max())
    assert ((sets & HELD) != 0).any() == bounded


@pytest.mark.parametrize("bounded", [False, True], ids=["cone", "hull"])
def test_optimality_conditions(bounded: bool) -> None:
    """On the set found the gradient is −λ, elsewhere no less; h ≥ 0, Σh ≤ 1, λ ≥ 0, λ (1 − Σh) = 0."""
    w = np.cumsum(np.random.default_rng(0).random((60, 8)), axis=0)  # nearly collinear spectra
    x = points(w, 1)
    residual, sets = solve(w, x, bounded)
    held_somewhere = False
    for state, v, squared in zip(sets, x.T.astype(np.float64), residual, strict=True):
        members = [i for i in range(8) if state >> i & 1]
        held = bool(state & HELD)
        held_somewhere |= held
        a = w[:, members]
        h, lam = np.zeros(8), 0.0
        if members and held:
            one = np.ones((len(members), 1))
            solution = np.linalg.solve(
                np.block([[a.T @ a, one], [one.T, np.zeros((1, 1))]]), np.r_[a.T @ v, 1.0]
            )
            h[members], lam = solution[:-1], solution[-1]
        elif members:
            h[members] = np.linalg.solve(a.T @ a, a.T @ v)
        gradient = w.T @ (w @ h - v) + lam
        size = np.abs(w.T @ v).max() + 1e-300
        assert h.min() >= -1e-8
        assert gradient.min() / size >= -1e-9
        assert lam >= -1e-9 * size
        if bounded:
            assert h.sum() <= 1 + 1e-8
        assert np.square(v - w @ h).sum() == pytest.approx(squared, rel=1e-6, abs=1e-9 * (v @ v))
    assert held_somewhere == bounded


@pytest.mark.parametrize("bounded", [False, True], ids=["cone", "hull"])
def test_dependent_spectra_still_reach_the_optimum(bounded: bool) -> None:
    rng = np.random.default_rng(1)
    w = rng.random((30, 4))
    twice = np.column_stack([w, w[:, 1], w[:, 0] * 0.5 + w[:, 2] * 0.5])
    x = points(w, 2)
    np.testing.assert_allclose(solve(twice, x, bounded)[0], by_quadprog(w, x, bounded), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("bounded", [False, True], ids=["cone", "hull"])
@pytest.mark.parametrize("rank", [62, 90])
def test_more_endmembers_than_a_set_has_bits(rank: int, bounded: bool) -> None:
    w = np.random.default_rng(rank).random((120, rank))
    x = points(w, rank)[:, :40]
    norms = np.square(x.astype(np.float64)).sum(axis=0)[None]
    right = (w.T @ x.astype(np.float64))[None]
    total = total_residual(right, np.arange(rank), np.array([40]), norms, w.T @ w, bounded, 1 << 13, np.inf)
    assert total == pytest.approx(by_quadprog(w, x, bounded).sum(), rel=1e-9)


@pytest.mark.parametrize("bounded", [False, True], ids=["cone", "hull"])
def test_black_and_nearly_equal_spectra(bounded: bool) -> None:
    w = np.random.default_rng(3).random((30, 4))
    more = np.column_stack([w, np.zeros(30), w[:, 0] * (1 + 1e-7), 0.3 * w[:, 1]])
    x = points(w, 3)
    np.testing.assert_allclose(solve(more, x, bounded)[0], by_quadprog(w, x, bounded), rtol=1e-6, atol=1e-6)


def test_a_small_table_changes_nothing() -> None:
    w = np.random.default_rng(0).random((30, 9))
    x = points(w, 0)
    np.testing.assert_array_equal(solve(w, x, True, table=1)[0], solve(w, x, True, table=1024)[0])


def test_the_total_is_the_sum() -> None:
    w = np.random.default_rng(0).random((30, 5))
    x = points(w, 0)
    right = (w.T @ x.astype(np.float64))[None]
    norms = np.square(x.astype(np.float64)).sum(axis=0)[None]
    rows = np.array([3, 0, 4])
    some = w[:, rows]
    total = total_residual(right, rows, np.array([300]), norms, some.T @ some, False, 8, np.inf)
    assert total == pytest.approx(by_quadprog(some, x, False).sum(), rel=1e-9)


@pytest.mark.parametrize("bounded", [False, True], ids=["cone", "hull"])
def test_pixels_that_are_skipped_are_never_the_worst(bounded: bool) -> None:
    x = mixture(bands=30, pixels=4000, noise=0.02, rank=7)
    model = finish(Model.begin(from_array(x), 7, bounded))
    for column in (5, 900, 17, 3000, 2, 44, 1500):
        finish(model.add(column))
        exact, _ = solve(model.spectra, x.astype(np.float32), bounded)
        found = model.residual.known()
        assert found.argmax() == exact.argmax()
        assert found.max() == pytest.approx(exact.max(), rel=1e-9)
        assert (found >= exact - 1e-9 * exact.max()).all()
