"""The table of endmembers: visible, colour, name, source, mean abundance, likeness, lock."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QColorDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hsunmix.gui.commands import (
    Delete,
    EditColour,
    EditName,
    Locate,
    Recolour,
    ShowEndmember,
    ShowMatches,
)
from hsunmix.gui.endmembers.context_menus import add_menu, colour_menu, member_menu
from hsunmix.gui.endmembers.diagnostics_bar import DiagnosticsBar
from hsunmix.gui.endmembers.state import EndmembersState
from hsunmix.gui.endmembers.table import EndmemberTable
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
from hsunmix.gui.library.state import LibraryState
from hsunmix.gui.state.documents import made_with_other_bands
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.elided import ElidedLabel
from hsunmix.gui.widgets.icons import icon
from hsunmix.gui.widgets.panel import Panel, heading, named
from hsunmix.gui.widgets.spoken import SpokenLabel
from hsunmix.gui.widgets.theme import LIGHT, Theme
from hsunmix.model.spectra import Endmember
from hsunmix.model.wording import percent
from hsunmix.session.document import Document

TITLE = "Endmembers"
AREA = "right"
ORDER = 0

MIN_ROWS = 2  # rows that are seen in the smallest window


class View(Panel):
    """The endmember panel.

    Signals
    -------
    closing
        The rows are those of other endmembers now: menus on a row close.
    """

    closing = Signal()

    def __init__(self) -> None:
        super().__init__("endmemberPanel", TITLE)
        self.setProperty("role", "panel")
        self._document = Document()
        self._rows: tuple[Endmember, ...] = ()
        self._state = ViewState()
        self._theme = LIGHT
        self.model = EndmemberModel(self.command.emit)
        self.model.setParent(self)
        self.table = self._make_table()
        self.summary = SpokenLabel("resultSummary", "The result in one line")
        self.summary.setProperty("role", "muted")
        self.add_button = named(QToolButton(), "addEndmember", "Add an endmember")
        self.add_button.setToolTip("Add an endmember: a pixel, a region, the library")
        self.add_button.setIconSize(QSize(16, 16))
        self.add_button.clicked.connect(self._on_add)
        self.diagnostics = DiagnosticsBar()
        self.diagnostics.command.connect(self.command)
        self.note = ElidedLabel("resultNote", "What the method says about its result")
        self.note.setProperty("role", "muted")
        self.note.hide()
        self.empty = named(
            QLabel(
                "None yet. Press Unmix, or add a pixel, a region's mean or a spectrum of the library by +."
            ),
            "noEndmembers",
            "No endmembers yet",
        )
        self.empty.setAccessibleDescription(self.empty.text())
        self.empty.setProperty("role", "muted")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.empty.setContentsMargins(10, 4, 10, 0)
        self._lay_out()

    def _lay_out(self) -> None:
        body = named(QWidget(), "endmemberBody", "Endmembers")
        self._pages = QStackedLayout(body)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.table)
        top = QHBoxLayout()
        top.setContentsMargins(10, 6, 6, 2)
        top.addWidget(heading(TITLE, "endmemberHeading"))
        top.addStretch(1)
        top.addWidget(self.summary)
        top.addWidget(self.add_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 6)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(body, 1)
        layout.addWidget(self.diagnostics)
        foot = QHBoxLayout()
        foot.setContentsMargins(10, 0, 10, 0)
        foot.addWidget(self.note)
        layout.addLayout(foot)
        rows = self.table.verticalHeader().defaultSectionSize()
        self.table.setMinimumHeight(self.table.horizontalHeader().sizeHint().height() + MIN_ROWS * rows + 2)
        self.setMinimumWidth(280)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def _make_table(self) -> EndmemberTable:
        table = EndmemberTable(self.model)
        table.asked.connect(lambda row, place: self.menu(row).popup(place))
        table.clicked.connect(self._on_clicked)
        table.doubleClicked.connect(self._on_double_clicked)
        table.selectionModel().currentRowChanged.connect(self._on_row)
        table.deleted.connect(self.delete)
        table.opened.connect(lambda row: self.command.emit(ShowEndmember(row, "map")))
        return table

    # Showing

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]
        """Redraw the rows and the lines around them."""
        self._document = new
        # While a solution is coming only the maps follow it part by part: the means wait for all of it.
        coming = new.unmixing is not None and new.unmixing.provisional and old.unmixing is not None
        if new.endmembers is not old.endmembers or (new.unmixing is not old.unmixing and not coming):
            others = not _same_rows(self._rows, new)
            self._rows = new.endmembers
            if others:  # what was begun for a row must not end on another endmember
                self.closing.emit()
                self._leave_name()
            self.model.show(new)
            self.table.show_sure(self.model.says_how_sure)
            self.model.show_matches(self._state)
            self._pages.setCurrentIndex(1 if new.endmembers else 0)
        if new.unmixing is not old.unmixing or new.cube is not old.cube:
            self._show_result(new)
            known = new.cube is not None and new.cube.wavelengths is not None
            self.table.setColumnHidden(MATCH, not known)  # without wavelengths nothing can be looked up
        self.add_button.setEnabled(new.cube is not None)
        self.diagnostics.present(new, self._state)
        row = new.view.endmember
        if new.endmembers and self.table.currentIndex().row() != row:
            selection = self.table.selectionModel()
            selection.blockSignals(True)
            # Not by selectRow: with Ctrl held, as for the shortcut that brought us here, that would toggle.
            flag = QItemSelectionModel.SelectionFlag
            selection.setCurrentIndex(self.model.index(row, VISIBLE), flag.ClearAndSelect | flag.Rows)
            selection.blockSignals(False)
            self.table.viewport().update()

    def follow(self, old: ViewState, new: ViewState) -> None:
        """Show what became known of the endmembers."""
        self._state = new
        if new[LibraryState].likenesses is not old[LibraryState].likenesses:
            self.model.show_matches(new)
        if new.stopped != old.stopped:
            self._show_result(self._document)
        if (
            new[EndmembersState].checked is not old[EndmembersState].checked
            or new[EndmembersState].suggested is not old[EndmembersState].suggested
        ):
            self.diagnostics.present(self._document, new)

    def _show_result(self, document: Document) -> None:
        result = document.unmixing
        self.summary.setText("not solved" if self._state.stopped else describe(document))
        own = result is not None and result.own_spectra
        what = "What the spectra of each pixel leave, relative to ‖X‖," if own else "‖X − WH‖ / ‖X‖"
        self.summary.setToolTip(f"{what} over the pixels and bands used")
        if result is not None and result.provisional:
            return  # what there is to say comes with the solution
        note = "" if result is None else result.note
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def dress(self, theme: Theme) -> None:
        """Colour icons and bars."""
        self._theme = theme
        self.table.shares.colour = theme.accent
        self.add_button.setIcon(icon("plus", theme.muted))
        self.model.dress(theme)

    def carry_out(self, command: object) -> None:
        """Begin to rename the selected endmember, or to choose its colour."""
        row = self._document.view.endmember
        if isinstance(command, EditName):
            self._edit_name(row, select=True)
        elif isinstance(command, EditColour):
            self._choose_colour(row)

    def _edit_name(self, row: int, *, select: bool = False) -> None:
        """Open the field of a name, where there is one; what is being typed in it stays."""
        index = self.model.index(row, NAME)
        if not index.isValid() or self.table.indexWidget(index) is not None:
            return
        self.table.setFocus()  # takes the name that is being typed elsewhere
        self._leave_name()
        if select:
            self.table.setCurrentIndex(index)
        self.table.edit(index)

    def _leave_name(self) -> None:
        """Close the field of a name that is being typed, without taking it."""
        editors = [self.table.indexWidget(self.model.index(k, NAME)) for k in range(self.model.rowCount())]
        for editor in filter(None, editors):
            self.table.closeEditor(editor, QAbstractItemDelegate.EndEditHint.RevertModelCache)

    # Asking

    @property
    def rows(self) -> tuple[int, ...]:
        """The selected rows, in order."""
        return tuple(sorted(index.row() for index in self.table.selectionModel().selectedRows()))

    def delete(self) -> None:
        """Ask to delete what is selected."""
        rows = self.rows or (self.table.currentIndex().row(),)
        self.command.emit(Delete(rows[0], rows[1:]))

    def menu(self, row: int) -> QMenu:
        """Return the context menu of an endmember, or of all that are selected with it."""
        rows = self.rows if row in self.rows else (row,)
        menu = member_menu(self, self._document, row, rows, self._theme.border, self.command.emit)
        self.closing.connect(menu.close)
        menu.renamed.connect(lambda: self._edit_name(row))
        menu.other_colour.connect(lambda: self._other_colour(row))
        return menu

    def _on_row(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid() and current.row() != self._document.view.endmember:
            self.command.emit(ShowEndmember(current.row()))

    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() in (VISIBLE, LOCK):
            self.model.toggle(index.row(), index.column())

    def _on_double_clicked(self, index: QModelIndex) -> None:
        row, column = index.row(), index.column()
        if column == COLOUR:
            self._choose_colour(row)
        elif column == SOURCE and self._document.endmembers[row].source.line is not None:
            self.command.emit(Locate(row))
        elif column in (SOURCE, MEAN):
            self.command.emit(ShowEndmember(row, "map"))
        elif column == MATCH:
            self.command.emit(ShowMatches(row))

    def _on_add(self) -> None:
        menu = add_menu(self, self._document, self._state, self.command.emit)
        menu.popup(self.add_button.mapToGlobal(self.add_button.rect().bottomLeft()))

    def _choose_colour(self, row: int) -> None:
        menu = colour_menu(self, row, self._theme.border, self.command.emit)
        menu.other_colour.connect(lambda: self._other_colour(row))
        menu.aboutToHide.connect(menu.deleteLater)
        self.closing.connect(menu.close)
        place = self.table.visualRect(self.model.index(row, COLOUR))
        menu.popup(self.table.viewport().mapToGlobal(place.bottomLeft()))

    def _other_colour(self, row: int) -> None:
        member = self._document.endmembers[row]
        chosen = QColorDialog.getColor(member.colour, self, "Colour of the endmember")
        rows = [k for k, e in enumerate(self._document.endmembers) if e.spectrum is member.spectrum]
        if chosen.isValid() and rows:  # it may be in another row by now
            self.command.emit(Recolour(rows[0], chosen.name()))


def _same_rows(rows: tuple[Endmember, ...], document: Document) -> bool:
    now = document.endmembers
    return len(rows) == len(now) and all(a.spectrum is b.spectrum for a, b in zip(rows, now, strict=True))


def describe(document: Document) -> str:
    """Return the result in one line; "converged" is only said when it did."""
    result = document.unmixing
    if result is None:
        return ""
    if result.provisional:
        return "solving…"
    parts = [f"error {percent(result.relative_error, 2)}"]
    if result.converged is not None:
        parts.append(f"{result.iterations} iterations")
        parts.append("converged" if result.converged else "not converged")
    if made_with_other_bands(document):
        parts.append("made with other bands")
    return " · ".join(parts)
