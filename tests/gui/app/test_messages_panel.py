from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from hsunmix.errors import FileError
from hsunmix.gui.app import messages_panel as messages
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.commands import CloseMessage, LocateCube
from hsunmix.gui.state.view_state import Message, ViewState
from tests.gui.conftest import Alone


def test_a_message_is_shown_with_what_helps(alone: Alone, qtbot: QtBot):
    panel, seen = alone(messages)
    panel.follow(ViewState(message=Message("x")), ViewState())
    assert not panel.isVisible()
    helping = LocateCube(Path("/a.hsu"))
    state = ViewState(message=Message("/a.hdr: <b>is gone</b>", "error", (("Find the cube…", helping),)))
    panel.follow(ViewState(), state)
    assert panel.isVisible()
    assert panel.text.textFormat() == Qt.TextFormat.PlainText
    assert panel.text.text() == "/a.hdr: <b>is gone</b>"
    qtbot.mouseClick(panel.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.close_button, Qt.MouseButton.LeftButton)
    assert seen == [CloseMessage(), helping, CloseMessage()]
    panel.follow(state, ViewState(message=Message("all well", "info")))
    assert panel.buttons == []
    assert panel.property("level") == "info"


def test_a_long_message_is_not_cut(alone: Alone):
    panel, _ = alone(messages)
    panel.resize(500, 40)
    panel.follow(ViewState(), ViewState(message=Message("word " * 60)))
    assert panel.text.hasHeightForWidth()
    assert panel.sizeHint().isValid()
    assert panel.text.heightForWidth(400) > 3 * panel.fontMetrics().height()


def test_nothing_moves_when_a_message_comes_and_goes(full: MainWindow):
    parts = [w for w in full.findChildren(QWidget) if w.isVisible() and w.window() is full]
    before = [w.geometry() for w in parts]
    bar = full.findChild(QWidget, "messageBar")
    full.store.fail(FileError("/data/strip_7.hdr", "word " * 30), [("Open another…", CloseMessage())])
    QApplication.processEvents()
    assert [w.objectName() for w, was in zip(parts, before, strict=True) if w.geometry() != was] == []
    image = full.findChild(QWidget, "imageStack")
    assert full.rect().contains(bar.geometry())
    assert QRect(image.mapTo(full, QPoint(0, 0)), image.size()).contains(bar.geometry())
    full.resize(full.width() - 150, full.height() - 60)  # it goes with the image
    QApplication.processEvents()
    assert QRect(image.mapTo(full, QPoint(0, 0)), image.size()).contains(bar.geometry())
    button = full.findChild(QWidget, "messageAction0")
    assert full.childAt(button.mapTo(full, button.rect().center())) is button  # it lies on top


def test_a_message_on_the_first_page_is_inside_the_window(window: MainWindow):
    window.store.fail(FileError("/data/strip_7.hdr", "is gone"))
    QApplication.processEvents()
    bar = window.findChild(QWidget, "messageBar")
    assert bar.isVisible()
    assert window.rect().contains(bar.geometry())


def test_what_waits_is_counted(alone: Alone):
    panel, _ = alone(messages)
    first, second = Message("gone"), Message("noise", "info", about="noise")
    panel.follow(ViewState(), ViewState(message=first, waiting=(second,)))
    assert panel.more.isVisibleTo(panel)
    assert panel.more.text() == "1 more"
    panel.follow(ViewState(message=first, waiting=(second,)), ViewState(message=second))
    assert not panel.more.isVisibleTo(panel)
