"""Wavelengths given by hand in the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from hsunmix.engine.loading import load as load_scene
from hsunmix.formats import open_cube
from hsunmix.gui import commands as cmd
from hsunmix.gui.files.wavelengths_dialog import WavelengthsDialog
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.store import Store
from hsunmix.methods.running import pipeline
from hsunmix.methods.running.pipeline import Request
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from hsunmix.session.archive import load, save
from hsunmix.session.document import Document
from hsunmix.session.reproduce import command_line, facts_of, python_script
from hsunmix.session.runs import record_run
from tests.conftest import make_cube
from tests.gui.conftest import FakeDialogs, unmixing_of

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def bare(store: Store, wait: Wait, tmp_path: Path) -> Store:
    """A scene without wavelengths is open, with a made-up result."""
    np.save(tmp_path / "bare.npy", make_cube(lines=30, samples=20).read(0, 30))
    store.send(cmd.Open(tmp_path / "bare.npy", options=(("axes", "yxb"),)))
    wait(lambda: store.document.cube is not None and not store.state.tasks)
    assert store.document.cube.wavelengths is None
    store.history.reset(record_run(store.document, unmixing_of(store.document.cube)))
    wait(lambda: not store.state.tasks)
    return store


def given(store: Store, wait: Wait, dialogs: FakeDialogs, text: str) -> Document:
    before, dialogs.wavelengths = store.document, text
    store.send(cmd.ChooseWavelengths())
    wait(lambda: store.document is not before and not store.state.tasks)
    return store.document


def test_the_work_stays_and_the_axis_is_in_nanometres(bare: Store, wait: Wait, dialogs: FakeDialogs):
    before = bare.document
    after = given(bare, wait, dialogs, "450-2400")
    np.testing.assert_allclose(after.cube.wavelengths, np.linspace(450, 2400, 20))
    assert after.unmixing is before.unmixing
    assert after.endmembers == before.endmembers
    assert after.cube.pixels is before.cube.pixels
    assert dict(after.cube.options) == {"axes": "yxb", "wavelengths": "450-2400"}
    assert "450 to 2400 nm" in bare.state.notice.text
    wait(lambda: bare.state[ImageState].picture is not None)
    bare.history.undo()
    assert bare.document.cube.wavelengths is None
    given(bare, wait, dialogs, "0.45-0.9 um")
    assert given(bare, wait, dialogs, "").cube.wavelengths is None


def test_session_command_and_script_open_the_scene_so(
    bare: Store, wait: Wait, dialogs: FakeDialogs, tmp_path: Path
):
    cube = given(bare, wait, dialogs, "450-2400 nm").cube
    scene = finish(load_scene(cube))
    result = finish(pipeline.unmix(scene, Request(Choice("spa"), rank=3)))
    document = record_run(Document(cube=cube), result)
    save(document, tmp_path / "kept.hsu")
    np.testing.assert_array_equal(load(tmp_path / "kept.hsu").cube.wavelengths, document.cube.wavelengths)
    facts = facts_of(document, scene)
    assert "--wavelengths '450-2400 nm'" in command_line(document, facts, tmp_path / "out", ["csv"])
    assert "wavelengths='450-2400 nm'" in python_script(document, facts)


def test_bands_chosen_before_stay_the_same_bands(bare: Store, wait: Wait, dialogs: FakeDialogs):
    given(bare, wait, dialogs, "450-2400")
    cube = bare.document.cube
    bare.history.amend(Document(cube=cube.with_bad_bands(cube.wavelengths > 2000, "450-2000")))
    after = given(bare, wait, dialogs, "400-900").cube
    np.testing.assert_array_equal(after.bad_bands, cube.wavelengths > 2000)
    assert after.band_text == "all,#1-16"


@pytest.mark.parametrize("text", ["900-400", "nowhere.csv", "400, 500"])
def test_a_refusal_changes_nothing(bare: Store, wait: Wait, dialogs: FakeDialogs, text: str):
    before, dialogs.wavelengths = bare.document, text
    bare.send(cmd.ChooseWavelengths())
    wait(lambda: bare.state.message is not None)
    assert "wavelengths" in bare.state.message.text
    assert bare.document is before
    dialogs.wavelengths = None  # cancelled
    bare.send(cmd.ChooseWavelengths())
    assert not bare.state.tasks
    assert bare.document is before


def test_another_layout_keeps_what_else_was_given(bare: Store, wait: Wait, dialogs: FakeDialogs):
    given(bare, wait, dialogs, "450-2400")
    dialogs.layout = {"axes": "xyb"}
    before = bare.document
    bare.send(cmd.ChooseLayout())
    wait(lambda: bare.document is not before and not bare.state.tasks)
    assert dict(bare.document.cube.options) == {"axes": "xyb", "wavelengths": "450-2400"}
    assert bare.document.cube.shape == (20, 30, 20)


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path) -> WavelengthsDialog:
    np.save(tmp_path / "bare.npy", make_cube().read(0, 13))
    made = WavelengthsDialog(None, open_cube(tmp_path / "bare.npy"))
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_dialog_answers_in_words_of_the_command_line(dialog: WavelengthsDialog, qtbot: QtBot):
    assert not dialog.accept_button.isEnabled()  # a file, none named yet
    dialog.source.setCurrentText("Equal steps")
    assert dialog.text == "400-2500 nm"
    assert "20 bands" in dialog.told.text()
    dialog.unit.setCurrentText("µm")
    assert dialog.text == "0.4-2.5 um"
    dialog.last.setValue(0.4)
    assert not dialog.accept_button.isEnabled()
    assert "larger" in dialog.told.text()
    qtbot.keyClick(dialog.source, Qt.Key.Key_Down)
    assert dialog.file.isVisible()
    assert not dialog.first.isVisible()
    dialog.file.setText("bands.csv")
    assert dialog.text == "bands.csv"
    assert dialog.accept_button.isEnabled()
    dialog.source.setCurrentIndex(0)
    assert dialog.text == ""


@pytest.mark.parametrize("text", ["0.4-2.5 um", "400-900 nm", "bands.csv"])
def test_the_dialog_shows_what_was_given(qtbot: QtBot, cube: Cube, text: str):
    made = WavelengthsDialog(None, replace(cube, options=(("wavelengths", text),)))
    qtbot.addWidget(made)
    assert made.text == text
    assert made.accept_button.isEnabled()
