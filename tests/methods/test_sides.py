"""Sides of the simplex are put where pixels end but for their noise."""

from __future__ import annotations

import numpy as np
import pytest

import hsunmix
from hsunmix.bench.accuracy import angles
from hsunmix.bench.planted import planted
from hsunmix.engine.loading import from_array
from hsunmix.methods.factorization._sides import noise_of_points, settled
from hsunmix.methods.shared._smoothing import Smoothed, smoothed
from hsunmix.model.progress import finish

NOISE = 0.02
FREE = (100.0, 10.0)  # nothing is known of the beginning


def triangle(seed: int, pixels: int = 4000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points (2, n) in a triangle, many of them near its sides, its corners, and the size of the noise.

    In units of the noise.
    """
    rng = np.random.default_rng(seed)
    w = np.array([[0.0, 1.0, 0.2], [0.0, 0.1, 0.9]])
    h = rng.dirichlet(np.full(3, 0.6), pixels).T
    return w @ h / NOISE + rng.standard_normal((2, pixels)), w / NOISE, np.ones(pixels)


@pytest.mark.parametrize("factor", [0.9, 1.1])
@pytest.mark.parametrize("seed", range(2))
def test_corners_too_near_or_too_far_are_put_right(seed: int, factor: float) -> None:
    points, w, size = triangle(seed)
    middle = w.mean(axis=1, keepdims=True)
    start = middle + factor * (w - middle)
    found = finish(settled(points, start, size, FREE, 0))
    assert np.abs(found - w).max() < 0.3 * np.abs(start - w).max()


def test_a_beginning_that_is_sure_stays() -> None:
    points, w, size = triangle(0)
    start = w * 1.05
    assert np.abs(finish(settled(points, start, size, (1e-4, 1e-5), 0)) - start).max() < 1e-3


def test_corners_without_a_volume_are_given_back() -> None:
    points, w, size = triangle(0)
    start = w.copy()
    start[:, 2] = start[:, :2].mean(axis=1)
    assert finish(settled(points, start, size, FREE, 0)) is start


def looked_at(noise_at: np.ndarray, bands: int) -> Smoothed:
    rng = np.random.default_rng(0)
    h = rng.dirichlet(np.ones(3), noise_at.shape[1]).T
    x = rng.uniform(0.2, 1, (bands, 3)) @ h
    return finish(smoothed(from_array(x + noise_at * rng.standard_normal(x.shape)), 3, 20, 0.0))


def test_noise_is_told_of_each_pixel_where_there_are_bands_enough() -> None:
    each = np.repeat([0.01, 0.03], 500)[None, :]
    size = noise_of_points(looked_at(each, 60)).size
    assert 1.8 < size[500:].mean() / size[:500].mean() < 3.2
    few = noise_of_points(looked_at(each, 10))
    assert (few.size == 1).all()
    assert np.ptp(np.diag(few.root)) == 0


@pytest.mark.parametrize(("kind", "seed"), [("clouds", 1), ("clouds", 3), ("poisson", 3)])
def test_auto_is_nearer_by_it(kind: str, seed: int) -> None:
    """Without refinement sides are left alone."""
    scene = planted(kind, seed, side=60)
    good = ~scene.bad
    off = []
    for refinement in (0, 20):
        found = hsunmix.unmix(scene.x, rank=5, refinement=refinement)
        assert ("sides put by the noise" in found.note) == (refinement > 0)
        off.append(angles(found.endmembers[good], scene.endmembers[good])[0].mean())
    assert off[1] < min(0.35, 0.8 * off[0])


def test_poor_corners_are_no_shade() -> None:
    """Far from all corners the plane of those that are found leans away from the pixels (6.5° by that)."""
    scene = planted("diluted", 7, side=60)
    found = hsunmix.unmix(scene.x, rank=5)
    assert "SISAL" in found.note
    assert angles(found.endmembers, scene.endmembers)[0].mean() < 2


def test_a_rare_material_is_put_in_before_sides_are_moved() -> None:
    """Else the others go to where they would be without it (2.1° on this scene)."""
    scene = planted("rare", 8, side=60)
    found = hsunmix.unmix(scene.x, rank=5)
    assert "in 10 pixels only" in found.note
    assert angles(found.endmembers, scene.endmembers)[0].mean() < 0.45
