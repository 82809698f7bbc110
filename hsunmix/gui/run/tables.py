"""Tables about runs: the list of them, and the pairs of endmembers of two."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableWidget, QTableWidgetItem

from hsunmix.gui.run.state import Comparing
from hsunmix.gui.widgets.context import asked_for
from hsunmix.gui.widgets.icons import swatch
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.theme import LIGHT, Theme
from hsunmix.gui.widgets.tooltips import wrapped
from hsunmix.model.wording import percent, seconds
from hsunmix.session.document import Document, Run
from hsunmix.session.runs import current

__all__ = ["PairTable", "RunTable", "describe"]

RUNS = ("Run", "What", "Error", "Time")
PAIRS = {
    "First": "Endmember of the first result",
    "Second": "The endmember of the second that it was matched with",
    "Angle": "Spectral angle between the two, in degrees",
    "RMSE": "Root mean square difference of their abundances, over the pixels that both results use",
}
NUMBER = Qt.ItemDataRole.UserRole


class _Table(QTableWidget):
    """Rows that are chosen whole, without a grid."""

    def __init__(self, name: str, title: str, columns: tuple[str, ...], stretched: tuple[int, ...]) -> None:
        super().__init__(0, len(columns))
        named(self, name, title)
        self.setHorizontalHeaderLabels(columns)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # a number at the end stays
        self.setTabKeyNavigation(False)
        rows = named(self.verticalHeader(), f"{name}Rows", "Rows")
        rows.hide()
        rows.setDefaultSectionSize(self.fontMetrics().height() + 9)
        header = named(self.horizontalHeader(), f"{name}Header", f"Columns of {title.lower()}")
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for k in range(len(columns)):
            stretch = QHeaderView.ResizeMode.Stretch
            header.setSectionResizeMode(
                k, stretch if k in stretched else QHeaderView.ResizeMode.ResizeToContents
            )


class RunTable(_Table):
    """The runs, the newest first; the one shown is marked.

    Signals
    -------
    back, deleted, compared : int
        What is asked of the run with this number.
    """

    back = Signal(int)
    deleted = Signal(int)
    compared = Signal(int)

    def __init__(self) -> None:
        super().__init__("runList", "Runs of this session", RUNS, stretched=(1,))
        self._runs: tuple[Run, ...] = ()
        self._shown: int | None = None
        self.doubleClicked.connect(lambda _: self._tell(self.back))

    def show_runs(self, document: Document) -> None:
        """List a document's runs; the selection stays where it was, unless another is shown now."""
        shown = current(document)
        chosen = self.selected if shown is not None and shown.number == self._shown else shown
        self._shown = None if shown is None else shown.number
        self._runs = document.runs[::-1]
        self.setRowCount(len(self._runs))
        for row, run in enumerate(self._runs):
            texts = (
                f"▸ {run.number}" if run is shown else str(run.number),
                run.label,
                percent(run.relative_error, 2),
                "" if run.edited else seconds(run.seconds),
            )
            tip = describe(run)
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(wrapped(tip))
                item.setData(NUMBER, run.number)
                if run.unmixing is None:
                    item.setForeground(self.palette().placeholderText())
                self.setItem(row, column, item)
            if chosen is not None and run.number == chosen.number:
                self.selectRow(row)

    @property
    def selected(self) -> Run | None:
        """The run that is selected."""
        item = self.item(self.currentRow(), 0)
        number = None if item is None else item.data(NUMBER)
        return next((run for run in self._runs if run.number == number), None)

    def menu(self, number: int) -> QMenu:
        """Return the context menu of a run."""
        menu = named(QMenu(self), "runMenu", f"Run {number}")
        menu.addAction("Go back to it", lambda: self.back.emit(number))
        menu.addAction("Compare with the result shown", lambda: self.compared.emit(number))
        menu.addSeparator()
        menu.addAction("Delete from the list", lambda: self.deleted.emit(number))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to a run by Enter, take it out by Delete; the rest is the table's own."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._tell(self.back)
        elif event.key() == Qt.Key.Key_Delete:
            self._tell(self.deleted)
        else:
            super().keyPressEvent(event)

    def _tell(self, signal: SignalInstance) -> None:
        if self.selected is not None:
            signal.emit(self.selected.number)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu of a run."""
        index, place = asked_for(self, event)
        if index.isValid():
            self.menu(index.data(NUMBER)).popup(place)


class PairTable(_Table):
    """The pairs of a comparison.

    Signals
    -------
    chosen : int
        The pair in this row was selected.
    """

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__("runPairs", "Pairs of endmembers of the two results", tuple(PAIRS), stretched=(0, 1))
        for k, tip in enumerate(PAIRS.values()):
            item = self.horizontalHeaderItem(k)
            if item is not None:
                item.setToolTip(wrapped(tip))
        self._theme = LIGHT
        self._filling = False
        self.itemSelectionChanged.connect(self._on_selection)

    def show_pairs(self, shown: Comparing) -> None:
        """List the pairs, and select the one whose maps are shown."""
        self._filling = True
        for column, side in enumerate((shown.first, shown.second)):
            header = self.horizontalHeaderItem(column)
            if header is not None:
                header.setText(side.label)
        self.setRowCount(len(shown.stability.pairs))
        for row, pair in enumerate(shown.stability.pairs):
            for column, (side, index) in enumerate(((shown.first, pair.first), (shown.second, pair.second))):
                item = QTableWidgetItem("—")
                if index is not None:
                    member = side.endmembers[index]
                    item = QTableWidgetItem(swatch(member.colour, self._theme.border), member.name)
                    item.setToolTip(wrapped(f"{side.label}: {member.name}"))
                self.setItem(row, column, item)
            angle = "—" if math.isnan(pair.degrees) else f"{pair.degrees:.1f}°"
            rmse = "—" if math.isnan(pair.rmse) else f"{pair.rmse:.3f}"
            self.setItem(row, 2, QTableWidgetItem(angle))
            self.setItem(row, 3, QTableWidgetItem(rmse))
        self.selectRow(min(shown.row, len(shown.stability.pairs) - 1))
        self._filling = False

    def dress(self, theme: Theme) -> None:
        """Take on the colours of a theme."""
        self._theme = theme

    def _on_selection(self) -> None:
        if not self._filling and self.currentRow() >= 0:
            self.chosen.emit(self.currentRow())


def describe(run: Run) -> str:
    """Return all that is known of a run, in lines."""
    settings = run.settings
    lines = [f"Run {run.number}: {run.label}", f"Error {percent(run.relative_error, 3)}, {run.made}"]
    lines += [f"{name} = {value}" for name, value in settings.parameters.get(settings.method, {}).items()]
    lines.append(f"Abundances: {settings.abundance or 'chosen by the method'}; seed {settings.seed}")
    if run.unmixing is None:
        lines.append("Its maps were dropped to save memory: going back sets its settings.")
    return "\n".join(lines)
