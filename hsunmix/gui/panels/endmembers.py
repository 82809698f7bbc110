"""The table of endmembers: visible, colour, name, source, mean abundance, lock."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QColorDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from hsunmix.gui.intents import Delete, EditName, Locate, Recolour, ShowEndmember
from hsunmix.gui.panel import Panel, heading, named
from hsunmix.gui.theme import LIGHT, Theme
from hsunmix.gui.widgets.endmember_model import (
    COLOUR,
    LOCK,
    MEAN,
    NAME,
    SOURCE,
    VISIBLE,
    EndmemberModel,
    swatch,
)
from hsunmix.gui.widgets.share_delegate import ShareDelegate
from hsunmix.model.spectra import PALETTE
from hsunmix.model.unmixing import Unmixing
from hsunmix.session.document import Document

TITLE = "Endmembers"
AREA = "right"
ORDER = 0

WIDTHS = {VISIBLE: 28, COLOUR: 28, SOURCE: 88, MEAN: 56, LOCK: 30}


class _Table(QTableView):
    """A table whose keys ask for what the mouse can ask for."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete and Space; the rest is the table's own."""
        panel = self.parent()
        while panel is not None and not isinstance(panel, View):
            panel = panel.parent()
        row = self.currentIndex().row()
        if panel is not None and row >= 0 and event.key() == Qt.Key.Key_Space:
            panel.model.toggle(row, VISIBLE)
        elif panel is not None and row >= 0 and event.key() == Qt.Key.Key_Delete:
            panel.intent.emit(Delete(row))
        else:
            super().keyPressEvent(event)


class View(Panel):
    """The endmember panel."""

    def __init__(self) -> None:
        super().__init__("endmemberPanel", TITLE)
        self.setProperty("role", "panel")
        self._document = Document()
        self._theme = LIGHT
        self.model = EndmemberModel(self.intent.emit)
        self.model.setParent(self)
        self.table = self._make_table()
        self.summary = named(QLabel(), "resultSummary", "The result in one line")
        self.summary.setProperty("role", "muted")
        self.note = named(QLabel(), "resultNote", "What the method says about its result")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.note.setContentsMargins(10, 0, 10, 0)
        self.note.hide()
        self.empty = named(
            QLabel("None yet. Press Unmix, or right-click a pixel and add its spectrum."),
            "noEndmembers",
            "No endmembers yet",
        )
        self.empty.setProperty("role", "muted")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.empty.setContentsMargins(10, 4, 10, 0)
        body = named(QWidget(), "endmemberBody", "Endmembers")
        self._pages = QStackedLayout(body)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.table)
        top = QHBoxLayout()
        top.setContentsMargins(10, 6, 10, 2)
        top.addWidget(heading(TITLE, "endmemberHeading"))
        top.addStretch(1)
        top.addWidget(self.summary)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 6)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(body, 1)
        layout.addWidget(self.note)
        self.setMinimumSize(280, 130)

    def _make_table(self) -> QTableView:
        table = named(_Table(), "endmemberTable", "Endmembers")
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        table.setShowGrid(False)
        table.setIconSize(QSize(16, 16))
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 14)
        named(table.verticalHeader(), "endmemberRows", "Rows")
        header = named(table.horizontalHeader(), "endmemberHeader", "Columns of the endmember table")
        header.setHighlightSections(False)
        header.setMinimumSectionSize(20)
        for column in range(self.model.columnCount()):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in WIDTHS.items():
            table.setColumnWidth(column, width)
        self._shares = ShareDelegate(table)
        table.setItemDelegateForColumn(MEAN, self._shares)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._on_menu)
        table.clicked.connect(self._on_clicked)
        table.doubleClicked.connect(self._on_double_clicked)
        table.selectionModel().currentRowChanged.connect(self._on_row)
        return table

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]
        """Redraw the rows and the line above them."""
        self._document = new
        if new.endmembers is not old.endmembers or new.unmixing is not old.unmixing:
            self.model.show(new)
            self._pages.setCurrentIndex(1 if new.endmembers else 0)
            self._show_result(new.unmixing)
        row = new.view.endmember
        if new.endmembers and self.table.currentIndex().row() != row:
            selection = self.table.selectionModel()
            selection.blockSignals(True)
            self.table.selectRow(row)
            selection.blockSignals(False)
            self.table.viewport().update()

    def _show_result(self, result: Unmixing | None) -> None:
        self.summary.setText("" if result is None else describe(result))
        self.summary.setToolTip("‖X − WH‖ / ‖X‖ over the pixels and bands used")
        note = "" if result is None else result.note
        first, _, rest = note.partition(". ")
        self.note.setText(f"{first.rstrip('.')}. …" if rest else note)
        self.note.setToolTip(note)
        self.note.setVisible(bool(note))

    def dress(self, theme: Theme) -> None:
        """Colour icons and bars."""
        self._theme = theme
        self._shares.colour = theme.accent
        self.model.dress(theme)

    def command(self, intent: object) -> None:
        """Begin to rename the selected endmember."""
        if isinstance(intent, EditName):
            index = self.model.index(self._document.view.endmember, NAME)
            self.table.setFocus()
            self.table.setCurrentIndex(index)
            self.table.edit(index)

    def _on_row(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid() and current.row() != self._document.view.endmember:
            self.intent.emit(ShowEndmember(current.row()))

    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() in (VISIBLE, LOCK):
            self.model.toggle(index.row(), index.column())

    def _on_double_clicked(self, index: QModelIndex) -> None:
        if index.column() == COLOUR:
            menu = self._colours(index.row(), self)
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(self.table.viewport().mapToGlobal(self.table.visualRect(index).bottomLeft()))
        elif index.column() in (SOURCE, MEAN):
            self.intent.emit(ShowEndmember(index.row(), "map"))

    def _on_menu(self, position: QPoint) -> None:
        index = self.table.indexAt(position)
        if index.isValid():
            self.menu(index.row()).popup(self.table.viewport().mapToGlobal(position))

    def menu(self, row: int) -> QMenu:
        """Return the context menu of an endmember."""
        member = self._document.endmembers[row]
        menu = named(QMenu(self), "endmemberMenu", member.name)
        menu.addAction("Show its map", lambda: self.intent.emit(ShowEndmember(row, "map")))
        locate = menu.addAction("Locate its pixel", lambda: self.intent.emit(Locate(row)))
        locate.setEnabled(member.source.line is not None)
        menu.addSeparator()
        menu.addAction("Rename", lambda: self.table.edit(self.model.index(row, NAME)))
        menu.addMenu(self._colours(row, menu))
        menu.addAction("Hide" if member.visible else "Show", lambda: self.model.toggle(row, VISIBLE))
        menu.addAction("Unlock" if member.locked else "Lock", lambda: self.model.toggle(row, LOCK))
        menu.addSeparator()
        menu.addAction("Delete and solve again", lambda: self.intent.emit(Delete(row)))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _colours(self, row: int, parent: QWidget) -> QMenu:
        menu = named(QMenu("Colour", parent), "colourMenu", "Colour")
        for k, value in enumerate(PALETTE):
            action = menu.addAction(swatch(value, self._theme.border), f"Colour {k + 1}")
            action.triggered.connect(lambda _=False, c=value: self.intent.emit(Recolour(row, c)))
        menu.addAction("Other…", lambda: self._other_colour(row))
        return menu

    def _other_colour(self, row: int) -> None:
        chosen = QColorDialog.getColor(self._document.endmembers[row].colour, self, "Colour of the endmember")
        if chosen.isValid():
            self.intent.emit(Recolour(row, chosen.name()))


def describe(result: Unmixing) -> str:
    """Return the result in one line; "converged" is only said when it did."""
    parts = [f"error {100 * result.relative_error:.2f} %"]
    if result.converged is not None:
        parts.append(f"{result.iterations} iterations")
        parts.append("converged" if result.converged else "not converged")
    return " · ".join(parts)
