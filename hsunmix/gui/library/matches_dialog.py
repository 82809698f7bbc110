"""What an endmember is like: the library, ranked by several metrics."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from hsunmix.gui.library.state import Subject
from hsunmix.gui.widgets.dialog import Dialog
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.quiet import QuietComboBox
from hsunmix.model.matching import METRICS, Match, rank

__all__ = ["MatchDialog", "in_words"]

SHOWN = 50
HEADINGS = {"sam": "Angle", "sid": "SID", "correlation": "r"}


def in_words(match: Match, metric: str) -> str:
    """Return a match's score as analysts write it."""
    if metric == "sam":
        return f"{np.degrees(match.score):.1f}°"
    return f"{match.score:.4f}" if metric == "sid" else f"{match.score:.3f}"


class MatchDialog(Dialog):
    """A ranked list. Nothing is applied but what is asked for.

    Signals
    -------
    looked_at : int
        A spectrum of the library was selected.
    """

    looked_at = Signal(int)

    def __init__(self, parent: QWidget | None, subject: Subject) -> None:
        super().__init__(
            parent,
            "matchDialog",
            f"What is {subject.name}?",
            "Spectra of the library that are like it. The selected one is drawn over it, dotted, at its "
            "brightness. A likeness is a hint, no proof.",
            "Use the name",
            "Close",
        )
        self.setMinimumSize(560, 420)
        self.sentence.setProperty("role", "muted")
        self.answer: tuple[str, int] | None = None
        self._subject = subject
        self._ranked = {name: self._rank(name) for name in METRICS}
        self.ranked_by = named(QuietComboBox(), "matchMetric", "Ranked by")
        for name, metric in METRICS.items():
            self.ranked_by.addItem(metric.title, name)
        self.ranked_by.activated.connect(lambda _: self._show())
        label = named(QLabel("Ranked by"), "matchMetricLabel", "Ranked by")
        label.setProperty("role", "field")
        label.setBuddy(self.ranked_by)
        row = QHBoxLayout()
        row.addWidget(label)
        row.addWidget(self.ranked_by, 1)
        self.body.addLayout(row)
        self.table = self._make_table()
        self.body.addWidget(self.table, 1)
        self.add_button = self.buttons.addButton("Add as endmember", QDialogButtonBox.ButtonRole.ActionRole)
        named(self.add_button, "matchAdd", "Add the spectrum of the library as an endmember")
        self.add_button.clicked.connect(lambda: self._answer("add"))
        self._show()
        self.table.setFocus()

    def accept(self) -> None:
        """Use the name."""
        self._answer("name")

    @property
    def entry(self) -> int:
        """The spectrum that is selected; −1 for none."""
        item = self.table.item(self.table.currentRow(), 0)
        return -1 if item is None else int(item.data(Qt.ItemDataRole.UserRole))

    def _make_table(self) -> QTableWidget:
        table = named(QTableWidget(0, 1 + len(METRICS)), "matchTable", "Spectra of the library, best first")
        table.setHorizontalHeaderLabels(["Spectrum", *(HEADINGS[name] for name in METRICS)])
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # numbers of samples stand at the end
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        named(table.verticalHeader(), "matchRows", "Rows")
        header = named(table.horizontalHeader(), "matchHeader", "Columns of the list")
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        first = table.horizontalHeaderItem(0)
        if first is not None:
            first.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.itemSelectionChanged.connect(lambda: self.looked_at.emit(self.entry))
        return table

    def _rank(self, metric: str) -> dict[int, Match]:
        subject = self._subject
        ranked = rank(subject.spectrum[:, None], subject.library, metric, subject.good)[0]
        return {match.index: match for match in ranked}

    def _show(self) -> None:
        chosen = self.ranked_by.currentData()
        matches = list(self._ranked[chosen].values())[:SHOWN]
        self.table.setRowCount(len(matches))
        for row, match in enumerate(matches):
            partly = "" if match.coverage > 0.995 else f"  (over {match.coverage:.0%} of the bands)"
            name = QTableWidgetItem(match.name + partly)
            name.setToolTip(match.name + partly)
            name.setData(Qt.ItemDataRole.UserRole, match.index)
            self.table.setItem(row, 0, name)
            for column, metric in enumerate(METRICS, 1):
                other = self._ranked[metric].get(match.index)
                cell = QTableWidgetItem("–" if other is None else in_words(other, metric))
                cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, cell)
        for button in (self.accept_button, self.add_button):
            button.setEnabled(bool(matches))
        if matches:
            self.table.setCurrentCell(0, 0)
            self.looked_at.emit(self.entry)

    def showEvent(self, event: QShowEvent) -> None:
        """Tell what is selected from the beginning."""
        super().showEvent(event)
        self.looked_at.emit(self.entry)

    def _answer(self, what: str) -> None:
        if self.entry >= 0:
            self.answer = (what, self.entry)
            super().accept()
