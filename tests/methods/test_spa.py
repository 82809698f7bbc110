"""Successive projection: the authors' pixels, the theorem, and what smoothing does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hsunmix
from tests.methods.reference import SCENES, entries, load, spectra
from tests.scenes import mixture

__all__ = ["load"]  # older tests import it from here


def test_finds_the_vertices_of_a_separable_scene() -> None:
    rng = np.random.default_rng(0)
    for rank in (2, 5, 9):
        w = rng.random((30, rank))
        h = np.hstack([np.eye(rank), rng.dirichlet(np.ones(rank), 400).T])
        order = rng.permutation(h.shape[1])
        x = (w @ h)[:, order]
        found = hsunmix.unmix(x, "spa", rank=rank).source_pixels
        assert found is not None
        assert set(order[found]) == set(range(rank))


def test_noise_moves_the_spectra_in_proportion() -> None:
    rng = np.random.default_rng(1)
    w = rng.random((40, 4))
    h = np.hstack([np.eye(4), rng.dirichlet(np.ones(4), 300).T])
    noise = rng.standard_normal((40, 304))
    away = []
    for level in (1e-4, 1e-3, 1e-2):
        found = hsunmix.unmix(np.maximum(w @ h + level * noise, 0), "spa", rank=4).endmembers
        distance = np.linalg.norm(found[:, :, None] - w[:, None, :], axis=0)
        away.append(distance.min(axis=0).max() / level)
    assert max(away) < 20  # ‖noise‖ is about √40


@pytest.mark.parametrize("scene", SCENES)
def test_the_authors_pixels(shared: Path, scene: str) -> None:
    x = load(shared, scene)
    for entry in entries(shared, scene, "SPA"):
        if entry["method"] != "SPA":
            continue
        result = hsunmix.unmix(x, "spa", rank=entry["rank"])
        assert result.source_pixels is not None
        assert result.source_pixels.tolist() == entry["indices_0based"]
        assert 100 * result.relative_error == pytest.approx(entry["relative_error_percent"], rel=1e-5)


@pytest.mark.parametrize("scene", SCENES)
def test_the_authors_smoothed_spectra(shared: Path, scene: str) -> None:
    x = load(shared, scene)
    for average, count in (("median", 20), ("mean", 20), ("median", 50)):
        for entry in entries(shared, scene, f"SSPA p={count} {average} lra=0"):
            result = hsunmix.unmix(x, "spa", rank=entry["rank"], neighbours=count, average=average)
            np.testing.assert_allclose(result.endmembers, spectra(shared, scene, entry), atol=1e-6)
            assert result.smoothed


def test_smoothing_averages_noise_away() -> None:
    rng = np.random.default_rng(3)
    w = mixture(noise=0.0)[:, :4]
    h = np.hstack([np.repeat(np.eye(4), 40, axis=1), rng.dirichlet(np.ones(4), 1000).T])
    x = np.abs(w @ h + 0.05 * rng.standard_normal((24, 1160)))
    away = []
    for options in ({}, {"neighbours": 40}, {"neighbours": 40, "average": "median"}):
        found = hsunmix.unmix(x, "spa", rank=4, **options).endmembers
        distance = np.linalg.norm(found[:, :, None] - w[:, None, :], axis=0)
        assert sorted(distance.argmin(axis=1)) == [0, 1, 2, 3]
        away.append(distance.min(axis=0).max())
    assert max(away[1:]) < 0.6 * away[0]


def test_more_neighbours_than_pixels() -> None:
    x = mixture(pixels=30)
    result = hsunmix.unmix(x, "spa", rank=3, neighbours=1000)
    assert result.rank == 1
    np.testing.assert_allclose(result.endmembers[:, 0], x.mean(axis=1), rtol=1e-5)
    assert "only 1" in result.note
