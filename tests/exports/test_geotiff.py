"""GeoTIFFs as rasterio reads them."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import rasterio

from hsunmix.exports import write_products
from hsunmix.exports._sheets import sheets
from hsunmix.exports.geotiff import about
from hsunmix.model.georeference import Georeference
from tests.exports.conftest import UTM, make_delivery


def opened(folder, name="abundances.tif"):
    return rasterio.open(folder / name, driver="GTiff")


def test_values_names_nodata_and_place(tmp_path, job):
    write_products(job, tmp_path, ["geotiff"])
    with opened(tmp_path) as tif:
        values = tif.read(masked=True)
        assert tif.descriptions == ("Grass", "Soil, dry {A}", "Wässer")
        assert tif.dtypes == ("float32",) * 3
        assert tif.nodatavals == (-9999.0,) * 3
        assert tif.profile["tiled"]
        assert tif.profile["compress"] == "deflate"
        assert tif.crs == rasterio.CRS.from_epsg(32611)
        assert tuple(tif.transform)[:6] == UTM.transform
    expected = job.unmixing.abundances
    assert values.shape == (3, 11, 7)
    assert np.array_equal(values.mask, np.isnan(expected))
    assert np.array_equal(values.filled(np.nan), expected, equal_nan=True)


@pytest.mark.parametrize(("product", "suffix"), [("geotiff", ""), ("cog", "_cog")])
def test_a_sentence_says_what_it_is(tmp_path, job, product, suffix):
    of_file = replace(job, cube=replace(job.cube, path=tmp_path / "scène\n1.hdr"))
    for name, word in (("abundances", "one band for each endmember"), ("rmse", "leaves unexplained")):
        write_products(job, tmp_path / "a", [product])
        with opened(tmp_path / "a", f"{name}{suffix}.tif") as tif:
            assert word in tif.tags()["TIFFTAG_IMAGEDESCRIPTION"]
            assert "by auto and nnls" in tif.tags()["TIFFTAG_IMAGEDESCRIPTION"]
        assert about(of_file, sheets(of_file)[0]).startswith("Abundances of scène 1.hdr by auto")


def test_the_residual(tmp_path, job):
    write_products(job, tmp_path, ["geotiff"])
    with opened(tmp_path, "rmse.tif") as tif:
        values = tif.read(masked=True)
        assert tif.count == 1
        assert tif.nodata == -9999.0
        assert tif.crs == rasterio.CRS.from_epsg(32611)
    assert np.array_equal(values.filled(np.nan)[0], job.unmixing.rmse, equal_nan=True)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_scene_without_a_place(tmp_path):
    write_products(make_delivery(place=None), tmp_path, ["geotiff"])
    with opened(tmp_path) as tif:
        assert tif.crs is None
        assert tif.transform.is_identity


@pytest.mark.parametrize(
    "transform",
    [
        (1.7, 1.0, 5e5, 1.0, -1.7, 4e6),
        (2.0, 0.0, 5e5, 0.0, 3.0, 4e6),
        (1e-4, 0.0, -117.25, 0.0, -2e-4, 34.5),
    ],
)
def test_transforms_survive(tmp_path, transform):
    write_products(make_delivery(place=Georeference(transform)), tmp_path, ["geotiff"])
    with opened(tmp_path) as tif:
        assert np.allclose(tuple(tif.transform)[:6], transform, rtol=1e-12, atol=0)


def test_a_crs_that_nobody_understands_is_left_out_and_noted(tmp_path):
    job = make_delivery(place=Georeference(UTM.transform, 'PROJCS["broken'))
    assert "coordinate system" in write_products(job, tmp_path, ["geotiff"])[-1].read_text()
    with opened(tmp_path) as tif:
        assert tif.crs is None
        assert tuple(tif.transform)[:6] == UTM.transform


def test_the_esri_dialect_of_real_scenes(tmp_path, shared):
    for k, name in enumerate(("caltech_4_100_150_nm", "ang20160910t185702_2rdn_img")):
        text = (shared / "data" / "aviris_ng" / f"{name}.hdr").read_text()
        wkt = re.search(r"coordinate system string = {(.*?)}", text)[1]
        job = make_delivery(place=Georeference(UTM.transform, wkt))
        write_products(job, tmp_path / str(k), ["geotiff"])
        with opened(tmp_path / str(k)) as tif:
            assert tif.crs.to_epsg() == 32611


def test_a_projection_that_only_the_esri_dialect_names(tmp_path):
    esri = rasterio.CRS.from_epsg(3035).to_wkt(version="WKT1_ESRI")
    write_products(make_delivery(place=Georeference(UTM.transform, esri)), tmp_path, ["geotiff"])
    with opened(tmp_path) as tif:
        assert tif.crs == rasterio.CRS.from_epsg(3035)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_it_replaces_a_larger_file(tmp_path, job):
    write_products(make_delivery(lines=300, samples=200), tmp_path, ["geotiff"])
    write_products(replace(job, cube=None), tmp_path, ["geotiff"])
    with opened(tmp_path) as tif:
        assert tif.shape == (11, 7)
