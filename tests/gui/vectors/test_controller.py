"""Vector layers in the window: on a scene that is not square, of files of every kind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.state.store import Store
from hsunmix.gui.vectors.state import VectorsState
from hsunmix.model.georeference import Georeference
from hsunmix.session.document import Document, VectorLayer
from tests.gui.conftest import FakeDialogs, Wait
from tests.vector_files import KINDS, write_vectors

PLACE = Georeference((10.0, 0.0, 500_000.0, 0.0, -20.0, 4_000_000.0), "EPSG:32611")


@pytest.fixture
def placed(open_store: Store, document: Document) -> Store:
    """A scene of 13 lines and 9 samples on a map is open."""
    open_store.history.reset(replace(document, cube=replace(document.cube, georeference=PLACE)))
    return open_store


def layer(store: Store, index: int = 0):
    return store.state[VectorsState].outlines.get(store.document.vectors[index].key)


def rested(store: Store) -> bool:
    return not store.state.tasks and not store.channels["vectors"].busy


def line(tmp_path: Path, kind: str, crs: str = "EPSG:32611") -> Path:
    """From sample 1, line 2 to sample 8, line 12."""
    shapely = pytest.importorskip("shapely", reason="what reads GeoPackages and shapefiles is not installed")
    places = [(500_010.0, 3_999_960.0), (500_080.0, 3_999_760.0)]
    if crs != "EPSG:32611":
        from rasterio.warp import transform

        places = list(zip(*transform("EPSG:32611", crs, *zip(*places, strict=True)), strict=True))
    return write_vectors(tmp_path / f"road.{kind}", [shapely.LineString(places)], ["road"], crs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("crs", ["EPSG:32611", "EPSG:3857"])
def test_a_layer_is_laid_on_the_scene_from_any_system(placed: Store, tmp_path, wait: Wait, kind, crs):
    before = placed.document
    placed.send(cmd.AddVectors((line(tmp_path, kind, crs),)))
    wait(lambda: bool(placed.document.vectors) and rested(placed))
    np.testing.assert_allclose(layer(placed).places, [(1, 2), (8, 12)], atol=1e-3)
    assert placed.history.undo_label == "Add vector layer road"
    assert placed.document.vectors[0].name == "road"
    assert (placed.document.cube, placed.document.unmixing) == (before.cube, before.unmixing)
    placed.send(cmd.Undo())
    assert placed.document.vectors == ()


def test_shown_hidden_recoloured_removed(placed: Store, dialogs: FakeDialogs, tmp_path, wait: Wait):
    dialogs.file = line(tmp_path, "geojson")
    placed.send(cmd.AddVectors())
    wait(lambda: bool(placed.document.vectors) and rested(placed))
    assert dialogs.asked == ["vector_files"]
    placed.send(cmd.AddVectors())
    wait(lambda: placed.state.notice is not None and rested(placed))
    assert placed.state.notice.text == "road.geojson is drawn already."
    placed.send(cmd.ShowVectors(0, shown=False))
    assert not placed.document.vectors[0].shown
    assert placed.history.undo_label == "Add vector layer road"  # looking is no change
    placed.send(cmd.RecolourVectors(0, "#00ff00"))
    assert placed.document.vectors[0].colour == "#00ff00"
    placed.send(cmd.RemoveVectors(0))
    assert placed.document.vectors == ()
    assert placed.history.undo_label == "Remove vector layer road"
    placed.send(cmd.RemoveVectors(0))
    assert placed.state.message.text == "This vector layer is gone."


def test_a_file_that_is_gone_is_told_and_tried_again(placed: Store, tmp_path, wait: Wait):
    path = tmp_path / "road.geojson"
    gone = VectorLayer(str(path), "", "road", "#ff4fa3")
    placed.history.reset(replace(placed.document, vectors=(gone, replace(gone, layer="more"))))
    wait(lambda: len(placed.state[VectorsState].wrong) == 2 and rested(placed))
    assert placed.state.messages == (placed.state.message,)  # one word for both layers
    assert placed.state.message.actions == (("Vector layers", cmd.ShowTool("vectors")),)
    assert "The vector layer road is not shown." in placed.state.message.text
    assert "road.geojson: there is no such file" in placed.state.message.text
    assert placed.document.unmixing is not None
    line(tmp_path, "geojson")
    placed.send(cmd.ShowVectors(0, shown=True))
    wait(lambda: rested(placed) and layer(placed) is not None)
    assert list(placed.state[VectorsState].wrong) == [(str(path), "more")]


def test_another_scene_has_it_elsewhere(placed: Store, tmp_path, wait: Wait):
    placed.send(cmd.AddVectors((line(tmp_path, "geojson"),)))
    wait(lambda: bool(placed.document.vectors) and rested(placed))
    moved = replace(PLACE, transform=(10.0, 0.0, 499_990.0, 0.0, -20.0, 4_000_020.0))
    placed.history.apply(
        "Elsewhere", replace(placed.document, cube=replace(placed.document.cube, georeference=moved))
    )
    wait(lambda: rested(placed) and layer(placed) is not None)
    np.testing.assert_allclose(layer(placed).places, [(2, 3), (9, 13)], atol=1e-6)


def test_one_beside_the_scene_is_said_to_be_there(placed: Store, tmp_path, wait: Wait):
    shapely = pytest.importorskip("shapely")
    path = write_vectors(tmp_path / "far.geojson", [shapely.Point(600_000, 4_000_000)], ["x"])
    placed.send(cmd.AddVectors((path,)))
    wait(lambda: placed.state.message is not None)
    assert placed.state.message.text == "far.geojson lies beside the scene: nothing of it is seen."


def test_a_damaged_file_is_an_error_with_its_name(placed: Store, tmp_path, wait: Wait):
    (tmp_path / "bad.gpkg").write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 20)
    placed.send(cmd.AddVectors((tmp_path / "bad.gpkg",)))
    wait(lambda: placed.state.message is not None)
    assert "bad.gpkg" in placed.state.message.text
    assert placed.document.vectors == ()
