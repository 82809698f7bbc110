from __future__ import annotations

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hsunmix.gui.image.page_tabs import PageTabs
from hsunmix.gui.widgets import theme as themes
from hsunmix.gui.widgets.theme import LIGHT


def widths(tabs: PageTabs) -> list[int]:
    QApplication.processEvents()
    return [tabs.tabRect(k).width() for k in range(tabs.count())]


def test_tabs_move_together_where_there_is_little_room_and_apart_again(qapp: QApplication, qtbot: QtBot):
    themes.apply(qapp, LIGHT)
    tabs = PageTabs()
    qtbot.addWidget(tabs)
    tabs.show()
    tabs.resize(2000, 30)
    wide = widths(tabs)
    tabs.resize(sum(wide) - 5, 30)
    narrow = widths(tabs)
    assert all(a < b for a, b in zip(narrow, wide, strict=True))
    assert narrow == [tabs.tabSizeHint(k).width() for k in range(tabs.count())]
    tabs.setTabVisible(0, False)  # now there is room again
    assert widths(tabs)[1:] == wide[1:]
    tabs.setTabVisible(0, True)
    tabs.resize(2000, 30)
    assert widths(tabs) == wide
