"""N-FINDR: the largest simplex, against all simplices of a small scene."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import hsunmix
from tests.methods.reference import load
from tests.scenes import mixture


def reduced(x: np.ndarray, dimensions: int) -> np.ndarray:
    """[1; y] of every pixel, y in the first principal directions."""
    centred = x - x.mean(axis=1, keepdims=True)
    basis = np.linalg.eigh(centred @ centred.T)[1][:, ::-1][:, :dimensions]
    return np.vstack([np.ones(x.shape[1]), basis.T @ centred])


def volume(y: np.ndarray, pixels: np.ndarray | list[int] | tuple[int, ...]) -> float:
    return float(abs(np.linalg.det(y[:, list(pixels)])))


@pytest.mark.parametrize("init", ["spa", "snpa", "xray", "random"])
def test_finds_the_vertices(init: str) -> None:
    for seed in range(3):
        found = hsunmix.unmix(mixture(noise=0.0, seed=seed), "nfindr", rank=4, init=init).source_pixels
        assert found is not None
        assert set(found) == {0, 1, 2, 3}


def test_no_simplex_is_larger() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((6, 30))
    y = reduced(x, 3)
    best = max(volume(y, pixels) for pixels in combinations(range(30), 4))
    found = hsunmix.unmix(x, "nfindr", rank=4, init="random", runs=30).source_pixels
    assert found is not None
    assert volume(y, found) == pytest.approx(best, rel=1e-5)


def test_no_exchange_enlarges_the_simplex(shared: Path) -> None:
    x = load(shared, "salton_sea")
    begun = hsunmix.unmix(x, "spa", rank=5).source_pixels
    found = hsunmix.unmix(x, "nfindr", rank=5).source_pixels
    assert begun is not None
    assert found is not None
    y = reduced(x, 4)
    largest = volume(y, found)
    assert largest > volume(y, begun)
    for k in range(5):
        for pixel in range(0, x.shape[1], 7):
            assert volume(y, [*found[:k], pixel, *found[k + 1 :]]) <= largest * (1 + 1e-4)


def test_begins_elsewhere_when_the_first_pixels_span_no_volume() -> None:
    """Half the pixels are the same one, so a random set spans no volume."""
    x = mixture(noise=0.0, pixels=60)
    x = np.hstack([x, np.repeat(x[:, :1], 600, axis=1)])
    for seed in range(4):
        found = hsunmix.unmix(x, "nfindr", rank=4, init="random", runs=1, seed=seed)
        assert found.rank == 4
        assert found.relative_error < 1e-3
