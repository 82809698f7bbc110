"""N-FINDR: the largest simplex, against all simplices of a small scene."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import hsunmix
from tests.contracts.test_methods import mixture
from tests.methods.reference import load


def volume(x: np.ndarray, pixels: np.ndarray | list[int] | tuple[int, ...]) -> float:
    """|det| in the first r − 1 principal directions, as the method is defined."""
    centred = x - x.mean(axis=1, keepdims=True)
    basis = np.linalg.svd(centred, full_matrices=False)[0][:, : len(pixels) - 1]
    y = basis.T @ centred[:, list(pixels)]
    return float(abs(np.linalg.det(np.vstack([np.ones(len(pixels)), y]))))


@pytest.mark.parametrize("init", ["spa", "snpa", "xray", "random"])
def test_finds_the_vertices(init: str) -> None:
    for seed in range(3):
        found = hsunmix.unmix(mixture(noise=0.0, seed=seed), "nfindr", rank=4, init=init).source_pixels
        assert found is not None
        assert set(found) == {0, 1, 2, 3}


def test_no_simplex_is_larger() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((6, 30))
    best = max(volume(x, pixels) for pixels in combinations(range(30), 4))
    found = hsunmix.unmix(x, "nfindr", rank=4, init="random", runs=30).source_pixels
    assert found is not None
    assert volume(x, found) == pytest.approx(best, rel=1e-5)


def test_no_exchange_enlarges_the_simplex(shared: Path) -> None:
    x = load(shared, "salton_sea")
    begun = hsunmix.unmix(x, "spa", rank=5).source_pixels
    found = hsunmix.unmix(x, "nfindr", rank=5).source_pixels
    assert begun is not None
    assert found is not None
    largest = volume(x, found)
    assert largest > volume(x, begun)
    for k in range(5):
        for pixel in range(0, x.shape[1], 29):
            assert volume(x, [*found[:k], pixel, *found[k + 1 :]]) <= largest * (1 + 1e-5)


def test_begins_elsewhere_when_the_first_pixels_span_no_volume() -> None:
    """spa takes three pixels on a ray; the simplex is elsewhere."""
    rng = np.random.default_rng(0)
    x = mixture(noise=0.0)
    x = np.hstack([x, x[:, :1] * np.array([1.001, 1.0005, 1.0002])])
    found = hsunmix.unmix(x, "nfindr", rank=4, init="random", runs=1, seed=int(rng.integers(9)))
    assert found.rank == 4
    assert found.relative_error < 1e-3
