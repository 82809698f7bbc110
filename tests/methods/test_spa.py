"""Successive projection: the authors' pixels, and the theorem."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.io

import hsunmix


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


@pytest.mark.parametrize("scene", ["samson", "jasper", "urban_undersampled4"])
def test_the_authors_pixels(shared: Path, scene: str) -> None:
    reference = json.loads((shared / "reference" / f"{scene}.json").read_text())
    x = load(shared, scene)
    assert list(x.shape) == reference["X"]["shape"]
    entries = [e for e in reference["results"] if e["method"] == "SPA"]
    assert entries
    for entry in entries:
        result = hsunmix.unmix(x, "spa", rank=entry["rank"])
        assert result.source_pixels is not None
        assert result.source_pixels.tolist() == entry["indices_0based"]
        assert 100 * result.relative_error == pytest.approx(entry["relative_error_percent"], rel=1e-5)


def load(shared: Path, scene: str) -> np.ndarray:
    """The scene as the authors' programs got it: bands × pixels, columns in the file's order."""
    if scene == "samson":
        return scipy.io.loadmat(shared / "data/samson/samson_1.mat")["V"]
    if scene == "jasper":
        data = scipy.io.loadmat(shared / "data/jasper_ridge/jasperRidge2_R198.mat")
        return data["Y"] / float(data["Y"].max())
    return scipy.io.loadmat(shared / "data/urban_77/urban_undersampled4.mat")["M"] / 1000.0
