"""Pixel purity index and random pixels."""

from __future__ import annotations

import numpy as np
import pytest

import hsunmix
from hsunmix.kernels.extremes import extremes
from hsunmix.methods.extraction.ppi import apart
from tests.scenes import mixture


def test_finds_the_vertices() -> None:
    for seed in range(3):
        found = hsunmix.unmix(mixture(noise=0.0, seed=seed), "ppi", rank=4, skewers=1000).source_pixels
        assert found is not None
        assert set(found) == {0, 1, 2, 3}


def test_pure_pixels_side_by_side_count_once() -> None:
    """Thirty nearly pure pixels of every material: four endmembers, one of each."""
    rng = np.random.default_rng(0)
    w = mixture(noise=0.0)[:, :4]
    h = np.hstack([np.repeat(np.eye(4), 30, axis=1), rng.dirichlet(np.ones(4), 800).T])
    x = np.abs(w @ h + 0.01 * rng.standard_normal((24, h.shape[1])))
    found = hsunmix.unmix(x, "ppi", rank=4).source_pixels
    assert found is not None
    assert sorted(found // 30) == [0, 1, 2, 3]


@pytest.mark.parametrize("dimensions", [1, 4, 7])
def test_extremes(dimensions: int) -> None:
    rng = np.random.default_rng(0)
    y = rng.standard_normal((3, dimensions, 32)).astype(np.float32)
    f = rng.standard_normal((dimensions, 21)).astype(np.float32)
    counts = np.array([32, 32, 5])
    out = np.empty((3, 2, 21), np.float32)
    extremes(y, counts, f, out)
    for i, count in enumerate(counts):
        product = f.T @ y[i, :, :count]
        np.testing.assert_allclose(out[i, 0], product.max(axis=1), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(out[i, 1], product.min(axis=1), rtol=1e-5, atol=1e-6)


def test_apart() -> None:
    points = np.array([[0.0, 0], [0.1, 0], [5, 0], [5, 0.2], [0, 3], [0, 0]])
    assert apart(points, 3).tolist() == [0, 2, 4]
    assert apart(points, 5).tolist() == [0, 2, 4, 3, 1] or set(apart(points, 5)) == {0, 1, 2, 3, 4}
    assert len(apart(points[[0, 0, 0, 2]], 3)) == 2


def test_random_takes_the_best_of_its_sets() -> None:
    x = mixture(noise=0.01)
    errors = [
        hsunmix.unmix(x, "random", rank=4, sets=sets, seed=2).relative_error for sets in (1, 10, 100, 1000)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.5 * errors[0]


def test_random_judges_exactly() -> None:
    x = mixture(noise=0.01, pixels=300)
    rng = np.random.default_rng(4)
    sets = [rng.choice(300, 4, replace=False) for _ in range(7)]
    errors = []
    for pixels in sets:
        h = hsunmix.abundances(x, x[:, pixels], "nnls")
        errors.append(np.linalg.norm(x - x[:, pixels] @ h) / np.linalg.norm(x))
    found = hsunmix.unmix(x, "random", rank=4, sets=7, seed=4)
    assert found.source_pixels is not None
    assert found.source_pixels.tolist() == sets[int(np.argmin(errors))].tolist()
    assert found.relative_error == pytest.approx(min(errors), rel=1e-4)
