"""Two results: the maps of one pair of endmembers and their difference, or the two in turn."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QPushButton

from hsunmix.gui.commands import CompareRuns, Flicker, StopComparing
from hsunmix.gui.image.drawing import Drawing, Pane, Scale
from hsunmix.gui.image.pages import PageControls
from hsunmix.gui.image.pages._maps import DIFFERENCE, abundance_look, far, map_pane
from hsunmix.gui.run.state import Comparing, RunState, Side
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.quiet import QuietComboBox
from hsunmix.session.document import Document

TITLE = "Comparison"
TIP = "The abundance maps of two results, and their difference"
ORDER = 80
SHORTCUT = "Ctrl+9"
CORE = False

SHOWN = "the result shown"


def available(_document: Document, state: ViewState) -> bool:
    """Two results are compared."""
    return state[RunState].comparing is not None


def depends(document: Document, state: ViewState) -> tuple[object, ...]:
    """What the drawing is made of."""
    shown = state[RunState].comparing
    if shown is None:
        return ()
    turn = shown.turn if shown.flicker else None
    table = abundance_look(document)
    return shown.first.unmixing, shown.second.unmixing, shown.row, shown.flicker, turn, table, *_titles(shown)


def draw(document: Document, state: ViewState, most: int) -> Drawing:
    """Paint the two maps and what the second has more."""
    shown = state[RunState].comparing
    assert shown is not None  # the page is available
    (first, second), (table, levels) = shown.maps(), abundance_look(document)
    titles = _titles(shown)
    lines, samples = shown.first.unmixing.rmse.shape
    ends = levels or (0.0, 1.0)
    scale = Scale(table, *ends, "Abundance")
    if shown.flicker:
        values = (first, second)[shown.turn]
        title = titles[shown.turn]
        pane = _blank(lines, samples, table) if values is None else map_pane(values, ends, most, table)
        return Drawing((lines, samples), (pane,), title, (scale,))
    panes = [
        map_pane(values, ends, most // 3, table, title)
        for values, title in zip((first, second), titles, strict=True)
        if values is not None
    ]
    caption = f"{titles[0]} and {titles[1]}"
    if first is None or second is None:
        return Drawing((lines, samples), tuple(panes), caption, (scale,))
    difference = second - first
    most_far = far(difference)
    panes.append(map_pane(difference, (-most_far, most_far), most // 3, DIFFERENCE, "Second − first"))
    bar = Scale(DIFFERENCE, -most_far, most_far, "Second − first")
    return Drawing((lines, samples), tuple(panes), caption, (scale, bar), columns=3)


def value(_document: Document, state: ViewState) -> str:
    """Say both abundances at the cursor."""
    shown, cursor = state[RunState].comparing, state.cursor
    if shown is None or cursor is None:
        return ""
    parts = [
        "—" if values is None else f"{values[cursor.line, cursor.sample]:.3f}" for values in shown.maps()
    ]
    return "  →  ".join(parts)


def _titles(shown: Comparing) -> tuple[str, str]:
    def title(side: Side, index: int | None) -> str:
        return f"{side.label}: {'no partner' if index is None else side.endmembers[index].name}"

    return title(shown.first, shown.pair.first), title(shown.second, shown.pair.second)


def _blank(lines: int, samples: int, table: str) -> Pane:
    return Pane(np.zeros((lines, samples), np.uint8), table)


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
