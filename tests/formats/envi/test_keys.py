"""Header keys that a program spells in its own way."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.formats import open_cube
from hsunmix.formats.envi import keys
from hsunmix.formats.envi.keys import understood


@pytest.mark.parametrize(
    "style",
    [
        lambda key: key.replace(" ", "_"),
        lambda key: key.replace(" ", "-"),
        lambda key: key.replace(" ", ""),
        lambda key: key.upper(),
        lambda key: key.title().replace(" ", ""),
        lambda key: key.replace(" ", "   "),
    ],
)
def test_the_same_letters_are_the_same_key(tmp_path, style):
    x = np.arange(2 * 3 * 4, dtype="<i2").reshape(4, 2, 3)
    fields = {
        "samples": 3, "lines": 2, "bands": 4, "header offset": 2, "data type": 2, "interleave": "bsq",
        "byte order": 0, "wavelength": "{0.4, 0.5, 0.6, 0.7}", "wavelength units": "Micrometers",
        "fwhm": "{0.01, 0.01, 0.01, 0.01}", "bbl": "{1, 1, 0, 1}", "band names": "{a, b, c, d}",
        "default bands": "{3, 2, 1}", "data ignore value": -9, "data gain values": "{2, 2, 2, 2}",
        "map info": "{UTM, 1, 1, 500000, 4000000, 30, 30, 33, North, WGS-84}",
    }  # fmt: skip
    text = "".join(f"{style(key)} = {value}\n" for key, value in fields.items())
    (tmp_path / "a.hdr").write_text("ENVI\n" + text)
    (tmp_path / "a.dat").write_bytes(b"--" + x.tobytes())
    cube = open_cube(tmp_path / "a.hdr")
    np.testing.assert_array_equal(cube.pixels.read(0, 2), x.transpose(1, 2, 0))
    np.testing.assert_allclose(cube.wavelengths, [400, 500, 600, 700])
    np.testing.assert_allclose(cube.fwhm, 10)
    assert list(cube.bad_bands) == [False, False, True, False]
    assert cube.band_names == ("a", "b", "c", "d")
    assert (cube.nodata, cube.gain, cube.default_rgb) == (-9, 2, (2, 1, 0))
    assert cube.georeference.crs == "EPSG:32633"
    assert cube.notes == ()


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("wavelengths", "wavelength"),
        ("Wavelength Unit", "wavelength units"),
        ("data_ignore_values", "data ignore value"),
        ("band name", "band names"),
        ("BandName", "band names"),
        ("default-band", "default bands"),
        ("center wavelengths", "wavelength"),
        ("nodata_value", "data ignore value"),
        ("Bad Band List", "bbl"),
        ("spectrum names", "spectra names"),
        ("full width half max", "fwhm"),
        ("Columns", "samples"),
        ("rows", "lines"),
        ("nbands", "bands"),
    ],
)
def test_another_number_or_name_is_taken_with_a_note(key, meant):
    notes: list[str] = []
    assert understood({key: "x"}, notes) == {meant: "x"}
    assert notes == [f"the header's {key!r} was taken for {meant!r}."]


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("wavelenght", "wavelength"),
        ("data ingore value", "data ignore value"),
        ("reflectance scale facto", "reflectance scale factor"),
        ("scale_factor", "reflectance scale factor"),
        ("bad bands", "bbl"),
        ("mapinof", "map info"),
        ("coordinate system", "coordinate system string"),
        ("data reflectance gain values", "data gain values"),
    ],
)
def test_what_only_looks_like_a_key_is_named_and_left_alone(key, meant):
    notes: list[str] = []
    assert understood({key: "x"}, notes) == {key: "x"}
    assert len(notes) == 1
    assert repr(key) in notes[0]
    assert repr(meant) in notes[0]


def test_the_exact_key_wins():
    notes: list[str] = []
    fields = {"band_names": "a", "band names": "b", "wavelengths": "1", "Wavelength": "1", "sample": "quartz"}
    found = understood(fields | {"samples": "3"}, notes)
    assert (found["band names"], found["wavelength"], found["samples"]) == ("b", "1", "3")
    assert notes == ["the header has 'band_names' and 'band names', which differ: 'band names' was used."]


def test_of_others_nothing_is_said():
    notes: list[str] = []
    others = [
        "sensor type",
        "z plot titles",
        "x start",
        "class names",
        "acquisition time",
        "solar irradiance",
    ]
    others += ["sun azimuth", "himg2", "binning", "temperature", "dem file", "Stop Time", "wavelength file"]
    assert understood(dict.fromkeys(others, "1"), notes) == dict.fromkeys([o.lower() for o in others], "1")
    assert notes == []


def test_only_the_first_of_many_odd_keys_are_compared(monkeypatch: pytest.MonkeyPatch):
    """Each costs a look at every key there is; a hundred thousand would take minutes."""
    compared = []
    monkeypatch.setattr(keys.difflib, "get_close_matches", lambda word, *_: compared.append(word) or [])
    understood({f"wavelenght {k}": "1" for k in range(100_000)}, [])
    assert 0 < len(compared) <= keys.MAX_ODD_KEYS
