"""The endmembers' rows on the screen: columns, keys, and what of them is dragged."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from hsunmix.gui.endmembers.share_delegate import ShareDelegate
from hsunmix.gui.endmembers.table_model import (
    COLOUR,
    LOCK,
    MATCH,
    MEAN,
    NAME,
    SOURCE,
    SURE,
    VISIBLE,
    EndmemberModel,
)
from hsunmix.gui.widgets.context import asked_for
from hsunmix.gui.widgets.panel import named

__all__ = ["EndmemberTable"]

ICONS = (VISIBLE, COLOUR, LOCK)
# Columns as wide as what stands in them; names and the library's share the rest.
CONTENT = (SOURCE, MEAN, SURE)
ICON, AROUND = 26, 19  # logical pixels: a column with an icon; what is around a text
LEAST_MATCH = "≈ Kaol… 00.0°"  # that the library's column has room for
LEAST_NAME, LEAST_NUMBER = "Endmember 10", "≈ Ka… 0.0°"  # first names, then what was matched, give room
LONGEST_WORDS = 0.3  # of the width, for a source that is no place
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Names(QStyledItemDelegate):
    """Fills an editor in once: what is being typed stays when the table learns something new."""

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        """Fill it in, at first."""
        if not editor.property("filled"):
            super().setEditorData(editor, index)
            editor.setProperty("filled", True)


class _Matches(QStyledItemDelegate):
    """Shortens the name of what was matched, never the number behind it."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Fit the text into its cell."""
        super().initStyleOption(option, index)
        name, _, number = option.text.rpartition(" ")
        metrics = option.fontMetrics
        room = option.rect.width() - AROUND - metrics.horizontalAdvance(f" {number}")
        if name and metrics.horizontalAdvance(name) > room:
            option.textElideMode = Qt.TextElideMode.ElideNone  # or it is shortened again, in its middle
            option.text = f"{metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)} {number}"


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
        self.setItemDelegateForColumn(MATCH, _Matches(self))
        self._set_columns()

    def _set_columns(self) -> None:
        header = named(self.horizontalHeader(), "endmemberHeader", "Columns of the endmember table")
        header.setHighlightSections(False)
        header.setMinimumSectionSize(20)
        for column in range(self._rows.columnCount()):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column in ICONS:
            self.setColumnWidth(column, ICON)
        self.setColumnHidden(SURE, True)
        self._rows.dataChanged.connect(self._fit)
        self._rows.modelReset.connect(self._fit)
        self._fit()

    def show_sure(self, shown: bool) -> None:
        """Show the column that says how far endmembers might be others, or don't."""
        if self.isColumnHidden(SURE) == shown:
            self.setColumnHidden(SURE, not shown)
            self._fit()

    def _fit(self) -> None:
        """Make columns as wide as what stands in them; names and the library's divide what is left."""
        for column in CONTENT:
            self.setColumnWidth(column, self._wanted(column))
        others = sum(self.columnWidth(k) for k in range(self._rows.columnCount()) if k not in (NAME, MATCH))
        room = self.viewport().width() - others
        names, matches = self._wanted(NAME), self._wanted(MATCH)
        wide = self.fontMetrics().horizontalAdvance
        least = min(matches, wide(LEAST_MATCH) + AROUND)
        lacking = min(names, wide(LEAST_NAME) + AROUND) + least - room
        source = self.columnWidth(SOURCE)
        given = min(max(lacking, 0), source - self._wanted(SOURCE, words=0.0))
        self.setColumnWidth(SOURCE, source - given)
        room += given
        spare = room - names - matches
        left = max(room - min(names, wide(LEAST_NAME) + AROUND), wide(LEAST_NUMBER) + AROUND)
        self.setColumnWidth(MATCH, min(max(matches + (spare // 2 if spare > 0 else spare), least), left))

    def _wanted(self, column: int, words: float = LONGEST_WORDS) -> int:
        """Return the width that shows a column whole; words of a source may claim a part of the table."""
        wide = self.fontMetrics().horizontalAdvance
        cells = [str(self._rows.index(row, column).data() or "") for row in range(self._rows.rowCount())]
        heading = wide(str(self._rows.headerData(column, Qt.Orientation.Horizontal) or ""))
        most = int(words * self.viewport().width()) if column == SOURCE else heading + 10_000
        widths = [wide(text) if text[:1].isdigit() else min(wide(text), most) for text in cells]
        return max(heading, *widths, 0) + AROUND

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Divide the new width."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Measure anew in another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

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
