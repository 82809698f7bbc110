"""What the file of the scene says of itself: every fact, searched by words, to be copied."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from hsunmix.gui.widgets.panel import Panel, named
from hsunmix.gui.widgets.spoken import SpokenLabel
from hsunmix.gui.widgets.tooltips import wrapped
from hsunmix.model.cube import Cube
from hsunmix.model.description import everything, in_words
from hsunmix.session.document import Document

TITLE = "File information"
AREA = "tool"
ORDER = 105
SIZE = (680, 640)

LABELS = {
    "dtype": "Stored as",
    "crs": "Coordinate system",
    "transform": "Transform (a, b, c, d, e, f)",
    "nodata": "No data",
    "fwhm": "Widths (FWHM)",
    "default_rgb": "Bands of the colour image",
    "options": "Opened with",
    "header": "Header",
    "files": "File",
    "notes": "Note",
}
LONGEST, TIP = 48, 400  # characters of a value in the list, which is whole below, and of its tool tip
FULL = 72  # pixels of height of the field with the whole value


class View(Panel):
    """A list of names and values; below, the whole of the one that is selected."""

    def __init__(self) -> None:
        super().__init__("informationPanel", TITLE)
        self._rows: list[tuple[str, str]] = []
        self.words = named(QLineEdit(), "informationSearch", "Search the file information")
        self.words.setPlaceholderText("Search: wavelength, scale, map info, …")
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(self._fill)
        self.copy = named(QPushButton("Copy"), "informationCopy", "Copy the file information")
        self.copy.setToolTip("Copy the entries that are selected, or all that are shown")
        self.copy.clicked.connect(self.copy_rows)
        self.table = named(_Table(self.copy_rows), "informationTable", "File information")
        self.table.itemSelectionChanged.connect(self._show_whole)
        self.told = SpokenLabel("informationTold", "What the search found")
        self.told.setProperty("role", "muted")
        self.whole = named(QPlainTextEdit(), "informationWhole", "The whole of what is selected")
        self.whole.setReadOnly(True)
        self.whole.setPlaceholderText("Select an entry to see the whole of it.")
        self.whole.setTabChangesFocus(True)
        self.whole.setFixedHeight(FULL)
        top = QHBoxLayout()
        top.addWidget(self.words, 1)
        top.addWidget(self.copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.told)
        layout.addWidget(self.whole)

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]
        """List the facts of another cube."""
        if new.cube is not old.cube:
            self._rows = [] if new.cube is None else list(_rows(new.cube))
            self._fill()

    @property
    def shown(self) -> list[tuple[str, str]]:
        """Names and values that hold every word that is searched for."""
        words = self.words.text().casefold().split()
        return [row for row in self._rows if all(word in " ".join(row).casefold() for word in words)]

    def copy_rows(self) -> None:
        """Copy what is selected, else all that is shown: a line each, a tab between name and value."""
        shown = self.shown
        chosen = sorted({index.row() for index in self.table.selectedIndexes()})
        rows = [shown[row] for row in chosen] or shown
        QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in rows))
        self.told.setText(f"Copied {_counted(len(rows))}.")

    def _fill(self) -> None:
        shown = self.shown
        self.table.clearSelection()
        self.table.setRowCount(len(shown))
        for k, row in enumerate(shown):
            for column, text in enumerate(row):
                item = QTableWidgetItem(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")
                item.setToolTip(wrapped(text[:TIP]))
                self.table.setItem(k, column, item)
        searched = bool(self.words.text().strip())
        found = f"{_counted(len(shown))} of {len(self._rows)}." if shown else "Nothing was found."
        self.told.setText(found if searched else f"{_counted(len(self._rows))}.")
        self.copy.setEnabled(bool(shown))
        self._show_whole()

    def _show_whole(self) -> None:
        rows = sorted({index.row() for index in self.table.selectedIndexes()})
        shown = self.shown
        self.whole.setPlainText("\n".join(shown[row][1] for row in rows if row < len(shown)))


class _Table(QTableWidget):
    """Two columns, of which the keys for copying copy rows."""

    def __init__(self, copy: object) -> None:
        super().__init__(0, 2)
        self._copy = copy
        self.setHorizontalHeaderLabels(["Name", "Value"])
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.setColumnWidth(0, 230)

    def event(self, event: QEvent) -> bool:
        """Keep the keys for copying from the menu, whose entry copies pictures."""
        if event.type() == QEvent.Type.ShortcutOverride and _copies(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy."""
        if _copies(event) and callable(self._copy):
            self._copy()
            return
        super().keyPressEvent(event)


def _copies(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Copy)


def _rows(cube: Cube) -> Iterator[tuple[str, str]]:
    """Yield name and value of every fact; what a file says under its own names keeps them."""
    for name, value in everything(cube).items():
        label = LABELS.get(name, name.replace("_", " ").capitalize())
        if isinstance(value, dict) and name != "files":
            yield from ((f"{label}: {key}", str(text)) for key, text in value.items())
            continue
        for text in in_words(name, value, first=1):
            yield label, text
        if name in ("wavelengths", "fwhm") and value is not None:
            yield label, f"By band: {', '.join(f'{number:.6g}' for number in value)} nm"


def _counted(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
