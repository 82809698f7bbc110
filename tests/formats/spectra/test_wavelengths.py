"""Units, guesses and overlapping detectors."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.formats.spectra.wavelengths import from_names, nanometres, unit_of, widths


@pytest.mark.parametrize(
    ("unit", "values"),
    [
        ("Nanometers", [500.0, 1000.0]),
        ("nm", [500.0, 1000.0]),
        ("MICROMETERS", [0.5, 1.0]),
        ("um", [0.5, 1.0]),
        ("\u00b5m", [0.5, 1.0]),
        ("\u03bcm", [0.5, 1.0]),
        ("mm", [5e-4, 1e-3]),
        ("Centimeters", [5e-5, 1e-4]),
        ("m", [5e-7, 1e-6]),
        ("Angstroms", [5000.0, 10000.0]),
        ("Wavenumber", [20000.0, 10000.0]),
        ("GHz", [599584.916, 299792.458]),
        ("MHz", [599584916.0, 299792458.0]),
    ],
)
def test_units(unit, values):
    notes: list[str] = []
    np.testing.assert_allclose(nanometres(values, unit, notes), [500, 1000])
    assert notes == []


@pytest.mark.parametrize(
    ("unit", "values", "factor"),
    [
        ("", [400.0, 401.0], 1),
        ("Unknown", [0.4, 0.5], 1000),
        ("", [8.0, 12.0], 1000),
        ("furlongs", [400.0, 500.0], 1),
    ],
)
def test_guess_is_noted(unit, values, factor):
    notes: list[str] = []
    np.testing.assert_allclose(nanometres(values, unit, notes), np.array(values) * factor)
    assert "were assumed" in notes[-1]


@pytest.mark.parametrize(
    ("unit", "values", "first"), [("nm", [0.46, 2.4], 460), ("um", [450.0, 2400.0], 450)]
)
def test_unit_that_cannot_be_right(unit, values, first):
    notes: list[str] = []
    assert nanometres(values, unit, notes)[0] == pytest.approx(first)
    assert "can't be in" in notes[0]


def test_index_is_no_wavelength():
    assert nanometres([1, 2, 3], "Index", []) is None


def test_overlapping_detectors_are_kept_and_disorder_is_not():
    two = np.concatenate([np.linspace(400, 900, 50), np.linspace(880, 2400, 90)])
    notes: list[str] = []
    np.testing.assert_array_equal(nanometres(two, "nm", notes), two)
    assert notes == ["the wavelengths of 2 detectors overlap."]
    swapped = np.linspace(400, 900, 50)
    swapped[[3, 4]] = swapped[[4, 3]]
    for disorder in (swapped, two[::-1], np.full(40, 500.0)):
        notes = []
        assert nanometres(disorder, "nm", notes) is None
        assert "do not increase" in notes[0]


def test_widths():
    notes: list[str] = []
    nm = nanometres([0.5, 1.0], "um", notes)
    np.testing.assert_allclose(widths([0.01, 0.02], [0.5, 1.0], nm, notes), [10, 20])
    nm = nanometres([20000.0, 10000.0], "Wavenumber", notes)
    expected = 1e7 / 9995 - 1e7 / 10005  # 10 cm⁻¹ around 10000 cm⁻¹
    assert widths([10.0, 10.0], [20000.0, 10000.0], nm, notes)[1] == pytest.approx(expected, rel=1e-4)
    assert notes == []
    assert widths([0.0, 1.0], [500, 600], np.array([500.0, 600.0]), notes) is None


def test_names():
    assert from_names(["376.44 Nanometers", "381 Nanometers"]) == ([376.44, 381.0], "nanometers")
    assert from_names(["Band 1 (0.46 Micrometers)"]) == ([0.46], "micrometers")
    assert from_names(["376.44 Nanometers", "mask"]) is None
    assert from_names([]) is None


@pytest.mark.parametrize(
    ("unit", "key"),
    [
        ("Nanometer", "nanometer"), ("nanometres", "nanometre"), ("NM", "nm"), ("[nm]", "nm"),
        ("meter", "meter"), ("Micron", "micron"), ("MICRONS", "micron"), ("\u00b5m", "um"),
        ("(\u03bcm)", "um"), ("\u212b", "\u00e5"), ("\u00c5ngstr\u00f6ms", "\u00e5ngstr\u00f6m"),
        ("cm\u207b\u00b9", "cm-1"), ("cm^-1", "cm^-1"), ("1 / cm", "1/cm"), ("eV", "ev"), ("THz", "thz"),
        ("1e-9 m", "1e-9m"), ("Wavelength (micrometers)", "micrometer"), ("wavelength_nm", "nm"),
        ("Wavenumber (cm-1)", "wavenumber"), ("\u03bb in nm", "nm"), ("W/m2/sr/nm", ""),
        ("mW cm-2 sr-1 nm-1", ""), ("sum", ""), ("nmol", ""), ("", ""),
    ],
)  # fmt: skip
def test_unit_of(unit, key):
    assert unit_of(unit) == key


@pytest.mark.parametrize(
    ("unit", "values"),
    [
        ("meter", [5e-7, 1e-6]),
        ("millimeter", [5e-4, 1e-3]),
        ("centimetre", [5e-5, 1e-4]),
        ("Angstrom", [5000.0, 10000.0]),
        ("eV", [2.479683968, 1.239841984]),
        ("THz", [599.584916, 299.792458]),
    ],
)
def test_units_in_the_singular(unit, values):
    notes: list[str] = []
    np.testing.assert_allclose(nanometres(values, unit, notes), [500, 1000])
    assert notes == []


@pytest.mark.parametrize(
    ("unit", "values", "note"),
    [
        (
            "",
            [20180101.0, 20180102.0, 20180203.0],
            "numbers from 2.01801e+07 to 2.01802e+07 can't be wavelengths",
        ),
        ("", [0.01, 0.02], "can't be wavelengths"),
        ("", [50.0, 150.0], "can't be wavelengths"),  # neither nm nor µm
        ("", [1.0, 2.0, 3.0], "only count the bands"),
        ("nm", [1e6, 2e6], "can't be wavelengths"),
        ("Unknown", [201801.0, 201802.0], "can't be wavelengths"),
    ],
)
def test_what_can_be_no_wavelengths_is_none(unit, values, note):
    notes: list[str] = []
    assert nanometres(values, unit, notes) is None
    assert note in notes[-1]


def test_spectra_one_below_the_other_are_no_detectors():
    notes: list[str] = []
    assert nanometres(np.tile(np.linspace(400, 900, 20), 3), "nm", notes) is None
    assert "do not increase" in notes[0]
