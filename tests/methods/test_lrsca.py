"""Low-rank sparse components: planted spectra without pure pixels, the optimum of each half, supports."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import nnls

import hsunmix
from tests.scenes import angles


def planted(
    seed: int, rank: int = 6, k: int = 2, pixels: int = 2000, purest: float = 0.8, snr: float = 40
) -> tuple[np.ndarray, np.ndarray]:
    """Mixtures of k of some spectra, none of them above a share, with noise; the matrix and the spectra."""
    rng = np.random.default_rng(seed)
    w, h = rng.random((50, rank)), np.zeros((rank, pixels))
    for t in range(pixels):
        shares = rng.dirichlet(np.ones(k))
        while shares.max() > purest:
            shares = rng.dirichlet(np.ones(k))
        h[rng.choice(rank, k, replace=False), t] = shares
    x = w @ h
    noise = rng.standard_normal(x.shape)
    return np.maximum(x + noise * np.linalg.norm(x) / np.linalg.norm(noise) * 10 ** (-snr / 20), 0), w


@pytest.mark.parametrize("purest", [1.0, 0.7])
def test_planted_spectra_to_a_degree_at_40_db(purest: float) -> None:
    for seed in range(3):
        x, w = planted(seed, purest=purest)
        found = hsunmix.unmix(x, "lrsca", rank=6)
        assert angles(found.endmembers, w).max() < 1
        assert (found.abundances > 0).sum(axis=0).max() <= 2
        assert found.converged


def test_spa_and_nmf_do_not_find_them() -> None:
    """What the scene asks is more than what the others do."""
    x, w = planted(0, purest=0.7)
    for other in ("spa", "hals"):
        assert angles(hsunmix.unmix(x, other, rank=6).endmembers, w).max() > 1


def test_each_pixel_has_its_best_set() -> None:
    x, _ = planted(1, rank=4, pixels=60, snr=15)
    found = hsunmix.unmix(x, "lrsca", rank=4, init="random", max_iterations=3)
    for pixel, h in zip(x.T, found.abundances.T, strict=True):
        best = min(nnls(found.endmembers[:, list(two)], pixel)[1] for two in combinations(range(4), 2))
        assert np.linalg.norm(pixel - found.endmembers @ h) == pytest.approx(best, rel=1e-4, abs=1e-6)


def test_the_error_never_rises() -> None:
    for k in (1, 2, 3):
        x, _ = planted(2, k=3, pixels=300, snr=20)
        history = hsunmix.unmix(x, "lrsca", rank=5, k=k, init="random").history[:, 1]
        assert (np.diff(history) <= 0).all()


def test_more_starts_are_never_worse_on_the_pixels_they_are_compared_on() -> None:
    x, _ = planted(3, k=3, pixels=1500, purest=0.6, snr=30)
    one, many = (hsunmix.unmix(x, "lrsca", rank=6, k=3, init="random", starts=n) for n in (1, 8))
    assert many.relative_error <= one.relative_error * 1.001


def test_with_all_endmembers_allowed_it_is_plain_nmf() -> None:
    x, _ = planted(4, rank=3, k=3, pixels=400, snr=25)
    sparse = hsunmix.unmix(x, "lrsca", rank=3, k=3, tolerance=1e-7, max_iterations=2000)
    plain = hsunmix.unmix(x, "anls", rank=3, tolerance=1e-7, max_iterations=2000)
    assert sparse.relative_error == pytest.approx(plain.relative_error, rel=1e-3)


def test_too_many_sets_are_pursued() -> None:
    x, _ = planted(5, rank=6, pixels=300)
    found = hsunmix.unmix(x, "lrsca", rank=30, k=12, init="random", max_iterations=2)
    assert (found.abundances > 0).sum(axis=0).max() <= 12
