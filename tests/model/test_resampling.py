"""Spectra on other bands."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.model.resampling import resample
from hsunmix.model.spectra import Spectra

FINE = np.arange(350.0, 2501.0)


def make_library(values, nm=FINE):
    values = np.atleast_2d(values)
    return Spectra(values, tuple(f"s{k}" for k in range(len(values))), nm)


def test_a_gaussian_seen_by_a_gaussian_is_the_wider_gaussian():
    def bell(centre, fwhm):
        return np.exp(-4 * np.log(2) * ((FINE - centre) / fwhm) ** 2)

    nm = np.array([1000.0, 1010.0, 1025.0])
    found = resample(make_library(bell(1000, 30.0)), nm, np.full(3, 40.0)).values[0]
    wider = np.hypot(30.0, 40.0)
    expected = 30 / wider * np.exp(-4 * np.log(2) * ((nm - 1000) / wider) ** 2)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_straight_line_stays_one_whatever_the_sampling():
    rng = np.random.default_rng(0)
    uneven = np.linspace(400, 2400, 900) + rng.uniform(-0.9, 0.9, 900)
    nm = np.linspace(450, 2350, 37)
    for source in (FINE, uneven, np.linspace(390, 2410, 40)):
        for fwhm in (None, np.full(37, 12.0)):
            found = resample(make_library(1e-3 * source, source), nm, fwhm)
            assert found.wavelengths is nm
            np.testing.assert_allclose(found.values[0], 1e-3 * nm, atol=6e-4)


def test_interpolation_where_no_width_is_known():
    found = resample(make_library(FINE**2), np.array([500.5, 700.0, 350.0, 2500.4]))
    exact = [(500**2 + 501**2) / 2, 700**2, 350**2, 2500**2]
    np.testing.assert_allclose(found.values[0], exact)


def test_its_own_bands_are_left_as_they_are():
    library = make_library(np.arange(6.0), np.array([400.0, 410, 420, 418, 428, 438]))
    assert resample(library, library.wavelengths + 0.01, np.full(6, 50.0)) is library
    assert resample(library, None) is library


@pytest.mark.parametrize("fwhm", [None, 10.0])
def test_gaps_stay_gaps(fwhm):
    values = np.ones(len(FINE))
    values[(FINE >= 1350) & (FINE <= 1450)] = np.nan
    nm = np.arange(1300.0, 1500.0, 4.0)
    widths = None if fwhm is None else np.full(len(nm), fwhm)
    found = resample(make_library(values), nm, widths).values[0]
    inside = (nm > 1350) & (nm < 1450)
    assert np.array_equal(np.isnan(found), inside)
    np.testing.assert_allclose(found[~inside], 1.0)


@pytest.mark.parametrize("fwhm", [None, 10.0])
def test_a_stretch_left_out_is_a_gap_too(fwhm):
    kept = (FINE <= 1350) | (FINE >= 1450)
    nm = np.arange(1302.0, 1500.0, 4.0)
    widths = None if fwhm is None else np.full(len(nm), fwhm)
    found = resample(make_library(np.ones(kept.sum()), FINE[kept]), nm, widths).values[0]
    assert np.array_equal(np.isnan(found), (nm > 1350) & (nm < 1450))


@pytest.mark.parametrize("fwhm", [None, 10.0])
def test_nothing_outside_the_range(fwhm):
    nm = np.array([300.0, 340.0, 351.0, 2499.0, 2510.0, 3000.0])
    widths = None if fwhm is None else np.full(6, fwhm)
    found = resample(make_library(np.ones(len(FINE))), nm, widths).values[0]
    assert list(np.isnan(found)) == [True, True, False, False, True, True]


def test_sampling_that_grows_coarse_is_no_gap():
    """The USGS's libraries step by 2 nm in the visible and by 30 nm at their end."""
    nm = (
        np.cumsum(np.concatenate([np.full(200, 2.0), np.full(60, 10.0), [12.0, 14, 18, 22, 26, 30, 32, 32]]))
        + 400
    )
    found = resample(
        make_library(np.ones(len(nm)), nm), np.linspace(403, nm[-1] - 1, 300), np.full(300, 10.0)
    )
    np.testing.assert_allclose(found.values, 1.0)


def test_overlapping_detectors():
    nm = np.concatenate([np.arange(400.0, 700, 5), np.arange(680.0, 1000, 5)])
    found = resample(make_library(2 * nm, nm), np.arange(450.0, 950, 7), np.full(72, 30.0))
    np.testing.assert_allclose(found.values[0], 2 * found.wavelengths, rtol=1e-3)


def test_each_spectrum_has_its_own_gaps_and_the_rest_is_kept():
    values = np.ones((2, len(FINE)))
    values[1, FINE < 1000] = np.nan
    library = Spectra(values, ("a", "b"), FINE, path="x.sli", notes=("n",))
    found = resample(library, np.array([600.0, 1600.0]))
    assert np.isnan(found.values).tolist() == [[False, False], [True, False]]
    assert (found.names, found.path, found.notes) == (("a", "b"), "x.sli", ("n",))


def test_a_library_without_wavelengths():
    bare = Spectra(np.ones((1, 5)), ("a",), path="bare.sli")
    assert resample(bare, np.arange(5.0)) is bare
    with pytest.raises(InputError, match=r"bare\.sli has no wavelengths and 5 bands"):
        resample(bare, np.arange(6.0))


def test_a_single_band():
    found = resample(make_library([[3.0]], np.array([550.0])), np.array([550.0, 600.0]))
    np.testing.assert_array_equal(found.values, [[3.0, np.nan]])
