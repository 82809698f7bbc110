"""Successive nonnegative projection: the authors' pixels, and where spa fails."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hsunmix
from tests.methods.reference import SCENES, entries, load
from tests.scenes import mixture


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("row", ["SNPA (proj=1: H>=0, sum<=1)", "SNPA (original snpa_v3"])
def test_the_authors_pixels(shared: Path, scene: str, row: str) -> None:
    x = load(shared, scene)
    for entry in entries(shared, scene, row):
        result = hsunmix.unmix(x, "snpa", rank=entry["rank"])
        assert result.source_pixels is not None
        assert result.source_pixels.tolist() == entry["indices_0based"]
        assert 100 * result.relative_error == pytest.approx(entry["relative_error_percent"], rel=1e-5)


def test_finds_vertices_that_depend_on_each_other() -> None:
    """Six vertices in three dimensions: spa can find three of them."""
    rng = np.random.default_rng(0)
    angle = np.arange(6) * np.pi / 3
    corners = np.vstack([1 + 0.5 * np.cos(angle), 1 + 0.5 * np.sin(angle), np.ones(6)])
    w = rng.random((20, 3)) @ corners
    x = w @ np.hstack([np.eye(6), rng.dirichlet(np.ones(6), 500).T])
    found = hsunmix.unmix(x, "snpa", rank=6).source_pixels
    assert found is not None
    assert set(found) == set(range(6))
    assert hsunmix.unmix(x, "spa", rank=6).rank == 3


def test_separable_scenes() -> None:
    for seed in range(3):
        found = hsunmix.unmix(mixture(noise=0.0, seed=seed), "snpa", rank=4).source_pixels
        assert found is not None
        assert set(found) == {0, 1, 2, 3}


def test_noise_moves_the_spectra_in_proportion() -> None:
    rng = np.random.default_rng(1)
    w = rng.random((40, 4))
    h = np.hstack([np.eye(4), rng.dirichlet(np.ones(4), 300).T])
    noise = rng.standard_normal((40, 304))
    for level in (1e-4, 1e-3, 1e-2):
        found = hsunmix.unmix(np.maximum(w @ h + level * noise, 0), "snpa", rank=4).endmembers
        distance = np.linalg.norm(found[:, :, None] - w[:, None, :], axis=0)
        assert distance.min(axis=0).max() < 20 * level
