from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from hsunmix.gui.intents import CloseMessage, LocateCube
from hsunmix.gui.live import Live, Message
from hsunmix.gui.panels import messages
from tests.gui.panels.conftest import Alone


def test_a_message_is_shown_with_what_helps(alone: Alone, qtbot: QtBot):
    panel, seen = alone(messages)
    panel.follow(Live(message=Message("x")), Live())
    assert not panel.isVisible()
    helping = LocateCube(Path("/a.hsu"))
    live = Live(message=Message("/a.hdr: <b>is gone</b>", "error", (("Find the cube…", helping),)))
    panel.follow(Live(), live)
    assert panel.isVisible()
    assert panel.text.textFormat() == Qt.TextFormat.PlainText
    assert panel.text.text() == "/a.hdr: <b>is gone</b>"
    qtbot.mouseClick(panel.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.close_button, Qt.MouseButton.LeftButton)
    assert seen == [helping, CloseMessage()]
    panel.follow(live, Live(message=Message("all well", "info")))
    assert panel.buttons == []
    assert panel.property("level") == "info"


def test_a_long_message_is_not_cut(alone: Alone):
    panel, _ = alone(messages)
    panel.resize(500, 40)
    panel.follow(Live(), Live(message=Message("word " * 60)))
    assert panel.text.hasHeightForWidth()
    assert panel.sizeHint().isValid()
    assert panel.text.heightForWidth(400) > 3 * panel.fontMetrics().height()
