"""The files of a GIS, whole and hostile."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import hsunmix.formats
from hsunmix.errors import FileError, FormatError
from hsunmix.formats import open_cube, open_vectors, vectors_filter
from hsunmix.model.vectors import HOLE, LINE, OUTLINE, POINT, Vectors
from tests.vector_files import KINDS, write_vectors

pytest.importorskip("pyogrio", reason="what reads GeoPackages and shapefiles is not installed")
shapely = pytest.importorskip("shapely")

HOLED = shapely.Polygon([(0, 0), (9, 0), (9, 7), (0, 7)], [[(2, 2), (4, 2), (4, 3)]])
LINES = shapely.MultiLineString([[(1, 1), (2, 5)], [(3, 3), (4, 4), (5, 3)]])


@pytest.mark.parametrize("kind", KINDS)
def test_polygons_with_holes_and_names(tmp_path, kind):
    two = shapely.MultiPolygon([HOLED, shapely.box(20, 20, 22, 23)])
    path = write_vectors(tmp_path / f"a.{kind}", [HOLED, two], ["Acker", "Bäche"])
    found = open_vectors(path)
    assert found.names == ("Acker", "Bäche")
    assert found.kinds.tolist() == [OUTLINE, HOLE, OUTLINE, HOLE, OUTLINE]
    assert found.features.tolist() == [0, 0, 1, 1, 1]
    assert "32611" in found.crs
    (_, first), (_, second) = found.polygons()
    assert [len(polygon) for polygon in (*first, *second)] == [2, 2, 1]
    corners = {tuple(place) for place in found.places[first[0][0]].tolist()}
    assert corners == {(0, 0), (9, 0), (9, 7), (0, 7)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("shapes", "kinds", "sizes"),
    [
        ([LINES], [LINE, LINE], [2, 3]),
        ([shapely.LineString([(0, 0, 5), (1, 2, 6)])], [LINE], [2]),  # heights are left out
        ([shapely.Point(3, 4), shapely.Point(5, 6)], [POINT, POINT], [1, 1]),
        ([shapely.MultiPoint([(3, 4), (5, 6)])], [POINT, POINT], [1, 1]),
    ],
    ids=["lines", "heights", "point", "points"],
)
def test_lines_and_points(tmp_path, kind, shapes, kinds, sizes):
    found = open_vectors(write_vectors(tmp_path / f"a.{kind}", shapes, ["x"] * len(shapes)))
    assert found.kinds.tolist() == kinds
    assert np.diff(found.starts).tolist() == sizes
    expected = np.concatenate([shapely.get_coordinates(one) for one in shapes])
    np.testing.assert_array_equal(found.places, expected)


@pytest.mark.parametrize("kind", ["geojson", "gpkg"])
def test_collections_are_taken_apart(tmp_path, kind):
    inner = shapely.GeometryCollection([LINES, shapely.Point(8, 8)])
    path = write_vectors(
        tmp_path / f"a.{kind}", [shapely.GeometryCollection([inner, HOLED]), LINES], ["", ""]
    )
    found = open_vectors(path)
    assert sorted(found.kinds[found.features == 0].tolist()) == [POINT, LINE, LINE, OUTLINE, HOLE]
    assert found.kinds[found.features == 1].tolist() == [LINE, LINE]


def test_layers_of_a_geopackage(tmp_path):
    path = tmp_path / "a.gpkg"
    write_vectors(path, [HOLED], ["one"], layer="fields")
    write_vectors(path, [LINES], ["two"], layer="roads")
    assert open_vectors(path).layers == ("fields", "roads")
    assert open_vectors(path).layer == "fields"
    assert open_vectors(path, "roads").kinds.tolist() == [LINE, LINE]
    with pytest.raises(FormatError, match=r"a\.gpkg: has no layer 'rivers'; its layers are fields, roads"):
        open_vectors(path, "rivers")


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_an_error_of_the_file(tmp_path, kind):
    path = write_vectors(tmp_path / f"a.{kind}", [HOLED] * 30, ["x"] * 30)
    whole = path.read_bytes()
    rng = np.random.default_rng(4)
    for k in range(12):
        bad = bytearray(whole)
        if k % 3 == 0:
            bad = bad[: len(bad) * (k + 1) // 13]
        for at in rng.integers(0, max(1, len(bad)), 40 * (k % 3)):
            bad[at] = rng.integers(256)
        path.write_bytes(bad)
        try:
            assert isinstance(open_vectors(path), Vectors)  # what was hit may be a place
        except FileError as error:
            assert f"a.{kind}" in str(error)


def test_a_database_that_is_no_geopackage(tmp_path):
    import sqlite3

    for name in ("a.gpkg", "a.db"):
        with sqlite3.connect(tmp_path / name) as base:
            base.execute("create table t (x)")
        base.close()
        with pytest.raises(FormatError, match=name):
            open_vectors(tmp_path / name)


def test_more_than_is_drawn_is_refused_with_a_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr("hsunmix.formats.vectors.geojson.MAX_PLACES", 9)
    path = write_vectors(tmp_path / "a.geojson", [LINES, LINES], ["", ""])
    with pytest.raises(FormatError, match=r"a\.geojson: has 10 vertices, and at most 9 are drawn: clip it"):
        open_vectors(path)


def test_where_the_package_is_missing_one_line_says_how_to_get_it(tmp_path, monkeypatch):
    path = write_vectors(tmp_path / "a.gpkg", [LINES], [""])
    monkeypatch.setattr(hsunmix.formats, "find_spec", lambda name: None)
    with pytest.raises(
        FormatError, match=r"is GeoPackage, for which a package is missing: pip install 'hsunmix\[vector\]'"
    ):
        open_vectors(path)
    assert len(open_vectors(write_vectors(tmp_path / "a.geojson", [LINES], [""])).places) == 5


def test_neither_is_taken_for_the_other(tmp_path):
    path = write_vectors(tmp_path / "a.geojson", [LINES], [""])
    with pytest.raises(FormatError, match="GeoJSON files hold no hyperspectral image"):
        open_cube(path)
    np.save(tmp_path / "a.npy", np.zeros((3, 4, 5)))
    with pytest.raises(FormatError, match="files hold no points, lines or polygons"):
        open_vectors(tmp_path / "a.npy")
    assert "*.gpkg" in vectors_filter()


def test_nothing_is_read_in_this_process(tmp_path):
    """GDAL's readers are written in C: a hostile file must not end the window."""
    path = write_vectors(tmp_path / "a.gpkg", [LINES], [""])
    code = (
        "import sys; from hsunmix.formats import open_vectors;"
        f"open_vectors({str(path)!r}); print('pyogrio' in sys.modules)"
    )
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_parts_that_do_not_fit_together():
    one = np.zeros(1, np.int64)
    with pytest.raises(ValueError, match="do not fit together"):
        Vectors(np.zeros((3, 2)), np.array([0, 4]), one, one, ("",), ("",), ("",))
