"""A scene in another one's terms: the same ground has the same spectra, whatever wrote it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.model.brought import BroughtPixels, brought, source_of_scene, terms_for
from hsunmix.model.cube import Cube

NM = np.linspace(450, 2450, 41)
PLACES = np.array([0.2, 0.5, 0.9])


def image(nm: np.ndarray, lines: int = 6, samples: int = 5) -> np.ndarray:
    """Smooth spectra, (lines, samples, bands), the same at every wavelength whichever bands see them."""
    shares = np.random.default_rng(0).dirichlet(np.ones(3), (lines, samples))
    bumps = 0.1 + 0.5 * np.exp(-((((nm - 450) / 2000)[None] - PLACES[:, None]) ** 2) / 0.1)
    return shares @ bumps


FIRST = Cube.from_array(image(NM), NM)


def test_other_bands_are_resampled() -> None:
    nm = np.linspace(430, 2500, 90)
    other = Cube.from_array(image(nm), nm)
    terms, said = terms_for(other, FIRST)
    made = brought(other, terms)
    assert "from 90 to the 41 bands" in said
    assert made.shape == (6, 5, 41)
    np.testing.assert_allclose(made.read(0, 6), image(NM), rtol=2e-3)
    np.testing.assert_array_equal(made.read(2, 5, [7, 3]), made.read(2, 5)[:, :, [7, 3]])
    np.testing.assert_array_equal(made.spectrum(4, 3), made.read(4, 5)[0, 3])
    assert source_of_scene(made) is other


@pytest.mark.parametrize(
    ("kind", "factor"), [(np.int16, 10000), (np.uint16, 10000), (np.float32, 10000), (np.uint8, 255)]
)
def test_units_are_made_one(kind: type, factor: float) -> None:
    other = Cube.from_array(np.rint(image(NM) * factor).astype(kind), NM)
    if kind is np.uint8:  # its full scale is reached
        values = np.rint(image(NM) * factor).astype(kind)
        values[0] = 255
        other = Cube.from_array(values, NM)
    terms, said = terms_for(other, FIRST)
    assert terms.factor == pytest.approx(1 / factor)
    assert said
    np.testing.assert_allclose(brought(other, terms).read(1, 6), image(NM)[1:], atol=0.6 / factor)


@pytest.mark.parametrize("factor", [0.004, 0.02, 30])
def test_a_darker_scene_of_the_same_numbers_stays_dark(factor: float) -> None:
    counts = Cube.from_array(np.rint(image(NM) * 9000).astype(np.int16), NM)
    dark = Cube.from_array(np.rint(image(NM) * min(9000 * factor, 30000)).astype(np.int16), NM)
    assert terms_for(dark, counts)[0].factor == 1


def test_bad_bands_and_gaps_stay_out() -> None:
    nm = np.linspace(430, 2500, 90)
    bad = (nm > 1340) & (nm < 1460)
    values = image(nm)
    values[:, :, bad] = 77.0
    other = Cube.from_array(values, nm).with_bad_bands(bad)
    made = brought(other, terms_for(other, FIRST)[0])
    good = made.good_bands
    assert not good[(NM > 1345) & (NM < 1455)].any()
    assert good.sum() >= 36
    np.testing.assert_allclose(made.read(0, 6)[:, :, good], image(NM)[:, :, good], rtol=5e-3)


def test_nodata_stays_nodata() -> None:
    nm = np.linspace(430, 2500, 90)
    values = image(nm)
    values[2, 3] = -9999
    other = replace(Cube.from_array(values, nm), nodata=-9999.0)
    made = brought(other, terms_for(other, FIRST)[0])
    assert np.isnan(made.read(0, 6)[2, 3]).all()
    assert np.isfinite(made.read(0, 6)).sum() == 29 * 41


def test_too_few_common_bands_are_refused_by_name() -> None:
    nm = np.linspace(300, 1000, 50)
    with pytest.raises(InputError, match="has values in 12 of the 41 bands"):
        terms_for(Cube.from_array(image(nm), nm), FIRST)
    with pytest.raises(InputError, match="without wavelengths"):
        terms_for(Cube.from_array(image(nm)), FIRST)


def test_radiance_and_reflectance_are_not_mixed() -> None:
    radiance, reflectance = (replace(FIRST, quantity=one) for one in ("Radiance", "Reflectance"))
    with pytest.raises(InputError, match="holds radiance and untitled reflectance"):
        terms_for(radiance, reflectance)
    assert terms_for(FIRST, reflectance)[0].factor == 1  # where nobody knows


def test_bands_without_wavelengths_are_taken_by_number() -> None:
    other = Cube.from_array(image(NM))
    terms, said = terms_for(other, FIRST)
    assert (terms.wavelengths, terms.factor, said) == (None, 1.0, "")
    assert brought(other, terms) is other
    assert not isinstance(brought(other, terms).pixels, BroughtPixels)
