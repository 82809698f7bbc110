"""Each panel by its own keys, and the key of the context menu."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from tests.gui.states import part

Wait = Callable[[Callable[[], bool]], None]
Key = Qt.Key


@pytest.mark.parametrize(
    ("name", "entry", "about"),
    [
        ("sceneView", "Pin spectrum", "Pixel 2, 2"),
        ("endmemberTable", "Rename", "Goethite"),
        ("regionList", "Rename", "Field at the river"),
        ("runList", "Go back to it", "Run 2"),
    ],
)
def test_the_context_menu_key(full: MainWindow, wait: Wait, name: str, entry: str, about: str):
    full.store.send(cmd.ShowPage("rgb"))
    full.store.send(cmd.ShowEndmember(1))
    full.store.send(cmd.SelectRegion(0))
    full.store.send(cmd.Hover(2, 2))
    wait(lambda: part(full, "sceneView").viewport.cursor == (2, 2))
    widget = part(full, name)
    widget.setFocus()
    place = QPoint(widget.width() // 2, widget.height() - 3)  # wherever it may be
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, widget.mapToGlobal(place))
    QApplication.sendEvent(widget, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert entry in [action.text() for action in menu.actions()]
    assert menu.accessibleName() == about
    menu.close()


def test_an_endmember_by_keys(full: MainWindow, qtbot: QtBot, wait: Wait):
    store, table = full.store, part(full, "endmemberTable")
    table.setFocus()
    qtbot.keyClick(table, Key.Key_Down)
    assert store.document.view.endmember == 1
    qtbot.keyClick(table, Key.Key_Return)
    assert store.document.view.page == "map"
    qtbot.keyClick(full, Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert not store.document.endmembers[1].visible
    qtbot.keyClick(full, Key.Key_L, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    assert store.document.endmembers[1].locked
    assert full.menus.actions["lock"].isChecked()
    qtbot.keyClick(full, Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [e.name for e in store.document.endmembers][:2] == ["Goethite", "Russian olive"]
    qtbot.keyClick(full, Key.Key_F2)
    editor = table.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "Ochre")
    qtbot.keyClick(editor, Key.Key_Return)
    wait(lambda: table.findChild(QLineEdit) is None)
    assert "Ochre" in [e.name for e in store.document.endmembers]
    qtbot.keyClick(full, Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert len(store.document.endmembers) == 2


def test_a_colour_by_keys(full: MainWindow, qtbot: QtBot):
    qtbot.keyClick(full, Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    menu = QApplication.activePopupWidget()
    qtbot.keyClick(menu, Key.Key_Down)
    qtbot.keyClick(menu, Key.Key_Return)
    assert full.store.history.undo_label == "Recolour Russian olive"


def test_f2_in_the_list_of_regions_names_a_region(full: MainWindow, qtbot: QtBot):
    regions = part(full, "regionList")
    regions.setCurrentRow(1)
    regions.setFocus()
    qtbot.keyClick(regions, Key.Key_F2)
    editor = regions.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, "Lane")
    qtbot.keyClick(editor, Key.Key_Return)
    qtbot.waitUntil(lambda: full.store.document.regions[1].name == "Lane")


def test_the_image_by_keys(full: MainWindow, qtbot: QtBot, wait: Wait):
    store = full.store
    qtbot.keyClick(full, Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert store.document.view.page == "map"
    tabs = part(full, "imageTabs")
    tabs.setFocus()
    qtbot.keyClick(tabs, Key.Key_Right)
    assert store.document.view.page != "map"
    store.send(cmd.ShowPage("map"))
    view = part(full, "sceneView")
    view.setFocus()
    store.send(cmd.Hover(2, 2))
    wait(lambda: view.viewport.cursor == (2, 2))
    qtbot.keyClick(view, Key.Key_Down)
    wait(lambda: store.state.cursor is not None and store.state.cursor.line == 3)
    qtbot.keyClick(view, Key.Key_Return)
    assert (3, 2) in [(pin.line, pin.sample) for pin in store.document.pins]
    before = view.viewport.rect
    qtbot.keyClick(full, Key.Key_Equal, Qt.KeyboardModifier.ControlModifier)  # plus, without Shift
    assert view.viewport.rect.width() < before.width()


def test_the_spectra_by_keys(full: MainWindow, qtbot: QtBot):
    plot = part(full, "spectraPlot")
    plot.setFocus()
    whole = plot.frames()[0]
    qtbot.keyClick(plot, Key.Key_Plus)
    near = plot.frames()[0]
    assert near.right - near.left < whole.right - whole.left
    qtbot.keyClick(plot, Key.Key_Right)
    qtbot.keyClick(plot, Key.Key_Up)
    moved = plot.frames()[0]
    assert moved.left > near.left
    assert moved.top > near.top
    qtbot.keyClick(plot, Key.Key_Home)
    assert plot.frames()[0] == whole


def test_bands_are_painted_by_keys(full: MainWindow, qtbot: QtBot):
    part(full, "paintBands").setChecked(True)
    plot = part(full, "spectraPlot")
    plot.brush.move(9)
    qtbot.keyClick(plot, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(plot, Key.Key_Return)
    bad = full.store.document.cube.bad_bands
    np.testing.assert_array_equal(np.flatnonzero(bad), [4, 5, 9, 10])


def test_menus_know_of_the_tool_in_hand(full: MainWindow):
    full.store.send(cmd.SetTool("brush"))
    assert full.menus.actions["toolBrush"].isChecked()
    full.store.send(cmd.SetUnit("µm"))
    assert full.menus.actions["micrometres"].isChecked()
    full.store.send(cmd.SetUnit("nm"))


def test_focus_stays_with_an_endmember_that_is_moved(full: MainWindow, qtbot: QtBot):
    """Alt and the arrows go on with the same one."""
    table = part(full, "endmemberTable")
    table.setFocus()
    for _ in range(2):
        qtbot.keyClick(full, Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    names = [e.name for e in full.store.document.endmembers]
    assert names == ["Goethite", "Kaolinite CM9 (well ordered)", "Russian olive"]
    assert full.store.document.view.endmember == 2
