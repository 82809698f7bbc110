"""Orthogonal NMF: the authors' error, one abundance a pixel, clusters found."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import hsunmix
from tests.methods.reference import load
from tests.scenes import mixture


@pytest.mark.parametrize("scene", ["samson", "jasper", "urban_undersampled4"])
def test_the_authors_error(shared: Path, scene: str) -> None:
    reference = json.loads((shared / "reference" / f"{scene}.json").read_text())
    entry = next(e for e in reference["results"] if e["method"].startswith("ONMF"))
    result = hsunmix.unmix(load(shared, scene), "orthogonal", rank=entry["rank"], init="spa", tolerance=1e-6)
    own = entry["own_H_relative_error_percent"]
    assert 100 * result.relative_error == pytest.approx(own, rel=1e-3)
    nnls = hsunmix.unmix(
        load(shared, scene), "orthogonal", rank=entry["rank"], init="spa", tolerance=1e-6, abundance="nnls"
    )
    assert 100 * nnls.relative_error == pytest.approx(entry["relative_error_percent"], rel=5e-3)


def test_one_abundance_a_pixel() -> None:
    h = hsunmix.unmix(mixture(), "orthogonal", rank=4).abundances
    assert (h > 0).sum(axis=0).max() == 1


def test_clusters_are_found_whatever_the_brightness() -> None:
    rng = np.random.default_rng(0)
    w = mixture(noise=0.0)[:, :4]
    label = rng.integers(0, 4, 1500)
    x = w[:, label] * rng.uniform(0.3, 1.5, 1500) + 0.005 * rng.standard_normal((24, 1500))
    right = 0
    for seed in range(5):
        found = hsunmix.unmix(x, "orthogonal", rank=4, seed=seed).abundances.argmax(axis=0)
        pairs = len(set(zip(label.tolist(), found.tolist(), strict=True)))
        right += pairs == 4
    assert right >= 3
