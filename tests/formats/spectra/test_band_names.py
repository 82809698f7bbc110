"""Wavelengths out of names of bands, items of STAC, and lists that every band has."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
import rasterio

from hsunmix.formats import open_cube
from hsunmix.formats.spectra.band_names import of_names

NM = np.array([450.0, 503, 551, 660, 864, 2204])


@pytest.mark.parametrize(
    "form",
    [
        "Band_{:.0f}", "B{:.0f}", "{:.0f}", "{:.1f}", "{:.0f} nm", "nm{:.0f}", "{:.0f}nm",
        "Rrs_{:.0f}", "wl {:.2f} nm", "band at {:.0f} Nanometers", "S2: {:.1f}",
    ],
)  # fmt: skip
def test_names_with_a_wavelength(form):
    nm, _ = of_names([form.format(w) for w in NM], notes := [])
    np.testing.assert_allclose(nm, NM)
    assert any("band names" in note for note in notes)


@pytest.mark.parametrize("form", ["{:.4f} um", "{:.3f} \u00b5m", "um{:.3f}", "{:.3f}"])
def test_names_in_micrometres(form):
    np.testing.assert_allclose(of_names([form.format(w / 1000) for w in NM], [])[0], NM)


@pytest.mark.parametrize(
    "names",
    [
        [f"Band {k}" for k in range(1, 13)],
        [f"B{k:03d}" for k in range(160, 190)],
        [str(k) for k in range(1, 200)],
        [f"Band_{k}" for k in (10, 25, 160)],
        [str(year) for year in range(1985, 2021)],
        ["2018", "2020", "2022"],
        ["20180101", "20180113", "20180206"],
        ["2018-01-01", "2018-01-13", "2018-02-06"],
        ["201801", "201802", "201803"],
        [f"DOY_{day}" for day in range(161, 365, 16)],
        ["blue", "green", "red"],
        ["B8A", "B09", "B11"],
        ["Band_800", "Band_700", "Band_500"],
        ["Band_500", "Band_500", "Band_500"],
        ["", "", ""],
        ["500"],
    ],
)
def test_names_without_a_wavelength(names):
    assert of_names(names, [])[0] is None


def write(path: Path, names: list[str] | None = None, band_tags: list[dict[str, str]] | None = None) -> Path:
    profile = {"driver": "GTiff", "height": 4, "width": 3, "count": len(NM), "dtype": "uint8"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(path, "w", **profile) as file:
            file.write(np.ones((len(NM), 4, 3), "u1"))
            file.descriptions = names or [None] * len(NM)
            for k, tags in enumerate(band_tags or [], 1):
                file.update_tags(k, **tags)
    return path


def test_dates_are_told_of(tmp_path):
    cube = open_cube(write(tmp_path / "a.tif", [f"201801{k:02d}" for k in range(1, 7)]))
    assert cube.wavelengths is None
    assert any("20180101" in note and "no wavelengths" in note for note in cube.notes)


@pytest.mark.parametrize("form", ["{{{}}}", "[{}]", "{}"])
def test_the_whole_list_on_every_band(tmp_path, form):
    listed = form.format(", ".join(f"{w:g}" for w in NM))
    tags = [{"wavelengths": listed, "wavelength_units": "nm"}] * len(NM)
    np.testing.assert_allclose(open_cube(write(tmp_path / "a.tif", band_tags=tags)).wavelengths, NM)


@pytest.mark.parametrize(
    ("beside", "key", "place"),
    [
        ("a.json", "eo:bands", "asset"),
        ("a.json", "bands", "properties"),
        ("a.json", "raster:bands", "other asset"),
        ("a.tiff.json", "bands", "item"),
        ("a.tiff.json", "raster:bands", "asset"),
        ("a.stac.json", "eo:bands", "other asset"),
    ],
)
def test_items_of_stac(tmp_path, beside, key, place):
    path = write(tmp_path / "a.tiff")
    centre = "eo:center_wavelength" if key == "bands" else "center_wavelength"
    listed = [{"name": "b", centre: w / 1000, "full_width_half_max": 0.01} for w in NM]
    item: dict = {"type": "Feature", "assets": {"data": {"href": "./x/a.tiff"}}, "properties": {}}
    home = {"asset": item["assets"]["data"], "properties": item["properties"], "item": item}
    home.get(place, item["assets"].setdefault("other", {"href": "b.tif"}))[key] = listed
    (tmp_path / beside).write_text(json.dumps(item))
    cube = open_cube(path)
    np.testing.assert_allclose(cube.wavelengths, NM)
    np.testing.assert_allclose(cube.fwhm, 10)


def test_other_json_beside_an_image_is_nobodys_concern(tmp_path):
    path = write(tmp_path / "a.tif")
    for text in ("{}", "[1]", '{"bands": [{"center_wavelength": 0.5}]}', "{", '{"assets": 3}'):
        (tmp_path / "a.json").write_text(text)
        cube = open_cube(path)
        assert cube.wavelengths is None
        assert not any("json" in note for note in cube.notes)
    (tmp_path / "a.json").write_text('{"assets": {"a": {"eo:bands": [{"center_wavelength": 0.5}]}}}')
    assert any("a.json does not say" in note for note in open_cube(path).notes)


@pytest.mark.parametrize(
    "form", ["depth_{}m", "{} hPa", "temp_{}K", "{} K", "level {}", "doy {}", "lag {}", "plot {}", "{} days"]
)
def test_numbers_of_other_quantities_are_no_wavelengths(form):
    assert of_names([form.format(300 + 25 * k) for k in range(9)], [])[0] is None


@pytest.mark.parametrize("form", ["Band_{}", "X{}", "refl_{}", "wl_{}_refl", "{}nm", "{} nm"])
def test_numbers_of_bands_still_are(form):
    found = of_names([form.format(300 + 25 * k) for k in range(9)], [])[0]
    np.testing.assert_array_equal(found, 300 + 25.0 * np.arange(9))


def test_wavelengths_with_their_unit_in_the_tags_of_bands(tmp_path):
    for form, factor in (("{:g} nm", 1), ("{:g}Nanometers", 1), ("{:g} um", 1000)):
        tags = [{"wavelength": form.format(nm / factor)} for nm in NM]
        np.testing.assert_allclose(open_cube(write(tmp_path / "a.tif", band_tags=tags)).wavelengths, NM)
