from __future__ import annotations

import gc
import re
import weakref
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QMenu,
    QMenuBar,
    QScrollBar,
    QSplitterHandle,
    QWidget,
)
from pytestqt.qtbot import QtBot

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.app.subjects import panels
from hsunmix.gui.files.export_dialog import ExportDialog
from hsunmix.gui.files.shape_dialog import ShapeDialog, shapes
from hsunmix.gui.files.unsaved_dialog import UnsavedDialog
from hsunmix.gui.help.about_dialog import AboutDialog
from hsunmix.gui.state.settings import Settings
from hsunmix.gui.widgets.panel import AREAS, Panel
from hsunmix.session.document import Document
from tests.gui.conftest import FakeDialogs, settle
from tests.gui.scenes_on_disk import write_scene

Wait = Callable[[Callable[[], bool]], None]

# Qt makes these inside others and names them itself, or not at all.
QTS_OWN = (QScrollBar, QSplitterHandle)


def nameless(root: QWidget) -> list[str]:
    """Every widget of ours under ``root`` that lacks a name."""
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        parent = widget.parentWidget()
        inside = isinstance(parent, QComboBox | QAbstractSpinBox)
        inside |= isinstance(parent, QMenuBar) and isinstance(widget, QMenu) and not widget.title()
        part = isinstance(parent, QAbstractScrollArea) and type(widget) is QWidget
        named_by_qt = widget.objectName().startswith("qt_")
        if isinstance(widget, QTS_OWN) or inside or part or named_by_qt or _in_popup(widget):
            continue
        if not widget.objectName() or not widget.accessibleName():
            found.append(
                f"{type(widget).__name__} {widget.objectName()!r} in {parent and parent.objectName()!r}"
            )
    return found


def _in_popup(widget: QWidget) -> bool:
    """Whether it belongs to the list that drops down from a combo box."""
    parent = widget
    while parent is not None:
        if parent.inherits("QComboBoxPrivateContainer") or parent.inherits("QTableCornerButton"):
            return True
        parent = parent.parentWidget()
    return False


def test_every_widget_has_its_names(window: MainWindow, document: Document, wait: Wait, qtbot: QtBot):
    window.store.history.reset(document)
    window.store.send(cmd.ShowPage("rgb"))
    window.store.fail(FileNotFoundError("x"), [("Help", cmd.CloseMessage())])
    wait(lambda: not window.store.state.tasks)
    assert nameless(window) == []
    names = [w.objectName() for w in window.findChildren(QWidget) if w.objectName()]
    ours = [n for n in names if not n.startswith("qt_")]
    assert len(set(ours)) == len(ours), [n for n in ours if ours.count(n) > 1]


@pytest.mark.parametrize(
    "make",
    [
        lambda parent: ExportDialog(parent, "/tmp/out", ("csv",)),
        lambda parent: ShapeDialog(parent, Path("/a/urban.mat"), 5929),
        lambda parent: UnsavedDialog(parent, "scene.hdr"),
        AboutDialog,
    ],
)
def test_dialogs_have_their_names_too(window: MainWindow, make: Callable[[QWidget], QDialog]):
    dialog = make(window)
    dialog.show()
    assert nameless(dialog) == []
    dialog.close()
    dialog.deleteLater()


def test_every_panel_is_found_and_says_where_it_belongs(window: MainWindow):
    found = dict(panels())
    assert {"image", "endmembers", "spectra", "run", "status", "messages"} <= set(found)
    for module in found.values():
        assert module.AREA in AREAS
        assert module.TITLE
        assert issubclass(module.View, Panel)
        assert module.AREA != "tool" or min(module.SIZE) > 200
    assert len(window.panels) == sum(module.AREA != "tool" for module in found.values())


def test_panels_do_not_know_each_other():
    for _, module in panels():
        text = Path(module.__file__).read_text(encoding="utf-8")
        assert not re.search(r"import .*\bpanel\b|hsunmix\.gui\.(?!widgets)\w+\.(\w+_)?panel\b", text), module


def test_an_empty_window_offers_sample_and_files(
    window: MainWindow, dialogs: FakeDialogs, wait: Wait, qtbot: QtBot
):
    assert window.pages.currentWidget() is window.welcome
    qtbot.mouseClick(window.welcome.open_button, Qt.MouseButton.LeftButton)
    assert dialogs.asked == ["open_file "]
    qtbot.mouseClick(window.welcome.sample_button, Qt.MouseButton.LeftButton)
    wait(lambda: window.store.document.cube is not None)
    assert window.pages.currentIndex() == 1
    assert window.windowTitle().startswith("desert.hdr · 120×100×150[*]")


def test_while_a_file_is_opened_the_first_page_offers_nothing_else(window: MainWindow, wait: Wait):
    welcome = window.welcome
    assert welcome.card.isVisibleTo(window)
    window.store.send(cmd.Open(Path("/nowhere/strip_7.hdr")))
    assert welcome.waiting.text() == "Opening strip_7.hdr"
    assert not welcome.card.isVisibleTo(window)
    wait(lambda: window.store.state.message is not None)
    assert welcome.card.isVisibleTo(window)


def test_a_recent_file_with_a_very_long_name_is_shortened(window: MainWindow, tmp_path: Path):
    path = tmp_path / f"2025-03-04 strip {150 * 'x'} north 7.hdr"
    window.welcome.set_recent([str(path)])
    QApplication.processEvents()
    (button,) = window.welcome.recent_buttons
    assert button.text().startswith("2025-03-04 strip xxx")
    assert "x north 7.hdr   —" in button.text()
    assert button.sizeHint().width() <= button.width()
    assert button.toolTip() == str(path)
    window.store.settings.remember(path)
    window.menus._fill_recent()
    assert len(window.menus._recent.actions()[0].text()) < 90
    assert str(path) in window.menus._recent.actions()[0].toolTip()


def test_recent_files_are_on_the_first_page_and_in_the_menu(
    qtbot: QtBot, settings: Settings, dialogs: FakeDialogs, tmp_path: Path, wait: Wait
):
    scene = write_scene(tmp_path)
    settings.remember(scene)
    made = MainWindow(settings, dialogs)
    made.show()
    (button,) = made.welcome.recent_buttons
    assert button.text().startswith("scene.hdr")
    made.menus._fill_recent()
    first, *_, last = made.menus._recent.actions()
    assert (first.text(), last.text()) == (button.text(), "Forget these")
    assert tmp_path.name in first.text()  # tells scenes of one name apart
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    wait(lambda: made.store.document.cube is not None)
    made.close()
    settle()


def drop(window: MainWindow, *urls: QUrl) -> QDropEvent:
    data = QMimeData()
    data.setUrls(list(urls))
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, left, none)
    QApplication.sendEvent(window, enter)
    event = QDropEvent(QPointF(5, 5), copy, data, left, none)
    event.setAccepted(False)
    if enter.isAccepted():
        QApplication.sendEvent(window, event)
    return event


def test_a_file_is_dropped_on_the_window(window: MainWindow, tmp_path: Path, wait: Wait):
    scene = write_scene(tmp_path)
    assert drop(window, QUrl.fromLocalFile(str(scene))).isAccepted()
    wait(lambda: window.store.document.cube is not None)
    assert window.store.document.cube.path == scene
    assert not drop(window, QUrl("https://example.org/cube.hdr")).isAccepted()


def test_several_files_dropped_together_are_scenes(window: MainWindow, tmp_path: Path, wait: Wait):
    paths = [write_scene(tmp_path, name) for name in ("west", "east")]
    assert drop(window, *(QUrl.fromLocalFile(str(path)) for path in paths)).isAccepted()
    wait(lambda: bool(window.store.document.scenes) and not window.store.state.tasks)
    assert [entry.name for entry in window.store.document.scenes] == ["west", "east"]
    window.store.send(cmd.ShowScene(step=1))
    wait(lambda: not window.store.state.tasks)
    assert window.store.document.cube.path == paths[1]
    assert not window.isWindowModified()


def test_vectors_dropped_on_the_window_are_laid_on_the_scene(window: MainWindow, tmp_path: Path, wait: Wait):
    path = tmp_path / "roads.geojson"
    path.write_text('{"type": "LineString", "coordinates": [[0, 0], [3, 4]]}')
    assert drop(window, QUrl.fromLocalFile(str(path))).isAccepted()
    wait(lambda: window.store.state.message is not None)
    assert window.store.state.message.text == "Open a scene first: vector layers are drawn over it."
    scene = write_scene(tmp_path)
    drop(window, QUrl.fromLocalFile(str(scene)))
    wait(lambda: window.store.document.cube is not None)
    drop(window, QUrl.fromLocalFile(str(path)))
    wait(lambda: bool(window.store.document.vectors))
    assert window.store.document.cube.path == scene


def test_no_widget_on_the_window_catches_a_dropped_file(window: MainWindow, document: Document):
    window.store.history.reset(document)
    catchers = [w.objectName() for w in window.findChildren(QWidget) if w.acceptDrops()]
    assert [n for n in catchers if "View" in n or "Plot" in n] == []


@pytest.mark.parametrize("answer", ["cancel", "discard", "save"])
def test_closing_asks_about_changes(
    qtbot: QtBot, settings: Settings, dialogs: FakeDialogs, tmp_path: Path, wait: Wait, answer: str
):
    window = MainWindow(settings, dialogs)
    window.show()
    window.store.send(cmd.Open(write_scene(tmp_path)))
    wait(lambda: window.store.document.cube is not None and not window.store.state.tasks)
    window.store.send(cmd.Pin(2, 3))
    assert window.isWindowModified()
    dialogs.changes, dialogs.session = answer, tmp_path / "work.hsu"
    ended: list[object] = []
    window.destroyed.connect(lambda: ended.append(True))
    window.store.send(cmd.Quit())
    assert dialogs.asked[0] == "unsaved scene.hdr"
    if answer == "cancel":
        assert window.isVisible()
        dialogs.changes = "discard"
        window.close()
    wait(lambda: bool(ended))
    assert (tmp_path / "work.hsu").exists() == (answer == "save")


def test_place_and_sizes_are_remembered(qtbot: QtBot, settings: Settings, dialogs: FakeDialogs):
    first = MainWindow(settings, dialogs)
    first.show()
    first.load_panels()
    first.setGeometry(20, 30, 1000, 650)
    first.close()
    settle()
    again = Settings(settings.path)
    assert (again.preferences.geometry.width, again.preferences.geometry.height) == (1000, 650)
    assert set(again.preferences.splitters) >= {"columns", "rows", "rightArea"}
    again.change(geometry=replace_geometry(again, x=50_000, y=-40_000))
    second = MainWindow(again, dialogs)
    second.show()
    screen = second.screen().availableGeometry()
    assert screen.contains(second.geometry().topLeft())
    second.close()
    settle()


def replace_geometry(settings: Settings, **changes: int) -> object:
    import msgspec

    return msgspec.structs.replace(settings.preferences.geometry, **changes)


def test_panels_come_by_themselves_and_one_at_a_time(
    qtbot: QtBot, settings: Settings, dialogs: FakeDialogs, document: Document, wait: Wait
):
    settle()
    window = MainWindow(settings, dialogs)
    window.show()
    window.store.history.reset(document)  # before there is a panel
    made: list[int] = []
    turns = QTimer()
    turns.timeout.connect(lambda: made.append(len(window.findChildren(Panel))))
    turns.start(0)
    wait(lambda: bool(window.panels))
    turns.stop()
    assert window.pages.currentIndex() == 1
    assert "Endmember 1" in window.findChild(QAbstractItemView, "endmemberTable").model().index(0, 2).data()
    assert len(set(made)) >= len(window.panels) - 1  # the window had a turn between any two
    window.close()
    settle()


def test_nothing_outlives_its_window(
    qtbot: QtBot, settings: Settings, dialogs: FakeDialogs, document: Document, wait: Wait
):
    settle()
    before = len(QApplication.allWidgets())

    def live_and_die() -> list[weakref.ref[object]]:
        window = MainWindow(settings, dialogs)
        window.show()
        window.store.history.reset(document)
        wait(lambda: not window.store.state.tasks)
        window.close()
        return [weakref.ref(part) for part in (window, window.store, *window.panels)]

    gone = live_and_die()
    settle()
    gc.collect()
    assert [ref for ref in gone if ref() is not None] == []
    assert len(QApplication.allWidgets()) <= before


def test_a_handler_that_breaks_is_a_message(
    window: MainWindow, document: Document, monkeypatch: pytest.MonkeyPatch
):
    window.store.history.reset(document)

    def broken(_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setitem(window.store._handlers, cmd.Rename, broken)
    window.store.send(cmd.Rename(0, "x"))
    assert "boom" in window.store.state.message.text
    assert "your work is kept" in window.store.state.message.text
    window.store.send(cmd.CancelWork())  # Esc closes it
    assert window.store.state.message is None


def test_memory_that_runs_out_is_a_message(window: MainWindow, wait: Wait):
    window.store.fail(MemoryError())
    assert "not enough memory" in window.store.state.message.text
    window.store.send(cmd.CloseMessage())

    def work() -> Generator[None, None, None]:
        yield
        raise MemoryError("Unable to allocate 3.00 GiB for an array with shape (9, 9) and data type float64")

    window.store.start("export", "Exporting all scenes", work(), lambda _: None)
    wait(lambda: window.store.state.message is not None)
    text = window.store.state.message.text
    assert text.startswith("Exporting all scenes: there is not enough memory for another 3.00 GiB; nothing")


def test_undo_says_what_it_takes_back(window: MainWindow, document: Document):
    window.store.history.reset(document)
    window.store.send(cmd.Rename(0, "Sand & gravel"))
    window.store.send(cmd.Visible(0, False))
    assert window.menus.actions["undo"].text() == "&Undo Hide Sand && gravel"
    window.menus.actions["undo"].trigger()
    assert window.store.document.endmembers[0].visible
    assert window.menus.actions["redo"].text() == "&Redo Hide Sand && gravel"


def test_locate_puts_the_cursor_on_the_source(window: MainWindow, document: Document, wait: Wait):
    window.store.history.reset(document)
    window.store.send(cmd.Locate(2))
    assert (window.store.state.cursor.line, window.store.state.cursor.sample) == (4, 5)
    assert window.store.document.view.endmember == 2


def test_shapes_are_the_squarest_first():
    assert shapes(12) == [(3, 4), (4, 3), (2, 6), (6, 2), (1, 12), (12, 1)]
    assert shapes(5929)[0] == (77, 77)
    assert shapes(1) == [(1, 1)]
    assert all(a * b == 9702 for a, b in shapes(9702))


def test_the_export_dialog_says_what_it_lacks(window: MainWindow, tmp_path: Path):
    dialog = ExportDialog(window, str(tmp_path), ("csv", "no such product"))
    assert dialog.products == ("csv",)
    assert dialog.accept_button.isEnabled()
    dialog.tick("csv", False)
    assert not dialog.accept_button.isEnabled()
    dialog.tick("geotiff", True)
    (tmp_path / "result.json").write_text("{}")
    dialog.folder_edit.setText("")
    assert not dialog.accept_button.isEnabled()
    dialog.folder_edit.setText(str(tmp_path))
    assert "replaced" in dialog.note.text()
    assert (dialog.folder, dialog.products) == (tmp_path, ("geotiff",))
    dialog.deleteLater()


def test_the_question_about_changes_has_three_answers(window: MainWindow):
    dialog = UnsavedDialog(window, "scene.hdr")
    assert dialog.answer == "cancel"
    dialog.discard_button.click()
    assert dialog.answer == "discard"
    dialog.accept_button.click()
    assert dialog.answer == "save"
    dialog.deleteLater()


def test_versions_can_be_copied(window: MainWindow):
    dialog = AboutDialog(window)
    dialog.copy_button.click()
    text = QApplication.clipboard().text()
    assert text.startswith("hsunmix ")
    assert "numba" in text
    dialog.deleteLater()
