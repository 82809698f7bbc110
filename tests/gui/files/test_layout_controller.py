"""A file that may be read in several ways."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from hsunmix.gui import commands as i
from hsunmix.gui.files.layout_dialog import LayoutDialog, words_of
from hsunmix.gui.state.workbench import Workbench
from hsunmix.model.cube import Cube
from hsunmix.model.layout import Layout
from tests.formats.made_products import MAKERS
from tests.gui.conftest import Answers


@pytest.fixture
def unsure(tmp_path: Path) -> Path:
    """Two datasets without a word on their axes."""
    values = np.random.default_rng(0).random((12, 11, 14)).astype("f4") + 0.1
    with h5py.File(tmp_path / "u.h5", "w") as file:
        file["a/cube"], file["small"] = values, values[:3]
    return tmp_path / "u.h5"


def test_a_guess_is_asked_about_and_not_twice(bench: Workbench, wait, unsure: Path, answers: Answers):
    answers.layout = {"dataset": "a/cube", "axes": "byx"}
    bench.send(i.Open(unsure))
    wait(lambda: bench.document.cube is not None and bench.document.cube.layout.sure)
    assert answers.asked == ["layout_of u.h5"]
    assert bench.document.cube.shape == (11, 14, 12)
    assert dict(bench.document.cube.options) == answers.layout
    wait(lambda: not bench.live.tasks)
    assert answers.asked == ["layout_of u.h5"]


def test_no_answer_keeps_what_was_assumed(bench: Workbench, wait, unsure: Path, answers: Answers):
    bench.send(i.Open(unsure))
    wait(lambda: bool(answers.asked))
    assert bench.document.cube.shape == (12, 11, 14)
    bench.send(i.ChooseLayout())
    assert answers.asked == ["layout_of u.h5"] * 2


def test_a_scene_is_laid_out_on_its_map(bench: Workbench, wait, tmp_path: Path, answers: Answers):
    MAKERS["emit.nc"](tmp_path / "e.nc")
    bench.send(i.Open(tmp_path / "e.nc"))
    wait(lambda: bench.document.cube is not None and not bench.live.tasks)
    assert answers.asked == []
    assert bench.document.cube.georeference is None
    answers.layout = {"grid": "map"}
    bench.send(i.ChooseLayout())
    wait(lambda: bench.document.cube.georeference is not None)
    assert bench.document.cube.shape == (5, 7, 9)


@pytest.mark.parametrize("name", MAKERS)
def test_every_product_opens_in_the_window(
    bench: Workbench, wait, tmp_path: Path, answers: Answers, name: str
):
    made = MAKERS[name](tmp_path / name)
    bench.send(i.Open(tmp_path / name, options=made.options))
    wait(lambda: bench.document.cube is not None and bench.live.picture is not None)
    assert bench.document.cube.shape == made.values.shape
    assert answers.asked == []
    assert bench.live.message is None or bench.live.message.level == "info"


def test_nothing_to_choose_is_not_asked(bench: Workbench, answers: Answers):
    bench.send(i.ChooseLayout())
    assert answers.asked == []


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
