"""ENVI products as other software reads them: Spectral Python, GDAL, and our own readers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import rasterio
from spectral.io import envi

from hsunmix.exports import write_products
from hsunmix.formats import open_cube, open_spectra
from hsunmix.model.georeference import Georeference
from tests.exports.conftest import UTM, make_delivery

NAMES = ["Grass", "Soil dry (A)", "Wässer"]


def test_the_library_in_spectral(tmp_path, job):
    write_products(job, tmp_path, ["sli"])
    library = envi.open(tmp_path / "endmembers.hdr")
    assert library.names == NAMES
    expected = job.unmixing.endmembers.T.astype(np.float32)
    assert np.array_equal(library.spectra, expected, equal_nan=True)
    assert np.array_equal(library.bands.centers, job.cube.wavelengths)
    assert library.bands.band_unit == "Nanometers"
    assert library.metadata["bbl"] == ["0" if k in (8, 9) else "1" for k in range(20)]
    assert float(library.metadata["reflectance scale factor"]) == 1


def test_the_library_in_our_own_reader(tmp_path, job):
    write_products(job, tmp_path, ["sli"])
    for name in ("endmembers.hdr", "endmembers.sli"):
        spectra = open_spectra(tmp_path / name)
        assert list(spectra.names) == list(job.names) == ["Grass", "Soil, dry {A}", "Wässer"]
        assert np.array_equal(spectra.wavelengths, job.cube.wavelengths)
        used = job.unmixing.used_bands
        expected = job.unmixing.endmembers.T[:, used].astype(np.float32)
        assert np.array_equal(spectra.values[:, used], expected)


def test_a_library_without_wavelengths(tmp_path):
    write_products(make_delivery(wavelengths=False), tmp_path, ["sli"])
    assert envi.open(tmp_path / "endmembers.hdr").spectra.shape == (3, 20)
    assert "wavelength" not in (tmp_path / "endmembers.hdr").read_text(encoding="utf-8")


def test_widths_of_bands_are_written(tmp_path, job):
    cube = replace(job.cube, fwhm=np.linspace(8, 12, 20))
    write_products(replace(job, cube=cube), tmp_path, ["sli"])
    assert np.array_equal(envi.open(tmp_path / "endmembers.hdr").bands.bandwidths, cube.fwhm)


def test_the_maps_in_spectral(tmp_path, job):
    write_products(job, tmp_path, ["envi"])
    image = envi.open(tmp_path / "abundances.hdr")
    values = np.asarray(image.load()).transpose(2, 0, 1)
    filled = np.nan_to_num(job.unmixing.abundances, nan=-9999)
    assert np.array_equal(values, filled)
    assert image.metadata["band names"] == NAMES
    assert image.metadata["data ignore value"] == "-9999"


def test_the_maps_in_gdal(tmp_path, job):
    write_products(job, tmp_path, ["envi"])
    with rasterio.open(tmp_path / "abundances.img", driver="ENVI") as image:
        values = image.read(masked=True)
        assert image.nodatavals == (-9999.0,) * 3
        assert image.crs == rasterio.CRS.from_epsg(32611)
        assert tuple(image.transform)[:6] == UTM.transform
        assert list(image.descriptions) == NAMES
    assert np.array_equal(values.filled(np.nan), job.unmixing.abundances, equal_nan=True)


def test_the_maps_in_our_own_reader(tmp_path, job):
    write_products(job, tmp_path, ["envi"])
    cube = open_cube(tmp_path / "abundances.hdr")
    values = cube.read(0, cube.lines).transpose(2, 0, 1)
    assert np.array_equal(values, job.unmixing.abundances, equal_nan=True)
    assert np.allclose(cube.georeference.transform, UTM.transform, rtol=1e-12)


@pytest.mark.parametrize("epsg", [4326, 32733, 3035, 2154, 3857, 26911, 5070])
def test_coordinate_systems_survive(tmp_path, epsg):
    crs = rasterio.CRS.from_epsg(epsg)
    size = 1e-4 if crs.is_geographic else 3.5
    place = Georeference((size, 0.0, 10.25, 0.0, -2 * size, 50.5), crs.to_wkt())
    write_products(make_delivery(place=place), tmp_path, ["envi"])
    with rasterio.open(tmp_path / "abundances.img", driver="ENVI") as image:
        assert np.allclose(tuple(image.transform)[:6], place.transform, rtol=1e-12)
        assert image.crs.to_proj4() == crs.to_proj4()
    assert open_cube(tmp_path / "abundances.hdr").georeference.transform == pytest.approx(place.transform)


@pytest.mark.parametrize("degrees", [-2.0, 30.0, 90.0, 135.0])
def test_turned_scenes_survive(tmp_path, degrees):
    c, s = 2 * np.cos(np.radians(degrees)), 2 * np.sin(np.radians(degrees))
    place = Georeference((c, s, 5e5, s, -c, 4e6), "EPSG:32611")
    write_products(make_delivery(place=place), tmp_path, ["envi"])
    with rasterio.open(tmp_path / "abundances.img", driver="ENVI") as image:
        assert np.allclose(tuple(image.transform)[:6], place.transform, rtol=1e-9, atol=1e-9)


def test_a_flipped_scene_survives(tmp_path):
    place = Georeference((2.0, 0.0, 5e5, 0.0, 3.0, 4e6), "EPSG:32611")
    write_products(make_delivery(place=place), tmp_path, ["envi"])
    with rasterio.open(tmp_path / "abundances.img", driver="ENVI") as image:
        assert tuple(image.transform)[:6] == place.transform


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_sheared_scene_goes_without_a_place_and_says_so(tmp_path):
    place = Georeference((2.0, 0.5, 5e5, 0.0, -3.0, 4e6), "EPSG:32611")
    record = write_products(make_delivery(place=place), tmp_path, ["envi"])[-1]
    assert "cannot say how this scene is turned" in record.read_text()
    assert "map info" not in (tmp_path / "abundances.hdr").read_text(encoding="utf-8")


def test_names_that_a_list_cannot_hold_come_back(tmp_path, job):
    names = [
        "a, b{c}",
        "100 % soil,2C",
        ",",
    ]
    items = [replace(item, name=name) for item, name in zip(job.endmembers, names, strict=True)]
    write_products(replace(job, endmembers=tuple(items)), tmp_path, ["sli", "envi"])
    assert envi.open(tmp_path / "endmembers.hdr").names == ["a b(c)", "100 % soil 2C", "_"]
    assert list(open_spectra(tmp_path / "endmembers.sli").names) == names
    assert list(open_cube(tmp_path / "abundances.hdr").band_names) == names
    header = tmp_path / "endmembers.hdr"  # names that were changed by hand since count as they are
    header.write_text(header.read_text("utf-8").replace("a b(c)", "clay"), "utf-8")
    assert list(open_spectra(header).names) == ["clay", *names[1:]]


def test_names_that_a_list_can_hold_are_written_once(tmp_path, job):
    items = [replace(item, name=f"E{k}") for k, item in enumerate(job.endmembers)]
    write_products(replace(job, endmembers=tuple(items)), tmp_path, ["sli"])
    assert "hsunmix names" not in (tmp_path / "endmembers.hdr").read_text("utf-8")
