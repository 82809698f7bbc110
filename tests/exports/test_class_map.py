"""The class map as other programs read it: with the colours and names of the endmembers."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from hsunmix.exports import write_products
from hsunmix.model.maps import leading
from tests.exports.conftest import UTM, make_delivery
from tests.scenes import with_numbers

NAMES = ("Grass", "Soil, dry {A}", "Wässer")


@pytest.fixture(scope="module")
def job():
    made = make_delivery(NAMES)
    shares = made.unmixing.abundances.copy()
    shares[:, 5, 2] = 0  # nothing is there
    shares[:, 6, 4] = -1, 0.4, 0.4  # of equal ones the first
    return replace(made, unmixing=with_numbers(made.unmixing, shares, made.unmixing.rmse))


@pytest.fixture(scope="module")
def folder(job, tmp_path_factory):
    folder = tmp_path_factory.mktemp("class_map")
    write_products(job, folder, ["class_map"])
    return folder


@pytest.fixture(scope="module")
def expected(job):
    """From 1 on, pixel by pixel."""
    found = np.zeros((11, 7), int)
    for line, sample in np.ndindex(found.shape):
        shares = [float(v) for v in job.unmixing.abundances[:, line, sample]]
        if not any(map(np.isnan, shares)) and max(shares) > 0:
            found[line, sample] = 1 + shares.index(max(shares))
    assert set(found.ravel()) == {0, 1, 2, 3}
    assert (found[5, 2], found[6, 4], found[0, 5]) == (0, 2, 0)
    return found


def test_files(folder):
    names = {
        "class_map.tif",
        "class_map.img",
        "class_map.hdr",
        "class_map.qml",
        "class_map.png",
        "result.json",
    }
    assert {path.name for path in folder.iterdir()} == names


def test_geotiff(job, folder, expected):
    import rasterio

    with rasterio.open(folder / "class_map.tif") as raster:
        assert (raster.dtypes, raster.nodata, raster.crs) == (("uint8",), 0, rasterio.CRS.from_epsg(32611))
        assert tuple(raster.transform)[:6] == UTM.transform
        assert raster.descriptions == ("Class map",)
        np.testing.assert_array_equal(raster.read(1), expected)
        palette, tags = raster.colormap(1), raster.tags(1)
    assert palette[0][3] == 0
    for k, (name, member) in enumerate(zip(NAMES, job.endmembers, strict=True), 1):
        assert palette[k] == (*bytes.fromhex(member.colour[1:]), 255)
        assert tags[f"CLASS_{k}"] == name


def test_qgis_has_colours_and_names(job, folder):
    entries = list(ElementTree.parse(folder / "class_map.qml").iter("paletteEntry"))
    assert [(e.get("value"), e.get("label"), e.get("color")) for e in entries] == [
        (str(k), name, member.colour)
        for k, (name, member) in enumerate(zip(NAMES, job.endmembers, strict=True), 1)
    ]


def test_envi_classification(job, folder, expected):
    import spectral.io.envi

    found = spectral.io.envi.open(str(folder / "class_map.hdr"))
    assert found.metadata["file type"] == "ENVI Classification"
    assert found.metadata["classes"] == "4"
    assert found.metadata["class names"][0] == "Unclassified"
    assert found.metadata["class names"][1] == "Grass"
    inks = [int(value) for value in found.metadata["class lookup"]]
    assert inks[3:6] == list(bytes.fromhex(job.endmembers[0].colour[1:]))
    np.testing.assert_array_equal(np.asarray(found.load())[:, :, 0], expected)


def test_the_picture_has_the_colours(job, folder):
    from PIL import Image

    with Image.open(folder / "class_map.png") as picture:
        pixels = {tuple(pixel[:3]) for pixel in np.asarray(picture.convert("RGB")).reshape(-1, 3).tolist()}
    assert {tuple(bytes.fromhex(member.colour[1:])) for member in job.endmembers} <= pixels


def test_leading_of_none_and_of_unknown():
    nan = np.nan
    shares = np.array([[0.2, nan, -1, 0, 0.5], [0.7, 0.9, -2, 0, 0.5]], np.float32)
    assert leading(shares).tolist() == [1, -1, -1, -1, 0]
    assert leading(shares[:0]).tolist() == [-1] * 5
