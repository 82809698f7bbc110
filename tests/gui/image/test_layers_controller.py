from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui import commands as i
from hsunmix.gui.state.workbench import Workbench
from hsunmix.model.band_maths import evaluate
from hsunmix.model.cube import Cube
from hsunmix.session.document import Document, Layer

Wait = Callable[[Callable[[], bool]], None]
TEXT = "(b[860] - b[660]) / (b[860] + b[660])"


@pytest.fixture
def open_bench(bench: Workbench, cube: Cube, wait: Wait) -> Workbench:
    bench.history.reset(Document(cube=replace(cube, bad_bands=None)))  # 860 nm among them
    wait(lambda: not bench.live.tasks and bench.live.picture is not None)
    return bench


def test_a_layer_is_added_evaluated_shown_and_taken_back(open_bench: Workbench, wait: Wait):
    bench = open_bench
    bench.send(i.AddLayer(TEXT, "Vegetation"))
    assert bench.document.layers == (Layer("Vegetation", TEXT),)
    assert bench.document.view.page == "layer"
    assert bench.history.undo_label == "Add layer Vegetation"
    wait(lambda: TEXT in bench.live.layers)
    values = evaluate(bench.document.cube, TEXT)
    assert np.array_equal(bench.live.layers[TEXT], values, equal_nan=True)
    assert bench.live.shown.drawing.tiles[0].values.shape == (13, 9)
    bench.send(i.Undo())
    assert bench.document.layers == ()


def test_several_layers(open_bench: Workbench, wait: Wait):
    bench = open_bench
    for text in ("ndvi", "b[860] > 0.35", "ndvi"):
        bench.send(i.AddLayer(text))
    assert [layer.name for layer in bench.document.layers] == ["NDVI", "b[860] > 0.35"]
    assert bench.document.view.layer == 0  # the one that was there already is shown
    wait(lambda: "ndvi" in bench.live.layers)
    bench.history.mark_saved()
    bench.send(i.ShowLayer(1))
    assert not bench.history.modified
    wait(lambda: "b[860] > 0.35" in bench.live.layers)
    assert set(np.unique(bench.live.layers["b[860] > 0.35"])) == {0.0, 1.0}
    bench.send(i.DeleteLayer())
    assert [layer.name for layer in bench.document.layers] == ["NDVI"]
    assert bench.document.view.layer == 0
    bench.send(i.Undo())
    assert len(bench.document.layers) == 2


def test_what_is_planned_for_the_mask_can_be_a_layer(open_bench: Workbench, wait: Wait):
    bench = open_bench
    bench.send(i.AddLayer())
    assert bench.document.layers == ()
    bench.send(i.PlanMask("ndwi"))
    wait(lambda: not bench.lanes["mask"].busy)
    bench.send(i.AddLayer())
    assert bench.document.layers == (Layer("NDWI", "ndwi"),)


def test_nonsense_is_refused_in_one_line(open_bench: Workbench):
    open_bench.send(i.AddLayer("b[860] +"))
    assert "not understood" in open_bench.live.message.text
    assert open_bench.document.layers == ()


def test_another_scene_forgets_the_values(open_bench: Workbench, wait: Wait, small_cube: Cube):
    bench = open_bench
    bench.send(i.AddLayer("ndvi"))
    wait(lambda: "ndvi" in bench.live.layers)
    bench.history.reset(Document(cube=small_cube))
    assert bench.live.layers == {}
    wait(lambda: not bench.live.tasks)
