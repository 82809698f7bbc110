from __future__ import annotations

from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from hsunmix.gui.widgets.map_grid import _Tile
from hsunmix.gui.widgets.stage import Stage


def test_a_title_has_the_room_that_its_text_takes(qtbot: QtBot):
    window = QWidget()
    qtbot.addWidget(window)
    tile = _Tile(0, window, Stage(window))
    QHBoxLayout(window).addWidget(tile)
    tile.set_title("Endmember 4")
    window.resize(400, 200)
    window.show()
    qtbot.waitExposed(window)
    for width in (120, 400):
        window.resize(width, 200)
        QApplication.processEvents()
        assert tile.title.width() == min(tile.title.sizeHint().width(), tile.width() - 6)
    assert tile.title.text() == "Endmember 4"
