"""The endmembers' rows on the screen: columns, keys, and what of them is dragged."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QTableView, QWidget

from hsunmix.gui.endmembers.share_delegate import ShareDelegate
from hsunmix.gui.endmembers.table_model import (
    COLOUR,
    LOCK,
    MATCH,
    MEAN,
    NAME,
    SOURCE,
    VISIBLE,
    EndmemberModel,
)
from hsunmix.gui.widgets.context import asked_for
from hsunmix.gui.widgets.panel import named

__all__ = ["EndmemberTable"]

ICON, AROUND = 26, 19  # logical pixels: a column with an icon; what is around a text
LONGEST = {SOURCE: "000, 00", MEAN: "100 %", MATCH: "≈ Kaolinite 0.0°"}  # that is not shortened
NAMES, MIN_LIBRARY_WIDTH = (
    "Endmember 10",
    60,
)  # has room before the library's column has; what that column keeps
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Names(QStyledItemDelegate):
    """Fills an editor in once: what is being typed stays when the table learns something new."""

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        """Fill it in, at first."""
        if not editor.property("filled"):
            super().setEditorData(editor, index)
            editor.setProperty("filled", True)


class EndmemberTable(QTableView):
    """A table whose keys ask for what the mouse can ask for.

    Parameters
    ----------
    model : EndmemberModel

    Signals
    -------
    deleted
        What is selected is to be deleted.
    opened : int
        The map of this row is to be shown.
    asked : int, QPoint
        The context menu of this row is wanted, at a place on the screen.
    """

    deleted = Signal()
    opened = Signal(int)
    asked = Signal(int, QPoint)

    def __init__(self, model: EndmemberModel) -> None:
        super().__init__()
        named(self, "endmemberTable", "Endmembers")
        self._rows = model
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDragDropOverwriteMode(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # an angle or a number at the end stays
        self.setShowGrid(False)
        self.setIconSize(QSize(16, 16))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 12)
        named(self.verticalHeader(), "endmemberRows", "Rows")
        self.shares = ShareDelegate(self)
        self.setItemDelegateForColumn(MEAN, self.shares)
        self.setItemDelegateForColumn(NAME, _Names(self))
        self._set_columns()

    def _set_columns(self) -> None:
        header = named(self.horizontalHeader(), "endmemberHeader", "Columns of the endmember table")
        header.setHighlightSections(False)
        header.setMinimumSectionSize(20)
        for column in range(self._rows.columnCount()):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column in (VISIBLE, COLOUR, LOCK):
            self.setColumnWidth(column, ICON)
        for column, text in LONGEST.items():
            self.setColumnWidth(column, self.fontMetrics().horizontalAdvance(text) + AROUND)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the library's column give way before names are shortened."""
        super().resizeEvent(event)
        wide = self.fontMetrics().horizontalAdvance
        others = sum(self.columnWidth(k) for k in range(self._rows.columnCount()) if k not in (NAME, MATCH))
        rest = self.viewport().width() - others - wide(NAMES) - AROUND
        self.setColumnWidth(MATCH, min(wide(LONGEST[MATCH]) + AROUND, max(rest, MIN_LIBRARY_WIDTH)))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of a row."""
        index, place = asked_for(self, event)
        if index.isValid():
            self.asked.emit(index.row(), place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space shows or hides, Delete deletes, Enter opens the map; the rest is the table's own."""
        row = self.currentIndex().row()
        if row >= 0 and event.key() == Qt.Key.Key_Space:
            self._rows.toggle(row, VISIBLE)
        elif row >= 0 and event.key() == Qt.Key.Key_Delete:
            self.deleted.emit()
        elif row >= 0 and event.key() in ENTER and self.hasFocus():  # not to end the typing of a name
            self.opened.emit(row)
        else:
            super().keyPressEvent(event)
