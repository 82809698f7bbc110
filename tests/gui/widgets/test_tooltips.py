from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QTableView, QWidget

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.widgets.tooltips import WIDEST, wrapped

TIP = Qt.ItemDataRole.ToolTipRole


def test_long_lines_are_broken_and_nothing_is_lost():
    text = "A sentence that goes on for rather longer than anybody would like to read in one line.\nAnother"
    assert all(len(line) <= WIDEST for line in wrapped(text).splitlines())
    assert wrapped(text).split() == text.split()
    assert wrapped(wrapped(text)) == wrapped(text)
    assert wrapped("<b>bold</b> " + text).startswith("<b>")


def test_every_tool_tip_of_the_window_is_in_short_lines(full: MainWindow):
    for tool in ("how_many", "feature_space", "levels"):
        full.store.send(cmd.ShowTool(tool))
    tips = [w.toolTip() for w in full.findChildren(QWidget)]
    tips += [a.toolTip() for a in full.findChildren(QAction)]
    for table in full.findChildren(QTableView):
        model = table.model()
        rows, columns = range(model.rowCount()), range(model.columnCount())
        tips += [str(model.index(row, k).data(TIP) or "") for row in rows for k in columns]
        tips += [str(model.headerData(k, Qt.Orientation.Horizontal, TIP) or "") for k in columns]
    for box in full.findChildren(QComboBox):
        tips += [str(box.itemData(k, TIP) or "") for k in range(box.count())]
    assert len(tips) > 100
    long = {line for tip in tips if "</" not in tip for line in tip.splitlines() if len(line) > WIDEST}
    assert {line for line in long if " " in line} == set()
