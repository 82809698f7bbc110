"""Regions go to a GIS and come back, on a scene that is not square and turned on its map."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.errors import FileError, FormatError
from hsunmix.model.cube import Cube
from hsunmix.model.georeference import Georeference
from hsunmix.model.progress import finish
from hsunmix.model.region import Region, runs_of
from hsunmix.session.masking import subset
from hsunmix.session.region_files import read_regions, write_regions
from tests.conftest import make_cube

TURNED = Georeference((20.0, 3.0, 560_000.0, 2.5, -20.0, 4_140_000.0), "EPSG:32611")


def some_regions() -> tuple[Region, ...]:
    painted = np.zeros((13, 9), dtype=bool)
    painted[3:6, 2:5] = painted[11, 8] = True
    return (
        Region("Acker", "#0072b2", "rectangle", ((1, 2), (4, 7))),
        Region("Bäche", "#d55e00", "brush", runs=runs_of(painted)),
        Region("Wald", "#009e73", "polygon", ((0.3, 0.25), (12, 1), (4, 8.75))),
    )


@pytest.mark.parametrize("georeference", [None, TURNED, Georeference((1, 0, 0, 0, -1, 0))])
def test_regions_come_back(tmp_path: Path, georeference: Georeference | None):
    cube = replace(make_cube(), georeference=georeference)
    write_regions(some_regions(), cube, tmp_path / "r.geojson")
    back = read_regions(tmp_path / "r.geojson", cube)
    for one, other in zip(some_regions(), back, strict=True):
        assert (one.name, one.colour, one.kind) == (other.name, other.colour, other.kind)
        assert np.array_equal(one.mask(13, 9), other.mask(13, 9))


def test_places_are_longitude_and_latitude(tmp_path: Path):
    from rasterio.warp import transform

    cube = replace(make_cube(), georeference=TURNED)
    write_regions(some_regions()[2:], cube, tmp_path / "r.geojson")
    box = json.loads((tmp_path / "r.geojson").read_text(encoding="utf-8"))
    corner = box["features"][0]["geometry"]["coordinates"][0][0]
    x = 20.0 * 0.25 + 3.0 * 0.3 + 560_000  # sample 0.25, line 0.3
    y = 2.5 * 0.25 - 20.0 * 0.3 + 4_140_000
    (east,), (north,) = transform("EPSG:32611", "OGC:CRS84", [x], [y])
    np.testing.assert_allclose(corner, [east, north], atol=1e-8)


def polygon_file(path: Path, rings: object, kind: str = "Polygon", **box: object) -> Path:
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": kind, "coordinates": rings}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature], **box}))
    return path


def test_a_hole_is_left_out_and_another_system_is_changed(tmp_path: Path):
    cube = replace(make_cube(), georeference=Georeference((10, 0, 500_000, 0, -10, 4_000_000), "EPSG:32611"))
    outer = [[500_000, 4_000_000], [500_090, 4_000_000], [500_090, 3_999_870], [500_000, 3_999_870]]
    hole = [[500_020, 3_999_980], [500_040, 3_999_980], [500_040, 3_999_950], [500_020, 3_999_950]]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32611"}}
    (region,) = read_regions(polygon_file(tmp_path / "a.json", [outer, hole], crs=crs), cube)
    expected = np.ones((13, 9), dtype=bool)
    expected[2:5, 2:4] = False
    assert np.array_equal(region.mask(13, 9), expected)


@pytest.mark.parametrize(
    ("georeference", "corner", "step"),
    [
        (Georeference((10, 0, 500_000, 0, -10, 4_000_000), "EPSG:32611"), (500_000, 4_000_000), (10, -10)),
        (Georeference((10, 0, 500_000, 0, -10, 4_000_000)), (500_000, 4_000_000), (10, -10)),
        (Georeference((10, 0, 500_000, 0, -10, 4_000_000), "EPSG:32611"), (0, 0), (1, 1)),
        (Georeference((0.1, 0, 13.0, 0, -0.1, 52.0), "EPSG:4326"), (13.0, 52.0), (0.1, -0.1)),
        (None, (0, 0), (1, 1)),
    ],
)
def test_places_of_the_map_and_of_the_image_without_a_word_on_which(tmp_path, georeference, corner, step):
    """Lines 2 to 5 and samples 3 to 7 of a scene of 13 × 9, whatever the places are."""
    cube = replace(make_cube(), georeference=georeference)
    samples_lines = [(3, 2), (8, 2), (8, 6), (3, 6)]
    ring = [[corner[0] + step[0] * sample, corner[1] + step[1] * line] for sample, line in samples_lines]
    (region,) = read_regions(polygon_file(tmp_path / "a.json", [ring]), cube)
    expected = np.zeros((13, 9), dtype=bool)
    expected[2:6, 3:8] = True
    assert np.array_equal(region.mask(13, 9), expected)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("[1]", "is of no format"),
        ("[" * 5000, "is of no format"),
        ('{"features": 3}', "not understood"),
        ('{"features": [{"geometry": {"type": "Polygon", "coordinates": [[["a", 2]]]}}]}', "not understood"),
        ('{"features": [{"geometry": {"type": "Polygon", "coordinates": [[[NaN, 2]]]}}]}', "no number"),
        ('{"features": [{"geometry": {"type": "Point", "coordinates": [1, 2]}}]}', "no polygon"),
        ('{"features": [{"geometry": null}]}', "no polygon"),
        ('{"type": "Polygon", "coordinates": [[[1e40, 0], [1e40, 1], [2e40, 1]]]}', "reaches too far"),
    ],
)
def test_what_is_no_drawing_is_refused(tmp_path: Path, small_cube: Cube, text: str, reason: str):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(FormatError, match=reason) as caught:
        read_regions(tmp_path / "a.json", small_cube)
    assert "a.json" in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path, small_cube: Cube):
    with pytest.raises(FileError, match=r"gone\.json: there is no such file"):
        read_regions(tmp_path / "gone.json", small_cube)


@pytest.mark.parametrize(
    ("crs", "reason"),
    [
        (5, "its crs has no name"),
        ({"properties": 5}, "its crs has no name"),
        ({"properties": {"name": 32611}}, "its crs has no name"),
        ({"type": "link", "properties": {"href": "http://example.com"}}, "its crs has no name"),
        ({"properties": {"name": "EPSG:99999999999999999999"}}, "EPSG:99999999999999999999 is not known"),
        ({"properties": {"name": "the old one"}}, "the old one is not known"),
        ({"properties": {"name": "https://example.com/a.wkt"}}, "a.wkt is not known"),
        ({"properties": {"name": "NOBODY:7"}}, "NOBODY:7 is not known"),
    ],
)
def test_a_coordinate_system_that_is_none_is_refused_by_name(tmp_path, crs, reason):
    cube = replace(make_cube(), georeference=TURNED)
    square = [[[0, 0], [0, 3], [3, 3], [0, 0]]]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "Polygon", "coordinates": square, "crs": crs}))
    with pytest.raises(FormatError, match=rf"a\.geojson: .*{reason}"):
        read_regions(path, cube)


@pytest.mark.parametrize(
    "name", ["EPSG:32611", "urn:ogc:def:crs:EPSG::32611", "urn:ogc:def:crs:EPSG:9.2:32611"]
)
def test_the_ways_to_name_a_coordinate_system(tmp_path, name):
    cube = replace(make_cube(), georeference=TURNED)
    corners = [[560_000 + 20 * x + 3 * y, 4_140_000 + 2.5 * x - 20 * y] for x, y in ((1, 2), (6, 2), (6, 9))]
    path = polygon_file(tmp_path / "a.json", [corners], crs={"properties": {"name": name}})
    (region,) = read_regions(path, cube)
    np.testing.assert_allclose(region.vertices, [(2, 1), (2, 6), (9, 6)], atol=1e-6)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
@pytest.mark.parametrize("name", ["a.geojson", "a.json", "a.tif", "a"])
def test_a_mask_that_is_no_file_does_not_wait_for_ever(tmp_path, name):
    os.mkfifo(tmp_path / name)
    with pytest.raises(FileError, match="is a pipe or a device"):
        finish(subset(make_cube(), [tmp_path / name]))
    (tmp_path / "folder.geojson").mkdir()
    with pytest.raises(FileError, match="is a folder"):
        finish(subset(make_cube(), [tmp_path / "folder.geojson"]))


def test_an_array_is_compared_with_the_scene_before_it_is_read(tmp_path):
    path = tmp_path / "a.npy"
    with path.open("wb") as file:
        head = {"descr": "|u1", "fortran_order": False, "shape": (1, 2**40)}
        np.lib.format.write_array_header_1_0(file, head)
        file.truncate(file.tell() + 2**40)  # takes no room on the disk
    with pytest.raises(FileError, match=r"is a mask of 1 lines × 1099511627776 samples"):
        finish(subset(make_cube(), [path]))


def test_every_polygon_of_a_mask_counts_and_a_window_shows_no_part_of_them(tmp_path):
    squares = [[[[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]]] for x in range(40) for y in range(30)]
    features = [{"geometry": {"type": "Polygon", "coordinates": square}} for square in squares]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"features": features, "coordinates_are": "samples and lines"}))
    cube = Cube.from_array(np.ones((31, 41, 2), np.float32))
    assert finish(subset(cube, [path])).selection.sum() == len(squares)
    with pytest.raises(FormatError, match="has 1200 regions, and 1000 can be shown"):
        read_regions(path, cube)


def test_many_vertices_are_no_reason_to_wait(tmp_path):
    rng = np.random.default_rng(0)
    ring = rng.uniform(0, 60, (50_000, 2)).tolist()
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [ring], "coordinates_are": "samples"}))
    began = time.process_time()
    (region,) = read_regions(path, Cube.from_array(np.ones((60, 50, 2), np.float32)))
    assert region.mask(60, 50).any()
    assert time.process_time() - began < 2  # was 12 an edge at a time
