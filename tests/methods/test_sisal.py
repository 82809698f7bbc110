"""SISAL finds corners that no pixel reaches; its weight follows from the noise."""

from __future__ import annotations

import numpy as np
import pytest

import hsunmix
from hsunmix.bench.accuracy import angles
from hsunmix.bench.planted import planted

SIDE = 40


def diluted(noise: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Mixtures of three smooth spectra, none above 0.7."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, 60)[:, None]
    w = 0.1 + 0.6 * np.exp(-(((place - np.array([0.2, 0.5, 0.8])) / 0.15) ** 2))
    h = rng.dirichlet(np.ones(3), 8000).T
    h = h[:, h.max(axis=0) < 0.7][:, : SIDE * (SIDE + 10)]
    return w @ h + noise * rng.standard_normal((60, h.shape[1])), w


def test_corners_that_no_pixel_reaches() -> None:
    x, w = diluted(0.002)
    inside = angles(hsunmix.unmix(x, "vca", rank=3).endmembers, w)[0].mean()
    found = hsunmix.unmix(x, "sisal", rank=3)
    assert angles(found.endmembers, w)[0].mean() < 0.1 * inside
    assert found.abundance == "fcls"
    np.testing.assert_allclose(found.abundances.sum(axis=0), 1, atol=1e-5)


def test_the_weight_follows_the_noise() -> None:
    """A weight that is too small cuts corners off, one that is too large takes noise for mixture."""
    x, w = diluted(0.01)
    by_noise = angles(hsunmix.unmix(x, "sisal", rank=3).endmembers, w)[0].mean()
    for weight in (10.0, 3000.0):
        assert by_noise < angles(hsunmix.unmix(x, "sisal", rank=3, weight=weight).endmembers, w)[0].mean()


def test_without_noise_the_simplex_is_met() -> None:
    rng = np.random.default_rng(1)
    w = rng.random((30, 3))
    h = np.hstack([np.eye(3), rng.dirichlet(np.ones(3), 597).T])
    assert angles(hsunmix.unmix(w @ h, "sisal", rank=3, weight=1000).endmembers, w)[0].max() < 0.2


@pytest.mark.parametrize("kind", ["mixed", "diluted"])
def test_auto_takes_it_where_no_pixel_is_pure(kind: str) -> None:
    scene = planted(kind, 1)
    result = hsunmix.unmix(scene.x, rank=5)
    assert "SISAL" in result.note
    assert angles(result.endmembers, scene.endmembers)[0].mean() < 1.0
