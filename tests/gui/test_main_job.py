"""The main job as an analyst does it: with the mouse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.endmembers.table_model import NAME
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.run.state import RunState
from hsunmix.gui.spectra.state import SpectraState
from tests.gui.conftest import FakeDialogs
from tests.gui.scenes_on_disk import write_scene

Wait = Callable[[Callable[[], bool]], None]
LEFT = Qt.MouseButton.LeftButton


def part(window: MainWindow, name: str) -> QWidget:
    """A widget by its name, which must be in sight."""
    found = window.findChild(QWidget, name)
    assert found is not None, name
    assert found.isVisible(), name
    return found


def test_open_unmix_click_rename_export_save_reopen(
    window: MainWindow, dialogs: FakeDialogs, tmp_path: Path, wait: Wait, qtbot: QtBot
):
    store = window.store
    dialogs.file = write_scene(tmp_path)
    qtbot.mouseClick(part(window, "openCube"), LEFT)
    wait(lambda: store.state[ImageState].picture is not None and not store.state.tasks)

    rank = part(window, "rank")
    rank.setFocus()
    rank.selectAll()
    qtbot.keyClicks(rank, "3")
    qtbot.keyClick(rank, Qt.Key.Key_Return)
    assert store.document.settings.rank == 3
    qtbot.mouseClick(part(window, "unmixButton"), LEFT)
    wait(lambda: store.document.unmixing is not None)
    assert store.document.view.page == "maps"
    assert store.document.unmixing.relative_error < 0.1

    view = part(window, "mapView1")

    def pointed() -> bool:  # the maps take their places soon after they are shown
        qtbot.mouseMove(view, view.place_of(20, 7))
        qtbot.mouseMove(view, view.place_of(21, 7))
        return store.state.cursor is not None and (store.state.cursor.line, store.state.cursor.sample) == (
            21,
            7,
        )

    wait(pointed)
    assert (store.state.cursor.line, store.state.cursor.sample) == (21, 7)
    assert "line 21  sample 7  ·  560225 E  4139355 N" in part(window, "cursorPlace").text()
    qtbot.mouseClick(view, LEFT, pos=view.place_of(21, 7))
    assert [(p.line, p.sample) for p in store.document.pins] == [(21, 7)]
    qtbot.mouseClick(part(window, "mapTitle1"), LEFT)
    assert store.document.view.page == "map"
    assert store.document.view.endmember == 1

    table = part(window, "endmemberTable")
    place = table.visualRect(table.model().index(1, NAME)).center()
    qtbot.mouseClick(table.viewport(), LEFT, pos=place)
    qtbot.mouseDClick(table.viewport(), LEFT, pos=place)
    editor = table.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "Alunite")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    wait(lambda: store.document.endmembers[1].name == "Alunite")
    assert part(window, "imageCaption").text() == "Abundance of Alunite"

    out = tmp_path / "out"
    dialogs.job = (out, ("geotiff", "csv", "png"))
    window.menus.actions["export"].trigger()
    wait(lambda: (out / "result.json").exists() and not store.state.tasks)
    assert "Alunite" in (out / "endmembers.csv").read_text()
    assert list(out.glob("abundance_*Alunite*.png"))

    dialogs.session = tmp_path / "work.hsu"
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    wait(lambda: dialogs.session.exists() and not store.history.modified)
    saved = store.document
    store.send(cmd.Open(dialogs.session))
    wait(lambda: store.document is not saved and not store.state.tasks)
    assert [e.name for e in store.document.endmembers][1] == "Alunite"
    assert [(p.line, p.sample) for p in store.document.pins] == [(21, 7)]
    np.testing.assert_array_equal(store.document.unmixing.abundances, saved.unmixing.abundances)
    assert part(window, "imageCaption").text() == "Abundance of Alunite"
    wait(lambda: store.state[SpectraState].pinned[21, 7].measured is not None)


def test_the_estimate_is_taken_by_a_click(window: MainWindow, tmp_path: Path, wait: Wait, qtbot: QtBot):
    store = window.store
    store.send(cmd.Open(write_scene(tmp_path)))
    wait(lambda: store.state[RunState].estimate is not None)
    button = part(window, "estimateRank")
    assert button.text() == f"estimated {store.state[RunState].estimate.rank}"
    qtbot.mouseClick(button, LEFT)
    assert store.document.settings.rank == store.state[RunState].estimate.rank


def test_an_error_keeps_the_work_and_can_be_closed(
    window: MainWindow, tmp_path: Path, wait: Wait, qtbot: QtBot
):
    store = window.store
    store.send(cmd.Open(write_scene(tmp_path), rank=3, unmix=True))
    wait(lambda: store.document.unmixing is not None)
    kept = store.document
    store.send(cmd.Open(tmp_path / "gone.hdr", discard=True))
    wait(lambda: store.state.message is not None)
    assert str(tmp_path / "gone.hdr") in part(window, "messageText").text()
    assert store.document is kept
    qtbot.mouseClick(part(window, "closeMessage"), LEFT)
    assert not window.findChild(QWidget, "messageBar").isVisible()


def test_keys_do_what_the_mouse_does(window: MainWindow, tmp_path: Path, wait: Wait, qtbot: QtBot):
    store, ctrl = window.store, Qt.KeyboardModifier.ControlModifier
    store.send(cmd.Open(write_scene(tmp_path), rank=3))
    wait(lambda: store.state[ImageState].picture is not None and not store.state.tasks)
    qtbot.keyClick(window, Qt.Key.Key_R, ctrl)
    wait(lambda: store.document.unmixing is not None)
    for key, page in ((Qt.Key.Key_6, "residual"), (Qt.Key.Key_3, "map"), (Qt.Key.Key_1, "rgb")):
        qtbot.keyClick(window, key, ctrl)
        assert store.document.view.page == page
    view = part(window, "sceneView")
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Right)  # from the middle of the scene
    wait(lambda: store.state.cursor is not None)
    qtbot.keyClick(window, Qt.Key.Key_P, ctrl)
    assert [(p.line, p.sample) for p in store.document.pins] == [(15, 11)]
    qtbot.keyClick(window, Qt.Key.Key_Z, ctrl)
    assert store.document.pins == ()
    qtbot.keyClick(window, Qt.Key.Key_A, ctrl | Qt.KeyboardModifier.ShiftModifier)
    wait(lambda: len(store.document.endmembers) == 4)
