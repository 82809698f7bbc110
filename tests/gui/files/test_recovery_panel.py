from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from hsunmix.errors import FileError
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.commands import DiscardWork, OpenWork, PutOffWork
from hsunmix.gui.files import recovery_panel as recovery
from hsunmix.gui.files.state import FilesState
from hsunmix.gui.state.view_state import Task, ViewState
from hsunmix.session.recovery import Record, Work
from tests.gui.conftest import Alone, state_of

NOON = Work(Path("/state/1"), Record("work-1.hsu", "00", "jasper.hdr", "", "2025-03-04T12:05:00+00:00"))
CRASHED = Work(Path("/state/2"), Record("work-9.hsu", title="samson.mat", attempts=1))


def test_it_is_hidden_until_there_is_something_to_offer(alone: Alone, qtbot: QtBot):
    panel, seen = alone(recovery)
    panel.hide()
    offer = state_of(left_behind=(NOON, CRASHED))
    panel.follow(ViewState(), offer)
    assert panel.isVisible()
    assert "jasper.hdr" in panel.text.text()
    assert "1 more" in panel.text.text()
    for button, command in (
        (panel.open_button, OpenWork(NOON)),
        (panel.discard_button, DiscardWork(NOON)),
        (panel.later_button, PutOffWork()),
    ):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert seen[-1] == command
    rest = state_of(left_behind=(CRASHED,))
    panel.follow(offer, rest)
    qtbot.mouseClick(panel.open_button, Qt.MouseButton.LeftButton)
    assert seen[-1] == OpenWork(CRASHED)
    panel.follow(rest, ViewState())
    assert not panel.isVisible()


def test_work_that_ended_the_program_is_offered_with_a_warning(alone: Alone):
    panel, _ = alone(recovery)
    panel.follow(ViewState(), state_of(left_behind=(CRASHED,)))
    assert "The program ended when it was opened last." in panel.text.text()
    assert panel.open_button.text() == "Open it all the same"


def test_a_very_long_title_leaves_room_for_the_rest():
    title = f"2025-03-04 strip {180 * 'x'} north 7.hdr"
    long = Work(Path("/state/3"), Record("work-1.hsu", title=title))
    assert "work on 2025-03-04 strip x" in recovery.describe((long,))
    assert "x north 7.hdr." in recovery.describe((long,))
    assert len(recovery.describe((long,))) < 120


def test_nothing_moves_when_work_is_offered(full: MainWindow):
    parts = [w for w in full.findChildren(QWidget) if w.isVisible() and w.window() is full]
    before = [w.geometry() for w in parts]
    full.store.show(FilesState, left_behind=(NOON, CRASHED))
    QApplication.processEvents()
    assert [w.objectName() for w, was in zip(parts, before, strict=True) if w.geometry() != was] == []
    bar = full.findChild(QWidget, "recoveryBar")
    full.store.fail(FileError("/a.hdr", "is gone"))  # both have their place
    QApplication.processEvents()
    assert not bar.geometry().intersects(full.findChild(QWidget, "messageBar").geometry())


def test_it_waits_while_something_is_being_opened(alone: Alone):
    panel, _ = alone(recovery)
    offer = state_of(left_behind=(NOON,))
    panel.follow(ViewState(), offer)
    panel.follow(offer, state_of(left_behind=(NOON,), tasks={"open": Task("Opening", 0.0)}))
    assert not panel.open_button.isEnabled()


def test_a_second_press_does_not_put_it_off(full: MainWindow):
    full.store.show(FilesState, left_behind=(NOON,))
    panel = next(p for p in full.panels if p.objectName() == "recoveryBar")
    panel.open_button.setFocus()
    assert full.focusWidget() is panel.open_button
    full.store.show(tasks={"open": Task("Opening", 0.0)})
    assert full.focusWidget() is not panel.later_button
    full.store.show(tasks={})


def test_the_time_is_told_as_one_would():
    when = NOON.record.when
    assert f"kept at {when:%H:%M}" in recovery.describe((NOON,), when)
    later = datetime(2025, 3, 9).astimezone()
    assert f"kept on 2025-03-04 at {when:%H:%M}" in recovery.describe((NOON,), later)
