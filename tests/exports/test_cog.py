"""Cloud-optimized GeoTIFFs, by the order of their bytes and as rasterio reads them."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from hsunmix.exports import write_products
from tests.exports.conftest import UTM, make_delivery
from tests.exports.tiff_layout import faults_of_cog


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cog")
    job = make_delivery(lines=1100, samples=700, bands=4)
    write_products(job, folder, ["cog", "geotiff"])
    return job, folder


@pytest.mark.parametrize("name", ["abundances_cog.tif", "rmse_cog.tif"])
def test_the_order_of_the_bytes(large, name):
    assert faults_of_cog(large[1] / name) == []


@pytest.mark.parametrize("name", ["abundances_cog.tif", "rmse_cog.tif"])
def test_another_validator_finds_nothing(large, name):
    """rio-cogeo's, where it is installed: the same checks as GDAL's own script."""
    cogeo = pytest.importorskip("rio_cogeo.cogeo")
    assert cogeo.cog_validate(large[1] / name, strict=True, quiet=True) == (True, [], [])
    assert not cogeo.cog_validate(large[1] / "abundances.tif", strict=True, quiet=True)[0]


def test_a_plain_geotiff_is_none(large):
    faults = faults_of_cog(large[1] / "abundances.tif")
    assert "does not say its layout" in faults
    assert any("smallest overview" in fault for fault in faults)


def test_it_says_the_same_as_the_plain_one(large):
    job, folder = large
    with (
        rasterio.open(folder / "abundances_cog.tif") as tif,
        rasterio.open(folder / "abundances.tif") as plain,
    ):
        assert np.array_equal(tif.read(), plain.read())
        assert tif.descriptions == plain.descriptions == job.names
        assert tif.nodatavals == (-9999.0,) * 3
        assert (tif.crs, tif.transform) == (plain.crs, plain.transform)
        assert tuple(tif.transform)[:6] == UTM.transform
        assert tif.overviews(1) == [2, 4]
        assert tif.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"


def test_overviews_are_means_of_what_is_used(large):
    job, folder = large
    with rasterio.open(folder / "abundances_cog.tif", overview_level=0) as half:
        small = half.read(1, masked=True).filled(np.nan)
    values = job.unmixing.abundances[0]
    assert small.shape == (550, 350)
    quads = values.reshape(550, 2, 350, 2)
    assert np.allclose(small[1:], quads.mean(axis=(1, 3))[1:], atol=1e-6)
    assert np.isclose(small[0, 0], quads[0, :, 0].mean(), atol=1e-6)
    # Line 0 is masked from sample 3 on, line 1 is not: the mean of what there is.
    assert np.isclose(small[0, 5], np.nanmean(quads[0, :, 5]), atol=1e-6)


def test_a_small_scene(tmp_path, job):
    write_products(job, tmp_path, ["cog"])
    assert faults_of_cog(tmp_path / "abundances_cog.tif") == []
    with rasterio.open(tmp_path / "abundances_cog.tif") as tif:
        values = tif.read(masked=True).filled(np.nan)
    assert np.array_equal(values, job.unmixing.abundances, equal_nan=True)
