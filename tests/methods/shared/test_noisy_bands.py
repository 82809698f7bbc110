"""Bands of noise are found; a material that lives in one band is no noise."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.engine.loading import from_array
from hsunmix.methods.shared.noisy_bands import noisy_bands
from hsunmix.model.progress import finish
from tests.scenes import mixture

NOISY = [0, 31, 32, 33, 59]


def scene_with_noise(scale: float = 1.0, noise: float = 0.3, pixels: int = 3000) -> np.ndarray:
    rng = np.random.default_rng(1)
    x = mixture(bands=60, pixels=pixels, noise=0.003)
    x[NOISY] = np.abs(0.02 + noise * rng.standard_normal((len(NOISY), pixels)))
    return x * scale


@pytest.mark.parametrize("scale", [1.0, 1e4, 1e-3])
def test_they_are_found_in_any_units(scale: float) -> None:
    found = finish(noisy_bands(from_array(scene_with_noise(scale))))
    assert np.flatnonzero(found).tolist() == NOISY


def test_they_are_counted_in_the_cubes_bands() -> None:
    x = scene_with_noise()
    x = np.insert(x, 10, 0, axis=0)  # a band without data
    found = finish(noisy_bands(from_array(x)))
    assert np.flatnonzero(found).tolist() == [0, 32, 33, 34, 60]


def test_clean_and_evenly_noisy_scenes_have_none() -> None:
    for noise in (0.0, 0.003, 0.2):
        assert not finish(noisy_bands(from_array(mixture(bands=60, pixels=3000, noise=noise)))).any()


def test_a_rare_material_of_one_band_is_no_noise() -> None:
    x = mixture(bands=60, pixels=3000, noise=0.003)
    x[20] = 0.1 + 0.003 * np.random.default_rng(2).standard_normal(3000)
    x[20, ::100] += 5
    assert not finish(noisy_bands(from_array(x))).any()


def test_too_few_pixels_or_bands_tell_nothing() -> None:
    assert not finish(noisy_bands(from_array(scene_with_noise(pixels=200)))).any()
    assert not finish(noisy_bands(from_array(mixture(bands=6)))).any()
