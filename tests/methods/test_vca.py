"""Vertex component analysis: no worse than the authors' best of ten, and its two projections."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hsunmix
from hsunmix.engine.loading import from_array
from hsunmix.methods.extraction._reduced import directions
from hsunmix.methods.extraction.vca import signal_to_noise
from hsunmix.model.progress import finish
from tests.methods.reference import SCENES, load, reference
from tests.scenes import mixture


@pytest.mark.parametrize("scene", SCENES)
def test_no_worse_than_the_authors_best_of_ten(shared: Path, scene: str) -> None:
    x = load(shared, scene)
    for spread in reference(shared, scene)["vca_spread_relative_error_percent"]:
        found = hsunmix.unmix(x, "vca", rank=spread["rank"])
        assert 100 * found.relative_error <= 1.005 * spread["min"]


def test_single_runs_are_like_the_authors(shared: Path) -> None:
    """The published method alone: the median over seeds is near the median of the ten runs."""
    x = load(shared, "hydice_urban_80x100")
    for spread in reference(shared, "hydice_urban_80x100")["vca_spread_relative_error_percent"]:
        errors = [
            100 * hsunmix.unmix(x, "vca", rank=spread["rank"], runs=1, seed=seed).relative_error
            for seed in range(20)
        ]
        assert 0.85 * spread["median"] < np.median(errors) < 1.25 * spread["median"]


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_finds_the_vertices(noise: float) -> None:
    """Without noise by the projective projection; with much noise by the centred one."""
    scene = from_array(mixture(bands=60, noise=noise))
    _, about_mean = finish(directions(scene))
    projective = signal_to_noise(about_mean, 4) > 15 + 10 * np.log10(4)
    assert projective == (noise == 0.0)
    for seed in range(5):
        found = hsunmix.unmix(mixture(bands=60, noise=noise), "vca", rank=4, runs=1, seed=seed)
        true = mixture(bands=60, noise=0.0)[:, :4]
        distance = np.linalg.norm(found.endmembers[:, :, None] - true[:, None, :], axis=0)
        assert sorted(distance.argmin(axis=1)) == [0, 1, 2, 3]
        assert distance.min(axis=1).max() < 0.02 + 15 * noise  # √60 · noise is the length of the noise


def test_the_ratio_of_signal_to_noise_is_estimated() -> None:
    x = mixture(bands=100, pixels=5000, noise=0.0)
    rng = np.random.default_rng(0)
    for decibels in (15, 25, 35):
        noise = rng.standard_normal(x.shape) * np.sqrt((x**2).mean() * 10 ** (-decibels / 10))
        _, about_mean = finish(directions(from_array(x + noise)))
        assert signal_to_noise(about_mean, 4) == pytest.approx(decibels, abs=0.5)


def test_more_runs_are_no_worse(shared: Path) -> None:
    x = load(shared, "salton_sea")
    errors = [
        hsunmix.unmix(x, "vca", rank=5, runs=runs, exchange=exchange, seed=1).relative_error
        for runs, exchange in ((1, False), (10, False), (10, True))
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > errors[-1]
