"""Total variation: the optimum by a general solver, borders and masks, its ends, less error under noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import hsunmix
from hsunmix.bench.planted import planted
from hsunmix.engine.loading import load
from hsunmix.methods.abundance import tv
from hsunmix.model.progress import finish

LINES, SAMPLES, BANDS, RANK = 4, 5, 12, 3


def made(seed: int = 0, lines: int = LINES, samples: int = SAMPLES) -> tuple[np.ndarray, np.ndarray]:
    """A small scene (lines, samples, bands) with noise, and its spectra."""
    rng = np.random.default_rng(seed)
    w = rng.random((BANDS, RANK)) * [1.0, 0.6, 0.8] + 0.1
    h = rng.dirichlet(np.ones(RANK), (lines, samples))
    h[:, samples // 2 :] = rng.dirichlet(np.ones(RANK))
    x = h @ w.T + 0.1 * rng.standard_normal((lines, samples, BANDS))
    return x.astype(np.float32), w


def edges(used: np.ndarray) -> np.ndarray:
    """Differences between neighbours that both take part, (edges, pixels that do)."""
    number = np.where(used, np.cumsum(used).reshape(used.shape) - 1, -1)
    pairs = [*zip(number[:-1].ravel(), number[1:].ravel(), strict=True)]
    pairs += zip(number[:, :-1].ravel(), number[:, 1:].ravel(), strict=True)
    kept = [pair for pair in pairs if min(pair) >= 0]
    found = np.zeros((len(kept), used.sum()))
    for row, (i, j) in enumerate(kept):
        found[row, i], found[row, j] = -1, 1
    return found


def cost_of(x: np.ndarray, w: np.ndarray, used: np.ndarray, smoothness: float) -> float:
    """What a difference costs, by the definition."""
    pixels = x[used].T.astype(np.float64)
    rest = ((pixels - w @ np.linalg.lstsq(w, pixels, rcond=None)[0]) ** 2).sum(axis=0)
    return smoothness * float(np.sqrt(np.median(rest) / (BANDS - RANK) / (w**2).sum(axis=0).mean()))


def loss(x: np.ndarray, w: np.ndarray, used: np.ndarray, h: np.ndarray, cost: float, penalty: float) -> float:
    """The objective, of h (r, lines, samples)."""
    h = h[:, used].astype(np.float64)
    rest = 0.5 * ((x[used].T - w @ h) ** 2).sum() / (w**2).sum(axis=0).mean()
    return float(rest + penalty * h.sum() + cost * np.abs(edges(used) @ h.T).sum())


def best(
    x: np.ndarray, w: np.ndarray, used: np.ndarray, cost: float, penalty: float, simplex: bool
) -> np.ndarray:
    """The optimum by a solver of quadratic programs, with a variable for each difference's size."""
    import quadprog

    d, n = edges(used), int(used.sum())
    size = (w**2).sum(axis=0).mean()
    diff, m = np.kron(d, np.eye(RANK)), len(d) * RANK
    quadratic = np.zeros((n * RANK + m,) * 2)
    quadratic[: n * RANK, : n * RANK] = np.kron(np.eye(n), w.T @ w / size)
    quadratic[np.diag_indices(len(quadratic))] += 1e-9
    linear = np.concatenate([(x[used] @ w / size - penalty).ravel(), np.full(m, -cost)])
    rows = [
        np.hstack([np.kron(np.eye(n), np.ones((1, RANK))), np.zeros((n, m))])[: n if simplex else 0],
        np.hstack([np.eye(n * RANK), np.zeros((n * RANK, m))]),
        np.hstack([diff, np.eye(m)]),
        np.hstack([-diff, np.eye(m)]),
    ]
    right = np.concatenate([np.ones(len(rows[0])), np.zeros(sum(map(len, rows[1:])))])
    found = quadprog.solve_qp(quadratic, linear, np.vstack(rows).T, right, len(rows[0]))[0]
    h = np.full((RANK, *used.shape), np.nan)
    h[:, used] = found[: n * RANK].reshape(n, RANK).T
    return h


@pytest.mark.parametrize(
    ("smoothness", "penalty", "simplex", "masked"),
    [(0.2, 0.0, False, False), (0.2, 0.05, False, True), (1.0, 0.0, False, True), (0.4, 0.0, True, True)],
)
def test_optimum_against_a_general_solver(
    smoothness: float, penalty: float, simplex: bool, masked: bool
) -> None:
    x, w = made()
    used = np.ones((LINES, SAMPLES), bool)
    used[1, 2] = used[3, :2] = not masked
    cube = replace(hsunmix.Cube.from_array(x), selection=used)
    found = hsunmix.abundances(
        cube, w, "tv", smoothness=smoothness, penalty=penalty, sum_to_one=simplex,
        tolerance=1e-6, max_iterations=20_000,
    )  # fmt: skip
    cost = cost_of(x, w, used, smoothness)
    known = best(x, w, used, cost, penalty, simplex)
    assert np.isnan(found[:, ~used]).all()
    np.testing.assert_allclose(found[:, used], known[:, used], atol=2e-3)
    wanted = loss(x, w, used, known, cost, penalty)
    assert loss(x, w, used, found, cost, penalty) == pytest.approx(wanted, rel=1e-5, abs=1e-5)
    if simplex:
        np.testing.assert_allclose(found[:, used].sum(axis=0), 1, atol=1e-6)


def test_the_usual_tolerance_is_near_the_optimum() -> None:
    x, w = made(1, 20, 31)
    cube, used = hsunmix.Cube.from_array(x), np.ones((20, 31), bool)
    cost = cost_of(x, w, used, 0.3)
    losses = [
        loss(x, w, used, hsunmix.abundances(cube, w, "tv", smoothness=0.3, **more), cost, 0.0)
        for more in ({}, {"tolerance": 1e-6, "max_iterations": 5000})
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


def test_smoothed_without_end_each_part_is_the_mean() -> None:
    """A mask cuts the scene in two: each part has the abundances of its mean pixel."""
    x, w = made(2, 7, 9)
    used = np.ones((7, 9), bool)
    used[:, 4] = False
    used[2, 4] = False
    cube = replace(hsunmix.Cube.from_array(x), selection=used)
    found = hsunmix.abundances(cube, w, "tv", smoothness=300.0, tolerance=1e-6, max_iterations=20_000)
    for part in (slice(0, 4), slice(5, 9)):
        mean = hsunmix.abundances(x[:, part].reshape(-1, BANDS).mean(axis=0)[:, None], w, "nnls")
        np.testing.assert_allclose(
            found[:, :, part], np.broadcast_to(mean[:, :, None], (RANK, 7, 4)), atol=2e-3
        )


@pytest.mark.parametrize("simplex", [False, True])
def test_masked_pixels_around_a_scene_change_nothing(simplex: bool) -> None:
    x, w = made(4, 10, 11)
    framed = np.full((60, 70, BANDS), np.nan, np.float32)
    framed[20:30, 30:41] = x
    notes, found = [], []
    for values in (x, framed):
        scene = finish(load(hsunmix.Cube.from_array(values)))
        result = finish(tv.run(scene, w, tv.Params(smoothness=0.2, sum_to_one=simplex)))
        notes.append(result.note)
        found.append(result.h.known())
    assert notes[0] == notes[1]  # with the number of iterations
    np.testing.assert_allclose(found[1], found[0], atol=1e-5)


def test_without_smoothness_or_noise_it_is_sunsal() -> None:
    x, w = made()
    cube = hsunmix.Cube.from_array(x)
    found = hsunmix.abundances(cube, w, "tv", smoothness=0.0, penalty=0.03)
    np.testing.assert_allclose(found, hsunmix.abundances(cube, w, "sunsal", penalty=0.03), atol=1e-5)
    clean = hsunmix.Cube.from_array(found.transpose(1, 2, 0) @ w.T)
    np.testing.assert_allclose(hsunmix.abundances(clean, w, "tv"), found, atol=1e-4)


def test_pixels_of_a_matrix_are_solved_by_themselves() -> None:
    x, w = made()
    flat = x.reshape(-1, BANDS).T
    np.testing.assert_array_equal(hsunmix.abundances(flat, w, "tv"), hsunmix.abundances(flat, w, "nnls"))
    assert "have no neighbours" in hsunmix.unmix(flat, "spa", rank=RANK, abundance="tv").note


def test_blocks_of_lines_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, w = made(3, 11, 6)
    cube = hsunmix.Cube.from_array(x)
    whole = hsunmix.abundances(cube, w, "tv", max_iterations=30)
    monkeypatch.setattr("hsunmix.methods.abundance.tv.NUMBERS_AT_ONCE", 1)
    np.testing.assert_allclose(hsunmix.abundances(cube, w, "tv", max_iterations=30), whole, atol=1e-6)


def test_it_says_what_a_difference_costs() -> None:
    x, w = made()
    cube = hsunmix.Cube.from_array(x)
    result = hsunmix.unmix(cube, "hals", rank=3, init=w, locked=range(3), abundance="tv", max_iterations=1)
    assert f"cost {cost_of(x, w, np.ones((LINES, SAMPLES), bool), 0.02):.2g}" in result.note


@pytest.mark.parametrize(("plain", "sum_to_one", "most"), [("nnls", False, 0.85), ("fcls", True, 0.85)])
def test_less_error_under_noise(plain: str, sum_to_one: bool, most: float) -> None:
    made = planted("noisy", 0)
    cube = hsunmix.Cube.from_array(made.x.T.reshape(100, 100, -1).astype(np.float32))
    errors = []
    for method, more in ((plain, {}), ("tv", {"sum_to_one": sum_to_one})):
        found = hsunmix.abundances(cube, made.endmembers, method, **more).reshape(8, -1)
        errors.append(float(np.sqrt(((found - made.abundances) ** 2).mean())))
    assert errors[1] < most * errors[0]
