"""The main job as an analyst does it: with the mouse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from hsunmix.gui import commands as i
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.endmembers.table_model import NAME
from tests.gui.conftest import Answers
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
    window: MainWindow, answers: Answers, tmp_path: Path, wait: Wait, qtbot: QtBot
):
    bench = window.bench
    answers.file = write_scene(tmp_path)
    qtbot.mouseClick(part(window, "openCube"), LEFT)
    wait(lambda: bench.live.picture is not None and not bench.live.tasks)

    rank = part(window, "rank")
    rank.setFocus()
    rank.selectAll()
    qtbot.keyClicks(rank, "3")
    qtbot.keyClick(rank, Qt.Key.Key_Return)
    assert bench.document.settings.rank == 3
    qtbot.mouseClick(part(window, "unmixButton"), LEFT)
    wait(lambda: bench.document.unmixing is not None)
    assert bench.document.view.page == "maps"
    assert bench.document.unmixing.relative_error < 0.1

    view = part(window, "mapView1")
    qtbot.wait(50)  # until the maps have their places
    qtbot.mouseMove(view, view.place_of(21, 7))
    wait(lambda: bench.live.cursor is not None)
    assert (bench.live.cursor.line, bench.live.cursor.sample) == (21, 7)
    assert "line 21  sample 7  ·  560225 E  4139355 N" in part(window, "cursorPlace").text()
    qtbot.mouseClick(view, LEFT, pos=view.place_of(21, 7))
    assert [(p.line, p.sample) for p in bench.document.pins] == [(21, 7)]
    qtbot.mouseClick(part(window, "mapTitle1"), LEFT)
    assert bench.document.view.page == "map"
    assert bench.document.view.endmember == 1

    table = part(window, "endmemberTable")
    place = table.visualRect(table.model().index(1, NAME)).center()
    qtbot.mouseClick(table.viewport(), LEFT, pos=place)
    qtbot.mouseDClick(table.viewport(), LEFT, pos=place)
    editor = table.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "Alunite")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    wait(lambda: bench.document.endmembers[1].name == "Alunite")
    assert part(window, "imageCaption").text() == "Abundance of Alunite"

    out = tmp_path / "out"
    answers.delivery = (out, ("geotiff", "csv", "png"))
    window.menus.actions["export"].trigger()
    wait(lambda: (out / "result.json").exists() and not bench.live.tasks)
    assert "Alunite" in (out / "endmembers.csv").read_text()
    assert list(out.glob("abundance_*Alunite*.png"))

    answers.session = tmp_path / "work.hsu"
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    wait(lambda: answers.session.exists() and not bench.history.modified)
    saved = bench.document
    bench.send(i.Open(answers.session))
    wait(lambda: bench.document is not saved and not bench.live.tasks)
    assert [e.name for e in bench.document.endmembers][1] == "Alunite"
    assert [(p.line, p.sample) for p in bench.document.pins] == [(21, 7)]
    np.testing.assert_array_equal(bench.document.unmixing.abundances, saved.unmixing.abundances)
    assert part(window, "imageCaption").text() == "Abundance of Alunite"
    wait(lambda: bench.live.pinned[21, 7].measured is not None)


def test_the_estimate_is_taken_by_a_click(window: MainWindow, tmp_path: Path, wait: Wait, qtbot: QtBot):
    bench = window.bench
    bench.send(i.Open(write_scene(tmp_path)))
    wait(lambda: bench.live.estimate is not None)
    button = part(window, "estimateRank")
    assert button.text() == f"estimated {bench.live.estimate.rank}"
    qtbot.mouseClick(button, LEFT)
    assert bench.document.settings.rank == bench.live.estimate.rank


def test_an_error_keeps_the_work_and_can_be_closed(
    window: MainWindow, tmp_path: Path, wait: Wait, qtbot: QtBot
):
    bench = window.bench
    bench.send(i.Open(write_scene(tmp_path), rank=3, unmix=True))
    wait(lambda: bench.document.unmixing is not None)
    kept = bench.document
    bench.send(i.Open(tmp_path / "gone.hdr", discard=True))
    wait(lambda: bench.live.message is not None)
    assert str(tmp_path / "gone.hdr") in part(window, "messageText").text()
    assert bench.document is kept
    qtbot.mouseClick(part(window, "closeMessage"), LEFT)
    assert not window.findChild(QWidget, "messageBar").isVisible()


def test_keys_do_what_the_mouse_does(window: MainWindow, tmp_path: Path, wait: Wait, qtbot: QtBot):
    bench, ctrl = window.bench, Qt.KeyboardModifier.ControlModifier
    bench.send(i.Open(write_scene(tmp_path), rank=3))
    wait(lambda: bench.live.picture is not None and not bench.live.tasks)
    qtbot.keyClick(window, Qt.Key.Key_R, ctrl)
    wait(lambda: bench.document.unmixing is not None)
    for key, page in ((Qt.Key.Key_4, "residual"), (Qt.Key.Key_2, "map"), (Qt.Key.Key_1, "rgb")):
        qtbot.keyClick(window, key, ctrl)
        assert bench.document.view.page == page
    view = part(window, "sceneView")
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Right)  # from the middle of the scene
    wait(lambda: bench.live.cursor is not None)
    qtbot.keyClick(window, Qt.Key.Key_P, ctrl)
    assert [(p.line, p.sample) for p in bench.document.pins] == [(15, 11)]
    qtbot.keyClick(window, Qt.Key.Key_Z, ctrl)
    assert bench.document.pins == ()
    qtbot.keyClick(window, Qt.Key.Key_A, ctrl | Qt.KeyboardModifier.ShiftModifier)
    wait(lambda: len(bench.document.endmembers) == 4)
