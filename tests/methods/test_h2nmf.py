"""Hierarchical rank-two NMF: the authors' pixels and clusters, two materials, small groups, speed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import nnls

import hsunmix
from hsunmix.engine.loading import from_array
from hsunmix.kernels.clusters import GRID, partition, shares
from hsunmix.methods import Problem, get
from hsunmix.methods.extraction import _hierarchy
from hsunmix.methods.extraction._candidates import candidates, clusters
from hsunmix.model.progress import finish
from tests.methods.reference import SCENES, entries, load, numbers
from tests.scenes import mixture


@pytest.mark.parametrize("scene", SCENES)
def test_the_authors_pixels(shared: Path, scene: str) -> None:
    x = load(shared, scene)
    for entry in entries(shared, scene, "H2NMF"):
        if entry["indices_0based"] is None:
            continue
        result = hsunmix.unmix(x, "h2nmf", rank=entry["rank"])
        assert result.source_pixels is not None
        assert result.source_pixels.tolist() == entry["indices_0based"]
        assert 100 * result.relative_error == pytest.approx(entry["relative_error_percent"], rel=1e-5)
        for size in numbers(entry["notes"], "cluster_sizes"):
            assert str(size) in result.note


@pytest.mark.parametrize("scene", SCENES)
def test_the_authors_candidates(shared: Path, scene: str) -> None:
    """Among 100, a pixel may differ where float32 decides."""
    entry = entries(shared, scene, "FGNSR on 100")[0]
    columns, sizes, _ = finish(clusters(from_array(load(shared, scene)), 100))
    assert len(set(columns.tolist()) & set(numbers(entry["notes"], "candidates"))) >= 98
    assert sorted(sizes) == pytest.approx(sorted(numbers(entry["notes"], "cluster_sizes")), abs=2)


def test_spa_and_snpa_on_candidates(shared: Path) -> None:
    x = load(shared, "urban_undersampled4")
    entry = entries(shared, "urban_undersampled4", "SPA on 100")[0]
    result = hsunmix.unmix(x, "spa", rank=6, candidates=100)
    assert result.source_pixels is not None
    assert result.source_pixels.tolist() == entry["indices_0based"]


def test_a_large_scene_in_few_directions_gives_the_same_clusters(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_hierarchy, "SMALL", 0)
    x = load(shared, "jasper")
    entry = entries(shared, "jasper", "H2NMF")[0]
    result = hsunmix.unmix(x, "h2nmf", rank=4)
    assert result.source_pixels is not None
    assert result.source_pixels.tolist() == entry["indices_0based"]


def test_two_materials_are_told_apart() -> None:
    """Rank-two NMF is exact where two materials are mixed, whatever the noise-free abundances."""
    rng = np.random.default_rng(0)
    w = rng.random((30, 2))
    share = np.concatenate([rng.uniform(0, 0.3, 300), rng.uniform(0.7, 1, 200), [0.0, 1.0]])
    x = (w @ np.vstack([share, 1 - share])) * rng.uniform(0.5, 1, len(share))
    scene = from_array(x)
    method = get("h2nmf")
    found = finish(method.run(Problem(scene, 2), method.params()))
    labels = scene.spread(found.labels)
    assert len(set(labels[share > 0.5])) == len(set(labels[share < 0.5])) == 1
    assert labels[-1] != labels[-2]


def test_groups_of_one_spectrum_are_found_whatever_their_brightness() -> None:
    rng = np.random.default_rng(1)
    spectra = np.eye(5) + 0.1 * rng.random((5, 5))
    group = rng.integers(0, 5, 400)
    scene = from_array(spectra[:, group] * rng.uniform(0.3, 1, 400))
    method = get("h2nmf")
    found = finish(method.run(Problem(scene, 5), method.params()))
    labels = scene.spread(found.labels)
    assert sorted(group[found.columns]) == [0, 1, 2, 3, 4]
    for k in range(5):
        assert len(set(labels[group == k])) == 1


def test_equal_pixels_are_one_candidate() -> None:
    x = np.repeat(mixture(pixels=7, noise=0.01), 20, axis=1)
    columns = finish(candidates(from_array(x), 50))
    assert len(columns) == 7
    assert len(np.unique(columns // 20)) == 7
    assert finish(candidates(from_array(x), 1000)).tolist() == list(range(140))


def test_two_variables_against_nnls() -> None:
    rng = np.random.default_rng(2)
    w = rng.random((6, 2))
    z = rng.standard_normal((200, 6)).astype(np.float32)
    x = np.empty(200)
    at_most, below = np.zeros(GRID + 1, np.int64), np.zeros(GRID + 1, np.int64)
    shares(z, np.ascontiguousarray(w.T), w.T @ w, x, at_most, below)
    for row, share in zip(z, x, strict=True):
        h = nnls(w, row.astype(float))[0]
        assert share == pytest.approx(h[0] / h.sum() if h.sum() > 0 else 0, abs=1e-6)
    grid = np.arange(GRID + 1) * 0.01
    np.testing.assert_array_equal(np.cumsum(at_most), (x[:, None] <= grid).sum(axis=0))
    np.testing.assert_array_equal(np.cumsum(below), (x[:, None] < grid).sum(axis=0))
    order = np.arange(200)
    rows = z.copy()
    first = partition(rows, order, x.copy(), 0.5)
    assert first == (x >= 0.5).sum()
    assert (x[order[:first]] >= 0.5).all()
    np.testing.assert_array_equal(rows, z[order])


def test_many_candidates_are_as_many_and_all_different() -> None:
    scene = from_array(np.random.default_rng(3).random((60, 20_000)))
    found = finish(candidates(scene, 300))
    assert len(set(np.asarray(found).tolist())) == 300
