"""Scale, nodata and valid range by the conventions of netCDF, also with one number for each band."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from hsunmix.errors import FormatError
from hsunmix.formats import open_cube

SHAPE = (9, 6, 7)  # lines, samples, bands
NM = np.linspace(450.5, 2400, 7)


def stored(dtype: str = "i2") -> np.ndarray:
    return np.random.default_rng(4).integers(1, 10_000, SHAPE).astype(dtype)


def write(path: Path, values: np.ndarray, axes: str = "byx", **attributes: object) -> Path:
    with h5py.File(path, "w") as file:
        cube = file.create_dataset("g/cube", data=values.transpose(["yxb".index(a) for a in axes]))
        cube.attrs.update(attributes)
        file["g/wavelength"] = NM
        file["g/wavelength"].attrs["units"] = "nm"
    return path


@pytest.mark.parametrize("axes", ["byx", "yxb", "ybx"])
@pytest.mark.parametrize("shape", [(7,), (7, 1, 1), (1, 7)])
def test_a_scale_for_each_band(tmp_path, axes, shape):
    values = stored()
    gain, offset = np.linspace(1e-4, 3e-4, 7), np.linspace(-1, 1, 7)
    path = write(
        tmp_path / "a.h5", values, axes, scale_factor=gain.reshape(shape), add_offset=offset, _FillValue=-999
    )
    cube = open_cube(path)
    np.testing.assert_allclose(cube.read(0, 9), values * gain + offset, rtol=1e-6)
    np.testing.assert_allclose(cube.spectrum(8, 5), values[8, 5] * gain + offset, rtol=1e-6)
    np.testing.assert_allclose(cube.read(2, 3, [6, 0]), (values * gain + offset)[2:3, :, [6, 0]], rtol=1e-6)


def test_lists_of_one_number_and_texts(tmp_path):
    values = stored()
    values[0, 0] = -999
    more = {"scale_factor": np.full(3, 0.5), "add_offset": b"2", "_FillValue": np.array([-999], "i2")}
    cube = open_cube(write(tmp_path / "a.h5", values, **more))
    assert np.isnan(cube.read(0, 1)[0, 0]).all()
    np.testing.assert_allclose(cube.read(1, 9), values[1:] * 0.5 + 2)


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"scale_factor": [0.1, 0.2]}, "scale_factor has 2 numbers, and there are 7 bands"),
        ({"add_offset": np.arange(9.0)}, "add_offset has 9 numbers"),
        ({"scale_factor": [0.1, 0, 0.3, 0.1, 0.1, 0.1, 0.1]}, "not possible for 1 of the bands"),
        ({"scale_factor": [0.1, np.nan, 0.3, 0.1, 0.1, 0.1, np.inf]}, "not possible for 2 of the bands"),
        ({"valid_min": [1, 2, 3]}, "valid_min has 3 numbers"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, attributes, reason):
    with pytest.raises(FormatError, match=reason):
        open_cube(write(tmp_path / "a.h5", stored(), **attributes))


def test_a_scale_that_is_not_known_is_told(tmp_path):
    cube = open_cube(write(tmp_path / "a.h5", stored(), Scale_Factor=10_000.0, slope=[1.0] * 7, Gain=2.5))
    np.testing.assert_array_equal(cube.read(0, 9), stored())
    told = [note for note in cube.notes if "not applied" in note]
    assert [note.split()[2] for note in told] == ["Gain", "Scale_Factor"]


def test_several_fill_values(tmp_path):
    values = stored()
    values[0, 0], values[1, 1], values[2, 2] = -999, -32768, 77
    path = write(tmp_path / "a.h5", values, _FillValue=-999, missing_value=np.array([-32768, -999]))
    cube = open_cube(path)
    found = cube.read(0, 9)
    assert np.isnan(found[0, 0]).all()
    assert np.isnan(found[1, 1]).all()
    np.testing.assert_array_equal(np.isfinite(found), (values != -999) & (values != -32768))
    assert np.isnan(cube.spectrum(1, 1)).all()
    assert np.isnan(cube.read(1, 2, [3])[0, 1]).all()


def test_a_fill_value_for_each_band(tmp_path):
    values, fills = stored(), np.arange(-7, 0)
    values[3, 4] = fills
    values[4, 4] = fills[::-1]
    found = open_cube(write(tmp_path / "a.h5", values, _FillValue=fills)).read(0, 9)
    np.testing.assert_array_equal(np.isnan(found), values == fills)
    assert np.isnan(found[3, 4]).all()
    assert np.isnan(found[4, 4]).sum() == 1


@pytest.mark.parametrize(
    "attributes",
    [
        {"valid_range": np.array([100, 9000], "i2")},
        {"valid_min": np.int16(100), "valid_max": np.int16(9000)},
        {"valid_range": np.array([0.01, 0.9])},  # of the type of what is unpacked
    ],
)
@pytest.mark.parametrize("fill", [{}, {"_FillValue": np.int16(-999)}])
def test_what_is_not_valid_is_no_data(tmp_path, attributes, fill):
    values = stored()
    values[0, 0], values[0, 1], values[0, 2] = 99, 9001, 100
    path = write(tmp_path / "a.h5", values, scale_factor=1e-4, **attributes, **fill)
    cube = open_cube(path)
    found = cube.read(0, 9)
    np.testing.assert_array_equal(np.isfinite(found), (values >= 100) & (values <= 9000))
    np.testing.assert_allclose(found[0, 2], 0.01, rtol=1e-6)
    assert any("are no data, as the file says" in note for note in cube.notes)


@pytest.mark.parametrize(
    "attributes",
    [
        {"valid_min": -np.inf, "valid_max": np.nan},
        {"valid_range": np.array([-32768, 32767], "i2")},
        {"valid_min": -40_000.0},
        {"valid_range": "0 to 1"},
    ],
)
def test_limits_that_limit_nothing(tmp_path, attributes):
    cube = open_cube(write(tmp_path / "a.h5", stored(), **attributes))
    np.testing.assert_array_equal(cube.read(0, 9), stored())
    assert cube.pixels.dtype == "int16"
    assert not any("no data" in note for note in cube.notes)


def test_unsigned_numbers_that_are_stored_as_signed_ones(tmp_path):
    values = np.random.default_rng(5).integers(0, 256, SHAPE).astype("u1")
    values[0, 0] = 255
    attributes = {"_Unsigned": "true", "_FillValue": np.int8(-1), "valid_max": np.int8(-3)}
    cube = open_cube(write(tmp_path / "a.h5", values.view("i1"), **attributes))
    expected = np.where(values > 253, np.nan, values.astype("f4"))
    np.testing.assert_array_equal(cube.read(0, 9), expected)
    np.testing.assert_array_equal(cube.spectrum(8, 1), expected[8, 1])
    assert cube.nodata == 255


@pytest.mark.parametrize(
    ("attributes", "factor"),
    [
        ({"wavelengths": NM, "wavelength_units": "nm"}, 1),
        ({"wavelength": NM / 1000, "wavelength_unit": "micron"}, 1),
        ({"wavelengths": ", ".join(map(str, NM)), "wavelengths_units": "nm"}, 1),
        ({"wavelength": "{" + " ".join(map(str, NM)) + "}"}, 1),
        ({"wavelength": [f"{w}" for w in NM]}, 1),
        ({"wavelength": np.array([f"{w}" for w in NM], dtype="S8")}, 1),
    ],
)
@pytest.mark.parametrize("owner", ["/", "cube"])
def test_wavelengths_in_attributes(tmp_path, attributes, factor, owner):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["cube"] = stored()
        file[owner].attrs.update(attributes)
    cube = open_cube(tmp_path / "a.h5")
    np.testing.assert_allclose(cube.wavelengths, NM * factor, rtol=1e-5)
    said = any("unit" in key for key in attributes)
    assert any("does not give a unit" in note for note in cube.notes) is not said


def test_scales_and_widths_are_no_wavelengths(tmp_path):
    """Fractions that rise as wavelengths in micrometres do."""
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["cube"], file["fwhm"] = stored(), np.linspace(0.45, 2.4, 7)
        file["cube"].attrs["scale_factor"] = np.linspace(0.45, 2.4, 7)
    cube = open_cube(tmp_path / "a.h5", axes="yxb")
    assert cube.wavelengths is None
    np.testing.assert_allclose(cube.gain, np.linspace(0.45, 2.4, 7))
