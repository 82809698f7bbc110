"""A file that may be read in several ways."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.files.layout_dialog import LayoutDialog, words_of
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.store import Store
from hsunmix.model.cube import Cube
from hsunmix.model.layout import Layout
from tests.formats.made_products import MAKERS
from tests.gui.conftest import FakeDialogs


@pytest.fixture
def unsure(tmp_path: Path) -> Path:
    """Two datasets without a word on their axes."""
    values = np.random.default_rng(0).random((12, 11, 14)).astype("f4") + 0.1
    with h5py.File(tmp_path / "u.h5", "w") as file:
        file["a/cube"], file["small"] = values, values[:3]
    return tmp_path / "u.h5"


def test_a_guess_is_asked_about_and_not_twice(store: Store, wait, unsure: Path, dialogs: FakeDialogs):
    dialogs.layout = {"dataset": "a/cube", "axes": "byx"}
    store.send(cmd.Open(unsure))
    wait(lambda: store.document.cube is not None and store.document.cube.layout.sure)
    assert dialogs.asked == ["layout_of u.h5"]
    assert store.document.cube.shape == (11, 14, 12)
    assert dict(store.document.cube.options) == dialogs.layout
    wait(lambda: not store.state.tasks)
    assert dialogs.asked == ["layout_of u.h5"]


def test_no_answer_keeps_what_was_assumed(store: Store, wait, unsure: Path, dialogs: FakeDialogs):
    store.send(cmd.Open(unsure))
    wait(lambda: bool(dialogs.asked))
    assert store.document.cube.shape == (12, 11, 14)
    store.send(cmd.ChooseLayout())
    assert dialogs.asked == ["layout_of u.h5"] * 2


def test_a_scene_is_laid_out_on_its_map(store: Store, wait, tmp_path: Path, dialogs: FakeDialogs):
    MAKERS["emit.nc"](tmp_path / "e.nc")
    store.send(cmd.Open(tmp_path / "e.nc"))
    wait(lambda: store.document.cube is not None and not store.state.tasks)
    assert dialogs.asked == []
    assert store.document.cube.georeference is None
    dialogs.layout = {"grid": "map"}
    store.send(cmd.ChooseLayout())
    wait(lambda: store.document.cube.georeference is not None)
    assert store.document.cube.shape == (5, 7, 9)


@pytest.mark.parametrize("name", MAKERS)
def test_every_product_opens_in_the_window(
    store: Store, wait, tmp_path: Path, dialogs: FakeDialogs, name: str
):
    made = MAKERS[name](tmp_path / name)
    store.send(cmd.Open(tmp_path / name, options=made.options))
    wait(lambda: store.document.cube is not None and store.state[ImageState].picture is not None)
    assert store.document.cube.shape == made.values.shape
    assert dialogs.asked == []
    assert store.state.message is None or store.state.message.level == "info"


def test_nothing_to_choose_is_not_asked(store: Store, dialogs: FakeDialogs):
    store.send(cmd.ChooseLayout())
    assert dialogs.asked == []


def test_the_dialog_offers_what_there_is(qapp, qtbot):
    values = np.ones((11, 14, 12), np.float32)
    layout = Layout("byx", False, "a/cube", ("a/cube", "small"), "sensor")
    cube = Cube.from_array(values)
    dialog = LayoutDialog(None, cube.__class__(cube.pixels, layout=layout))
    qtbot.addWidget(dialog)
    assert dialog.axes.count() == 6
    assert dialog.axes.currentText() == "12 bands × 11 lines × 14 samples"
    assert dialog.options == {"dataset": "a/cube", "axes": "byx", "grid": "sensor"}
    dialog.axes.setCurrentIndex(dialog.axes.findData("xyb"))
    dialog.grid.setCurrentIndex(1)
    assert dialog.axes.currentText() == "12 samples × 11 lines × 14 bands"
    assert dialog.options == {"dataset": "a/cube", "axes": "xyb", "grid": "map"}
    dialog.dataset.setCurrentIndex(1)
    assert dialog.options == {"dataset": "small", "grid": "map"}
    assert "does not say" in dialog.sentence.text()
    assert words_of("yxb", (1, 2, 3)) == "1 lines × 2 samples × 3 bands"
