"""The extended linear model: a lower objective in every iteration, no way down at its end, scales."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.optimize import minimize

import hsunmix
from hsunmix.engine.loading import from_array, load
from hsunmix.methods.abundance import elmm
from hsunmix.methods.running import pipeline
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from hsunmix.model.unmixing import Unmixing

BANDS, RANK = 30, 3


def made(lines: int, samples: int, seed: int = 0, noise: float = 0.01) -> tuple[np.ndarray, ...]:
    """A scene (lines, samples, bands), its spectra, abundances and brightnesses (r, lines, samples)."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, BANDS)[:, None]
    w = 0.1 + np.exp(-(((place - np.linspace(0.1, 0.9, RANK)) / 0.3) ** 2))
    fields = np.stack([gaussian_filter(rng.standard_normal((lines, samples)), 6) for _ in range(RANK)])
    psi = 1 + 0.2 * fields / fields.std(axis=(1, 2), keepdims=True)
    h = rng.dirichlet(np.full(RANK, 0.7), (lines, samples)).transpose(2, 0, 1)
    x = np.einsum("bk,kls->lsb", w, psi * h) + noise * rng.standard_normal((lines, samples, BANDS))
    return x.astype(np.float32), w, h, psi


def run(x: np.ndarray, w: np.ndarray, used: np.ndarray | None = None, **parameters: Any) -> Unmixing:
    cube = replace(hsunmix.Cube.from_array(x), selection=used)
    return finish(pipeline.solve(finish(load(cube)), w, Choice("elmm", parameters)))


def objective(
    x: np.ndarray, w: np.ndarray, used: np.ndarray, h: np.ndarray, psi: np.ndarray, spread: float, step: float
) -> float:
    """By the definition; h and psi (r, lines, samples)."""
    pixels = x[used].T.astype(np.float64)
    beyond = pixels - w @ np.linalg.lstsq(w, pixels, rcond=None)[0]
    variance = np.median((beyond**2).sum(axis=0)) / (BANDS - RANK)
    value = ((pixels - w @ (psi * h)[:, used]) ** 2).sum() / variance
    value += ((psi[:, used] - 1) ** 2).sum() / spread**2
    for one, other in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
        both = used[one] & used[other]
        value += ((psi[:, *np.atleast_1d(one)] - psi[:, *np.atleast_1d(other)])[:, both] ** 2).sum() / step**2
    return float(value)


def of(result: Unmixing) -> tuple[np.ndarray, np.ndarray]:
    h = result.abundances.astype(np.float64)
    return h, np.asarray(result.maps["brightness"].values, dtype=np.float64).reshape(h.shape)


@pytest.mark.parametrize("masked", [False, True])
def test_the_objective_falls_and_ends_where_nothing_lowers_it(masked: bool) -> None:
    x, w, _, _ = made(4, 5, noise=0.03)
    used = np.ones((4, 5), bool)
    used[1, 2:4] = used[3, 0] = not masked
    values = []
    for n in (1, 2, 5, 20, 3000):
        found = run(x, w, used, step=0.1, max_iterations=n, tolerance=0)
        values.append(objective(x, w, used, *of(found), 0.3, 0.1))
    assert all(b <= a * (1 + 1e-5) for a, b in pairwise(values))
    h, psi = of(found)
    n = int(used.sum()) * RANK

    def spread_out(p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        a, b = np.zeros_like(h), np.zeros_like(psi)
        a[:, used], b[:, used] = p[:n].reshape(RANK, -1), p[n:].reshape(RANK, -1)
        return a, b

    sums = {"type": "eq", "fun": lambda p: spread_out(p)[0][:, used].sum(axis=0) - 1}
    better = minimize(
        lambda p: objective(x, w, used, *spread_out(p), 0.3, 0.1),
        np.concatenate([h[:, used].ravel(), psi[:, used].ravel()]),
        bounds=[(0, None)] * (2 * n),
        constraints=[sums],
        method="SLSQP",
        options={"maxiter": 25},
    ).fun
    assert better >= values[-1] * (1 - 2e-3)


@pytest.mark.parametrize("pixels", [1, 3, 17])
def test_blocks_change_nothing_and_hold_few_pixels(pixels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also parts of a line; an uneven number of pixels keeps the colours of the chessboard."""
    x, w, _, _ = made(6, 7)
    whole, sizes, work = of(run(x, w, max_iterations=5)), [], elmm.Search._sweep

    def recorded(self: elmm.Search, *more: Any) -> float:
        sizes.append(self.used[more[-1]].size)
        return work(self, *more)

    monkeypatch.setattr(elmm.Search, "_sweep", recorded)
    monkeypatch.setattr(elmm, "WORK", pixels * RANK**2)
    for one, other in zip(of(run(x, w, max_iterations=5)), whole, strict=True):
        np.testing.assert_array_equal(one, other)
    assert max(sizes) <= pixels


def test_abundances_are_nearer_than_without_brightnesses() -> None:
    x, w, h, psi = made(30, 41)
    found = run(x, w)
    cube = hsunmix.Cube.from_array(x)
    plain, loose = hsunmix.abundances(cube, w, "fcls"), hsunmix.abundances(cube, w, "nnls")

    def rmse(other: np.ndarray) -> float:
        return float(np.sqrt(((other - h) ** 2).mean()))

    assert rmse(found.abundances) < 0.75 * min(rmse(plain), rmse(loose / loose.sum(axis=0)))
    there = h > 0.3
    assert np.sqrt(((of(found)[1] - psi)[there] ** 2).mean()) < 0.5 * np.abs(psi - 1)[there].mean()
    rest = x.transpose(2, 0, 1) - np.einsum("bk,kls->bls", w, of(found)[0] * of(found)[1])
    wanted = np.sqrt((rest**2).mean(axis=0))
    np.testing.assert_allclose(
        np.reshape(found.maps["extended_rmse"].values, wanted.shape), wanted, rtol=1e-3
    )


def test_without_neighbours_a_pixel_has_one_brightness() -> None:
    x, w, _, _ = made(6, 7, noise=0.001)
    flat = x.reshape(-1, BANDS).T
    found = finish(pipeline.solve(from_array(flat), w, Choice("elmm", {"spread": 10.0})))
    loose = hsunmix.abundances(flat, w, "nnls")
    np.testing.assert_allclose(found.abundances, loose / loose.sum(axis=0), atol=5e-3)


def test_where_all_is_as_bright_as_the_spectra_it_is_fcls() -> None:
    x, w, _, _ = made(6, 7)
    found = run(x, w, spread=1e-6, tolerance=0)
    plain = hsunmix.abundances(hsunmix.Cube.from_array(x), w, "fcls")
    np.testing.assert_allclose(found.abundances, plain, atol=2e-3)
