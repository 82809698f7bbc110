"""Panels in windows of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.app.subjects import panels
from hsunmix.gui.feature_space.state import SpaceState
from hsunmix.gui.state.settings import Geometry
from hsunmix.session.document import Document

Wait = Callable[[Callable[[], bool]], None]

TOOLS = [name for name, module in panels() if module.AREA == "tool"]


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_is_made_once_and_shows_what_there_is(window: MainWindow, document: Document, name: str):
    window.store.history.reset(document)
    before = len(window.panels)
    window.store.send(cmd.ShowTool(name))
    window.store.send(cmd.ShowTool(name))
    assert len(window.panels) == before + 1
    tool = window.tools.windows[name]
    assert tool.isVisible()
    assert tool.windowTitle()
    available = tool.screen().availableGeometry()
    assert available.contains(tool.geometry())
    assert window.tools.panels[name].isVisible()


def test_escape_hides_it_and_its_place_is_remembered(window: MainWindow, qtbot: QtBot):
    window.store.send(cmd.ShowTool(TOOLS[0]))
    tool = window.tools.windows[TOOLS[0]]
    tool.setGeometry(30, 40, 620, 480)
    qtbot.keyClick(tool, Qt.Key.Key_Escape)
    assert not tool.isVisible()
    assert window.store.settings.preferences.tools[TOOLS[0]] == Geometry(30, 40, 620, 480)
    window.store.send(cmd.ShowTool(TOOLS[0]))
    assert tool.isVisible()
    tool.close()
    assert not tool.isVisible()


def test_pictures_and_values_are_copied_by_keys_there_too(full: MainWindow, wait: Wait, qtbot: QtBot):
    full.store.send(cmd.ShowTool("feature_space"))
    wait(lambda: full.store.state[SpaceState].cloud is not None)
    tool = full.tools.windows["feature_space"]
    qtbot.waitActive(tool)
    plot = tool.findChild(QWidget, "featureSpacePlot")
    plot.setFocus()
    control = Qt.KeyboardModifier.ControlModifier
    QGuiApplication.clipboard().clear()
    qtbot.keyClick(plot, Qt.Key.Key_C, control)
    assert QGuiApplication.clipboard().mimeData().hasImage()
    qtbot.keyClick(plot, Qt.Key.Key_V, control | Qt.KeyboardModifier.AltModifier)
    assert QGuiApplication.clipboard().text().startswith("Endmember\tComponent 1")
    qtbot.keyClick(plot, Qt.Key.Key_S, control | Qt.KeyboardModifier.AltModifier)
    assert full.store.dialogs.asked[-1].startswith("picture_file")


def test_a_place_off_the_screen_is_brought_back(window: MainWindow):
    place = Geometry(9000, -3000, 5000, 5000)
    window.store.settings.change(tools={TOOLS[0]: place})
    window.store.send(cmd.ShowTool(TOOLS[0]))
    tool = window.tools.windows[TOOLS[0]]
    border = 4  # of the frame, which is not known before the window shows
    screen = tool.screen().availableGeometry().adjusted(-border, -border, border, border)
    assert screen.contains(tool.geometry())


def test_an_unknown_tool_is_a_message_not_a_crash(window: MainWindow):
    window.store.send(cmd.ShowTool("nonsense"))
    assert window.store.state.message.level == "error"


def test_the_layout_can_be_reset(window: MainWindow, document: Document):
    window.store.history.reset(document)
    QApplication.processEvents()
    rows = window.areas.splitters["rows"]
    first = rows.sizes()
    rows.setSizes([500, 500])
    assert rows.sizes() != first
    window.store.send(cmd.ResetLayout())
    assert rows.sizes() == first
