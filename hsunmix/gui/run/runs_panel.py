"""The session's results: a list to go back, delete and compare; and how far two of them agree."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout

from hsunmix.gui.commands import CompareRuns, DeleteRun, RestoreRun, ShowPair, StopComparing
from hsunmix.gui.run.state import Comparing, RunState
from hsunmix.gui.run.tables import PairTable, RunTable
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.panel import Panel, heading, named
from hsunmix.gui.widgets.theme import Theme
from hsunmix.session.document import Document
from hsunmix.session.runs import current

TITLE = "Runs"
AREA = "right"
ORDER = 20

LOWEST, HIGH = 84, 150  # logical pixels: at least, and at first


class View(Panel):
    """The list of runs, there from the second on; in its place, while two are compared, their pairs."""

    def __init__(self) -> None:
        super().__init__("runsPanel", TITLE)
        self.setProperty("role", "panel")
        self._document, self._state = Document(), ViewState()
        self.title = heading(TITLE, "runsHeading")
        self.compare_button = self._button(
            "Compare", "compareRun", "Compare the selected run with the result shown, endmember by endmember"
        )
        self.back_button = self._button(
            "Go back to it", "backToRun", "Show this result again, with its endmembers and settings (Enter)"
        )
        self.close_button = self._button(
            "All runs", "closePairs", "Close the comparison and show the list of runs"
        )
        self.list, self.pairs = RunTable(), PairTable()
        self.stack = named(QStackedWidget(), "runStack", TITLE)
        self.stack.addWidget(self.list)
        self.stack.addWidget(self.pairs)
        top = QHBoxLayout()
        top.setContentsMargins(10, 4, 6, 0)
        top.addWidget(self.title, 1)
        for button in (self.compare_button, self.back_button, self.close_button):
            top.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 4)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self.stack, 1)
        self.setMinimumHeight(LOWEST)
        self._connect()
        self.hide()

    def sizeHint(self) -> QSize:
        """Room for some runs."""
        return QSize(super().sizeHint().width(), HIGH)

    def _button(self, text: str, name: str, tip: str) -> QPushButton:
        button = named(QPushButton(text), name, tip)
        button.setToolTip(tip)
        button.setProperty("role", "link")
        return button

    def _connect(self) -> None:
        self.list.back.connect(lambda number: self.command.emit(RestoreRun(number)))
        self.list.deleted.connect(lambda number: self.command.emit(DeleteRun(number)))
        self.list.compared.connect(lambda number: self.command.emit(CompareRuns(None, number)))
        self.list.itemSelectionChanged.connect(self._show_buttons)
        self.pairs.chosen.connect(lambda row: self.command.emit(ShowPair(row)))
        self.back_button.clicked.connect(lambda: self._ask(self.list.back))
        self.compare_button.clicked.connect(lambda: self._ask(self.list.compared))
        self.close_button.clicked.connect(lambda: self.command.emit(StopComparing()))

    def _ask(self, signal: SignalInstance) -> None:
        run = self.list.selected
        if run is not None:
            signal.emit(run.number)

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]
        """List the runs."""
        self._document = new
        if new.runs is not old.runs or new.unmixing is not old.unmixing:
            self.list.show_runs(new)
        self._show_panel()

    def follow(self, old: ViewState, new: ViewState) -> None:
        """Show a comparison."""
        self._state = new
        before, now = old[RunState].comparing, new[RunState].comparing
        if now is not before:
            if now is not None and _others(before, now):
                self.pairs.show_pairs(now)
            self.stack.setCurrentWidget(self.list if now is None else self.pairs)
            self._show_panel()

    def dress(self, theme: Theme) -> None:
        """Colour the swatches."""
        self.pairs.dress(theme)
        shown = self._state[RunState].comparing
        if shown is not None:
            self.pairs.show_pairs(shown)

    def _show_panel(self) -> None:
        shown = self._state[RunState].comparing
        self.setVisible(shown is not None or len(self._document.runs) > 1)
        self.title.setText(TITLE if shown is None else _heading(shown))
        self.title.setAccessibleDescription(self.title.text())
        self.compare_button.setVisible(shown is None)
        self.back_button.setVisible(shown is None)
        self.close_button.setVisible(shown is not None)
        self._show_buttons()

    def _show_buttons(self) -> None:
        run = self.list.selected
        other = run is not None and run is not current(self._document)
        self.back_button.setEnabled(other)
        self.compare_button.setEnabled(other and run is not None and run.unmixing is not None)


def _heading(shown: Comparing) -> str:
    degrees = shown.stability.degrees
    return "Comparison" if math.isnan(degrees) else f"Comparison · mean angle {degrees:.1f}°"


def _others(before: Comparing | None, now: Comparing) -> bool:
    """Whether the table shows other pairs, another row or other names."""
    return before is None or (
        before.stability is not now.stability
        or before.row != now.row
        or before.first.endmembers is not now.first.endmembers
        or before.second.endmembers is not now.second.endmembers
    )
