"""Sequential NMF: the curve, its bend at the true number, no more components than needed."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

import hsunmix
from tests.methods.reference import load
from tests.scenes import mixture


def curve(result: hsunmix.Unmixing) -> np.ndarray:
    text = re.search(r"components: ([^a-z]*)\.", result.note)
    assert text
    return np.array([float(v) for v in text[1].split(", ")])


def test_the_curve_bends_at_the_true_number() -> None:
    found = curve(hsunmix.unmix(mixture(noise=0.01), "sequential", rank=7))
    assert len(found) == 7
    fall = found[:-1] / found[1:]
    assert (fall >= 1 - 1e-6).all()
    assert fall[2] > 3
    assert fall[3:].max() < 1.5


def test_the_curve_ends_with_the_error() -> None:
    result = hsunmix.unmix(mixture(noise=0.02), "sequential", rank=4)
    assert abs(curve(result)[-1] / result.relative_error**2 - 1) < 0.02


def test_no_more_components_than_needed() -> None:
    result = hsunmix.unmix(mixture(noise=0.0), "sequential", rank=12)
    assert result.rank < 12
    assert "only" in result.note


def test_error_on_a_real_scene(shared: Path) -> None:
    assert hsunmix.unmix(load(shared, "urban_undersampled4"), "sequential", rank=6).relative_error < 0.0295
