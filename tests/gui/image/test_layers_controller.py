from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.store import Store
from hsunmix.model.band_maths import evaluate
from hsunmix.model.cube import Cube
from hsunmix.session.document import Document, Layer

Wait = Callable[[Callable[[], bool]], None]
TEXT = "(b[860] - b[660]) / (b[860] + b[660])"


@pytest.fixture
def open_store(store: Store, cube: Cube, wait: Wait) -> Store:
    store.history.reset(Document(cube=replace(cube, bad_bands=None)))  # 860 nm among them
    wait(lambda: not store.state.tasks and store.state[ImageState].picture is not None)
    return store


def test_a_layer_is_added_evaluated_shown_and_taken_back(open_store: Store, wait: Wait):
    store = open_store
    store.send(cmd.AddLayer(TEXT, "Vegetation"))
    assert store.document.layers == (Layer("Vegetation", TEXT),)
    assert store.document.view.page == "layer"
    assert store.history.undo_label == "Add layer Vegetation"
    wait(lambda: TEXT in store.state[ImageState].layers)
    values = evaluate(store.document.cube, TEXT)
    assert np.array_equal(store.state[ImageState].layers[TEXT], values, equal_nan=True)
    assert store.state[ImageState].shown.drawing.panes[0].values.shape == (13, 9)
    store.send(cmd.Undo())
    assert store.document.layers == ()


def test_several_layers(open_store: Store, wait: Wait):
    store = open_store
    for text in ("ndvi", "b[860] > 0.35", "ndvi"):
        store.send(cmd.AddLayer(text))
    assert [layer.name for layer in store.document.layers] == ["NDVI", "b[860] > 0.35"]
    assert store.document.view.layer == 0  # the one that was there already is shown
    wait(lambda: "ndvi" in store.state[ImageState].layers)
    store.history.mark_saved()
    store.send(cmd.ShowLayer(1))
    assert not store.history.modified
    wait(lambda: "b[860] > 0.35" in store.state[ImageState].layers)
    assert set(np.unique(store.state[ImageState].layers["b[860] > 0.35"])) == {0.0, 1.0}
    store.send(cmd.DeleteLayer())
    assert [layer.name for layer in store.document.layers] == ["NDVI"]
    assert store.document.view.layer == 0
    store.send(cmd.Undo())
    assert len(store.document.layers) == 2


def test_what_is_planned_for_the_mask_can_be_a_layer(open_store: Store, wait: Wait):
    store = open_store
    store.send(cmd.AddLayer())
    assert store.document.layers == ()
    store.send(cmd.PlanMask("ndwi"))
    wait(lambda: not store.channels["mask"].busy)
    store.send(cmd.AddLayer())
    assert store.document.layers == (Layer("NDWI", "ndwi"),)


def test_nonsense_is_refused_in_one_line(open_store: Store):
    open_store.send(cmd.AddLayer("b[860] +"))
    assert "not understood" in open_store.state.message.text
    assert open_store.document.layers == ()


def test_another_scene_forgets_the_values(open_store: Store, wait: Wait, small_cube: Cube):
    store = open_store
    store.send(cmd.AddLayer("ndvi"))
    wait(lambda: "ndvi" in store.state[ImageState].layers)
    store.history.reset(Document(cube=small_cube))
    assert store.state[ImageState].layers == {}
    wait(lambda: not store.state.tasks)
