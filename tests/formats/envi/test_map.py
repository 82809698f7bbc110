"""Georeferences against rasterio."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import rasterio

from hsunmix.formats import open_cube
from hsunmix.formats.envi.map import from_map_info


def theirs(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(path) as dataset:
            return dataset.transform, dataset.crs


@pytest.mark.parametrize(
    "info",
    [
        "UTM, 1, 1, 487000, 4156000, 15, 15, 11, North, WGS-84, units=Meters",
        "UTM, 1.5, 1.5, 487000.5, 4156000.25, 15, 30, 33, South, WGS-84",
        "UTM, 3, 5, 487000, 4156000, 15, 15, 60, North, WGS-84",
        "UTM, 1, 1, 487000, 4156000, 15, 15, 11, North, North America 1983, units=Meters",
        "UTM, 1, 1, 487000, 4156000, 15, 15, 11, North, North America 1927, units=Meters",
        "UTM, 1, 1, 736600.089, 4078126.75, 27, 27, 12, North, WGS-84, units=Meters, rotation=-66.0",
        "UTM, 1, 1, 736600.089, 4078126.75, 27, 27, 12, North, WGS-84, rotation=123",
        "Geographic Lat/Lon, 1, 1, 13.2, 52.5, 0.0001, 0.0002, WGS-84, units=Degrees",
    ],
)
def test_equals_gdal(tmp_path, write_envi, values_of, info):
    header = write_envi(tmp_path / "a.img", values_of(2), map_info="{" + info + "}")
    ours = open_cube(header).georeference
    transform, crs = theirs(tmp_path / "a.img")
    np.testing.assert_allclose(ours.transform, transform[:6], rtol=1e-12, atol=1e-9)
    assert rasterio.crs.CRS.from_user_input(ours.crs) == crs


@pytest.mark.parametrize(
    "info",
    [
        "3, 6378137.0, 6356752.3, 10.0, 20.0, 500000.0, 1000.0, 0.9996, WGS-84, Gauss",
        "4, 6378137.0, 6356752.3, 40.0, -96.0, 0.0, 0.0, 33.0, 45.0, North America 1983, Lambert",
        "7, 6378137.0, 6356752.3, 40.0, -96.0, 1.0, 2.0, 0.9, WGS-84, Stereo",
        "9, 6378206.4, 6356583.8, 23.0, -96.0, 0., 0., 29.5, 45.5, Albers",
        "10, 6378137.0, 6356752.3, 40.0, -96.0, 1.0, 2.0, WGS-84, Poly",
        "11, 6378137.0, 6356752.3, 40.0, -96.0, 1.0, 2.0, WGS-84, Equal area",
        "12, 6378137.0, 6356752.3, 40.0, -96.0, 1.0, 2.0, WGS-84, Equidistant",
        "31, 6378137.0, 6356752.3, 70.0, -45.0, 1.0, 2.0, WGS-84, North pole",
        "31, 6378137.0, 6356752.3, -71.0, 0.0, 0.0, 0.0, WGS-84, South pole, units=Meters",
    ],
)
def test_projection_info_equals_gdal(tmp_path, write_envi, values_of, info):
    """The same place on the Earth is at the same coordinates."""
    from rasterio.warp import transform

    name = info.removesuffix(", units=Meters").split(",")[-1].strip()
    header = write_envi(
        tmp_path / "a.img", values_of(2), map_info=f"{{{name}, 1, 1, 1000.0, 2000.0, 30, 30, units=Meters}}",
        projection_info=f"{{{info}}}",
    )  # fmt: skip
    cube = open_cube(header)
    assert cube.notes == ()
    ours = rasterio.crs.CRS.from_user_input(cube.georeference.crs)
    _, crs = theirs(tmp_path / "a.img")
    place = ([10.0], [-75.0]) if "South" in info else ([-80.0], [45.0])
    np.testing.assert_allclose(
        transform("EPSG:4326", ours, *place), transform("EPSG:4326", crs, *place), atol=1e-3
    )


@pytest.mark.parametrize("info", ["99, 1, 2, 3", "9, 6378206.4", "9, a, b, 1, 2, 3, 4, 5, 6", "", "9," * 20])
def test_projection_info_that_says_nothing(tmp_path, write_envi, values_of, info):
    header = write_envi(
        tmp_path / "a.img", values_of(2), map_info="{Albers, 1, 1, 1000.0, 2000.0, 30, 30}",
        projection_info=f"{{{info}}}",
    )  # fmt: skip
    cube = open_cube(header)
    assert cube.georeference.crs == ""
    assert any("not known" in note for note in cube.notes)


def test_coordinate_system_string_wins(tmp_path, write_envi, values_of):
    wkt = rasterio.crs.CRS.from_epsg(32633).to_wkt(version="WKT1_ESRI")
    header = write_envi(
        tmp_path / "a.img", values_of(2), map_info="{UTM, 1, 1, 4e5, 5e6, 2, 2, 11, North, WGS-84}",
        coordinate_system_string="{" + wkt + "}",
    )  # fmt: skip
    cube = open_cube(header)
    assert cube.georeference.crs == wkt
    assert rasterio.crs.CRS.from_wkt(cube.georeference.crs).to_epsg() == 32633


def test_turned_about_the_reference_pixel():
    """The reference point stays where it is, and a pixel keeps its width and height."""
    words = ["UTM", "4", "3", "1000", "2000", "2", "5", "11", "North", "WGS-84", "rotation=30"]
    ours = from_map_info(words, "", [])
    a, b, c, d, e, f = ours.transform
    assert (a * 3 + b * 2 + c, d * 3 + e * 2 + f) == pytest.approx((1000, 2000))
    assert ours.pixel_size == pytest.approx((2, 5))
    assert a * b + d * e == pytest.approx(0)  # still a right angle


@pytest.mark.parametrize(
    ("words", "transform"),
    [
        ("Arbitrary, 1, 1, 0, 0, 1, 1, 0, North", (1, 0, 0, 0, -1, 0)),
        ("Arbitrary, 1, 1, 5, 6, 2, 3, 0, North, WGS-84, units=Meters", (2, 0, 5, 0, -3, 6)),
        ("pixel, 1.5, 1.5, 5, 6, 2, 3", (2, 0, 4, 0, -3, 7.5)),
    ],
)
def test_arbitrary_coordinates_keep_the_transform_as_gdal_does(tmp_path, words, transform):
    (tmp_path / "a.hdr").write_text(
        f"ENVI\nsamples = 3\nlines = 2\nbands = 1\ndata type = 1\nbyte order = 0\nmap info = {{{words}}}\n"
    )
    (tmp_path / "a").write_bytes(bytes(6))
    cube = open_cube(tmp_path / "a.hdr")
    assert cube.georeference.transform == pytest.approx(transform) == theirs(tmp_path / "a")[0][:6]
    assert cube.georeference.crs == ""
    assert cube.notes == ("map info gives coordinates of no known system: only the transform was read.",)


@pytest.mark.parametrize(
    "words",
    [
        "UTM, 1, 1, 0, 0, 1, 1, 61, North, WGS-84",
        "UTM, 1, 1, 0, 0, 1, 1, 11, North, Tokyo",
        "UTM, 1, 1, 0, 0, 1, 1, 11, North, WGS-84, units=Feet",
        "Albers, 1, 1, 0, 0, 1, 1",
    ],
)
def test_unknown_coordinates_keep_the_transform(words):
    notes: list[str] = []
    found = from_map_info([word.strip() for word in words.split(",")], "", notes)
    assert found.crs == ""
    assert len(notes) == 1


@pytest.mark.parametrize(
    "name",
    ["ang20160910t185702_2rdn_img", "caltech_425_7_7_nm", "caltech_4_100_150_nm", "circuit_4_100_150_um"],
)
def test_shared_scenes_equal_gdal(shared, name):
    path = shared / "data" / "aviris_ng" / name
    cube = open_cube(path.with_name(name + ".hdr"))
    transform, crs = theirs(path)
    if crs is None:
        assert cube.georeference is None
        return
    np.testing.assert_allclose(cube.georeference.transform, transform[:6], rtol=1e-12)
    assert rasterio.crs.CRS.from_user_input(cube.georeference.crs) == crs
