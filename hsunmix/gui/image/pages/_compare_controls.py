"""Which two results are compared, and how."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QPushButton

from hsunmix.gui.commands import CompareRuns, Flicker, StopComparing
from hsunmix.gui.image.pages._controls import PageControls
from hsunmix.gui.run.state import RunState, Side
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.quiet import QuietComboBox
from hsunmix.session.document import Document

__all__ = ["SHOWN", "Controls"]

SHOWN = "the result shown"


class Controls(PageControls):
    """Two lists of results, and the toggle."""

    def __init__(self) -> None:
        super().__init__("compareControls", "Comparison")
        self._filled: tuple[tuple[int, str], ...] = ()
        self.first = self._box("compareFirst", "First result")
        self.second = self._box("compareSecond", "Second result")
        self.flicker = named(QCheckBox("Flicker"), "flicker", "Show the two maps in turn")
        self.flicker.setToolTip(
            "Show the two maps in turn, in one place: what differs catches the eye (Ctrl+Shift+F)"
        )
        self.flicker.toggled.connect(lambda on: self.command.emit(Flicker(on)))
        self.stop = named(QPushButton("Close"), "stopComparing", "Close the comparison")
        self.stop.clicked.connect(lambda: self.command.emit(StopComparing()))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        against = named(QLabel("against"), "compareAgainst", "against")
        against.setProperty("role", "muted")
        for widget in (self.first, against, self.second, self.flicker, self.stop):
            layout.addWidget(widget)

    def _box(self, name: str, title: str) -> QComboBox:
        box = named(QuietComboBox(), name, title)
        box.setToolTip(title)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(13)
        box.activated.connect(self._on_chosen)
        return box

    def present(self, document: Document, state: ViewState) -> None:
        """Show what is compared."""
        shown = state[RunState].comparing
        if shown is None:
            return
        entries = tuple((run.number, run.label) for run in document.runs if run.unmixing is not None)
        if entries != self._filled:
            self._filled = entries
            for box in (self.first, self.second):
                box.clear()
                box.addItem(SHOWN, None)
                for number, label in entries:
                    box.addItem(f"{number}  {label}", number)
        for box, side in ((self.first, shown.first), (self.second, shown.second)):
            box.setCurrentIndex(_index(box, side))
            box.setToolTip(f"{box.accessibleName()}: {box.currentText()}")
        self.flicker.blockSignals(True)
        self.flicker.setChecked(shown.flicker)
        self.flicker.blockSignals(False)

    def _on_chosen(self) -> None:
        self.command.emit(CompareRuns(self.first.currentData(), self.second.currentData()))


def _index(box: QComboBox, side: Side) -> int:
    for k in range(box.count()):
        if box.itemData(k) == side.number:
            return k
    return 0
