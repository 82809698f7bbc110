"""Units of libraries and scenes, told from their values."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.model.scales import between, scale_of

SPECTRA = np.linspace(0.02, 0.55, 30 * 7).reshape(7, 30)


@pytest.mark.parametrize("scale", [1, 100, 1000, 10_000, 1e5, 1e-3, 1e-4])
@pytest.mark.parametrize("brightness", [0.6, 1.0, 1.8])
def test_powers_of_ten(scale: float, brightness: float) -> None:
    assert scale_of(scale * brightness * SPECTRA) == pytest.approx(scale)


@pytest.mark.parametrize("full", [255, 4095, 65535])
def test_the_full_scale_of_integers_where_it_is_reached(full: int) -> None:
    values = np.rint(full * np.linspace(0, 1, 400))
    assert scale_of(values) == full
    assert scale_of(np.where(values == full, 0.4, values)) != full


def test_one_saturated_value_is_no_scale() -> None:
    values = np.rint(10_000 * np.tile(SPECTRA, (30, 1)))
    values[3, 4] = 65535
    assert scale_of(values) == 10_000


def test_water_shade_and_radiance_are_on_a_scale_of_one() -> None:
    assert scale_of(0.03 * SPECTRA) == 1
    assert scale_of(20 * SPECTRA) == 1


def test_nothing_to_tell_from() -> None:
    for values in (np.zeros(4), np.full(3, np.nan), np.empty(0), -np.ones(3)):
        assert scale_of(values) == 1
        assert between(values, 1e4 * SPECTRA).factor == 1
        assert between(SPECTRA, values).factor == 1


def test_one_factor_for_a_library_whatever_its_spectra() -> None:
    scene = 10_000 * SPECTRA[:, 3:20]
    dark = SPECTRA * np.geomspace(0.01, 1.5, 7)[:, None]  # basalt and snow
    found = between(dark, scene)
    assert found.factor == 10_000
    assert "values of 0 to 1 for a scene of 0 to 10,000" in found.sentence
    assert "multiplied by 10,000" in found.sentence
    assert between(10_000 * dark, SPECTRA).factor == pytest.approx(1e-4)
    assert between(100 * dark, SPECTRA).factor == pytest.approx(1e-2)


def test_what_differs_in_brightness_alone_is_in_the_same_units() -> None:
    radiance = 28 * SPECTRA  # around where another scale begins
    for one in (0.8, 1.0, 1.3):
        for other in (0.8, 1.0, 1.3):
            assert between(one * radiance, other * radiance).factor == 1
