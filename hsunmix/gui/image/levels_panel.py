"""Colours and limits of the maps shown: a histogram with two levels that are dragged, or typed."""

from __future__ import annotations

import html
import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from hsunmix.gui.commands import SetColours, SetLevels
from hsunmix.gui.image.drawing import Scaled
from hsunmix.gui.image.pages import page_of
from hsunmix.gui.image.pages._maps import TABLES, shown_on
from hsunmix.gui.image.state import ABUNDANCE
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.accessibility import Role
from hsunmix.gui.widgets.panel import Panel, named
from hsunmix.gui.widgets.quiet import QuietComboBox, QuietDoubleSpinBox
from hsunmix.gui.widgets.theme import Theme
from hsunmix.session.document import Document

TITLE = "Colours and limits"
AREA = "tool"
ORDER = 140
SIZE = (520, 380)

BINS = 120
SAMPLE = 200_000  # values that are counted
FAR = 1e12
DIGITS = 3  # of the range of the values, that are typed


class _Histogram(pg.GraphicsView):  # type: ignore[misc]
    """Counts of a map's values, with the two levels."""

    accessible_role = Role.Chart

    def __init__(self) -> None:
        super().__init__(useOpenGL=False)
        named(self, "levelsHistogram", "Histogram of the map, with its levels")
        named(self.viewport(), "levelsHistogramViewport", "Histogram of the map, with its levels")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the two boxes do the same by keys
        self.setAcceptDrops(False)
        self.box = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0.02)
        self.axis = pg.AxisItem("bottom")
        self.axis.linkToView(self.box)
        self.axis.enableAutoSIPrefix(False)
        layout = pg.GraphicsLayout()
        layout.setContentsMargins(6, 6, 6, 2)
        layout.addItem(self.box, 0, 0)
        layout.addItem(self.axis, 1, 0)
        self.setCentralItem(layout)
        self.bars = pg.PlotCurveItem(fillLevel=0)
        self.levels = pg.LinearRegionItem((0, 1))
        for item in (self.bars, self.levels):
            self.box.addItem(item, ignoreBounds=item is self.levels)


class View(Panel):
    """A list of colour tables, the histogram, and the levels as numbers."""

    def __init__(self) -> None:
        super().__init__("levelsPanel", TITLE)
        self._document, self._state = Document(), ViewState()
        self._key: tuple[object, ...] = ()  # what is presented
        self._shown: Scaled | None = None
        self._counted: NDArray[Any] | None = None  # what the histogram is of
        self._ends = (0.0, 1.0)  # of the histogram
        self.tables = named(QuietComboBox(), "levelsTable", "Colours of the maps")
        for table, title in TABLES.items():
            self.tables.addItem(title, table)
        self.tables.activated.connect(lambda _: self.command.emit(SetColours(self.tables.currentData())))
        self.plot = _Histogram()
        self.fields = [self._field("Lowest"), self._field("Highest")]
        self.reset = named(QPushButton("By the stretch"), "levelsReset", "Let the stretch say the levels")
        self.reset.setToolTip("Take the levels of the stretch under the map again")
        self.reset.clicked.connect(lambda: self.command.emit(SetLevels(None)))
        self.plot.levels.sigRegionChangeFinished.connect(self._on_dragged)
        self._lay_out()

    def _field(self, title: str) -> QuietDoubleSpinBox:
        field = named(QuietDoubleSpinBox(), f"levels{title}", f"{title} level")
        field.setRange(-FAR, FAR)
        field.setKeyboardTracking(False)
        field.valueChanged.connect(self._on_typed)
        return field

    def _lay_out(self) -> None:
        top, foot = QHBoxLayout(), QHBoxLayout()
        parts = (
            ("&Colours", self.tables, top),
            ("&Lowest", self.fields[0], foot),
            ("&Highest", self.fields[1], foot),
        )
        for text, field, row in parts:
            label = named(QLabel(text), f"{field.objectName()}Label", text.replace("&", ""))
            label.setBuddy(field)
            row.addWidget(label)
            row.addWidget(field)
        top.addStretch(1)
        foot.addStretch(1)
        foot.addWidget(self.reset)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 10)
        layout.addLayout(top)
        layout.addWidget(self.plot, 1)
        layout.addLayout(foot)

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]  # noqa: ARG002
        """Count the values of the page that is shown."""
        self._document = new
        self._present()

    def follow(self, old: ViewState, new: ViewState) -> None:
        """Count what is drawn anew; a moving cursor draws nothing."""
        self._state = new
        if new.slices is not old.slices:
            self._present()

    def showEvent(self, event: QShowEvent) -> None:
        """Make good what was not done while nobody looked."""
        super().showEvent(event)
        self._present()

    def _present(self) -> None:
        """Count, and show the levels, where they are of something else; not while nobody looks."""
        if not self.isVisible():
            self._key, self._counted = (), None
            return
        page = page_of(self._document, self._state)
        key = (page.id, *page.depends(self._document, self._state))
        if key == self._key:
            return
        self._key, self._shown = key, page.scaled(self._document, self._state)
        if self._shown is None or not _same(self._shown.values, self._counted):
            self._count()
        self._show_levels()

    def dress(self, theme: Theme) -> None:
        """Colour the histogram."""
        self.plot.setBackground(theme.surface)
        self.plot.axis.setPen(pg.mkPen(theme.border))
        self.plot.axis.setTextPen(pg.mkPen(theme.muted))
        self.plot.bars.setPen(pg.mkPen(theme.muted))
        self.plot.bars.setBrush(pg.mkBrush(theme.faint))

    def _count(self) -> None:
        shown = self._shown
        self._counted = None if shown is None else shown.values
        if shown is None:
            self._ends = (0.0, 1.0)
            self.plot.bars.setData([0.0, 1.0], [0.0], stepMode="center")
            self.plot.axis.setLabel("This page has no limits to set")
            self.plot.setAccessibleDescription("No map")
            return
        values = shown.values.reshape(-1)
        values = values[:: max(1, values.size // SAMPLE)]
        values = values[np.isfinite(values)]
        counts, edges = np.histogram(values, BINS) if values.size else (np.zeros(1), np.array([0.0, 1.0]))
        self._ends = float(edges[0]), float(edges[-1])
        self.plot.bars.setData(edges, np.log1p(counts), stepMode="center")
        self.plot.box.autoRange()
        self.plot.axis.setLabel(html.escape(shown.label))
        said = f"{shown.label} from {edges[0]:.3g} to {edges[-1]:.3g}, logarithmic"
        self.plot.setAccessibleDescription(said)

    def _show_levels(self) -> None:
        shown = self._shown
        table, low, high = (ABUNDANCE, 0.0, 1.0) if shown is None else shown_on(self._document, shown)
        blocked = [QSignalBlocker(part) for part in (self.plot.levels, *self.fields)]
        self.plot.levels.setRegion((low, high))
        self.plot.box.setXRange(min(low, self._ends[0]), max(high, self._ends[1]))
        span = max(high - low, self._ends[1] - self._ends[0])
        places = DIGITS - math.floor(math.log10(span)) if 0 < span < math.inf else DIGITS
        for field, value in zip(self.fields, (low, high), strict=True):
            field.setDecimals(min(max(places, 0), 12))
            field.setSingleStep(10.0 ** (1 - places) * 5)
            field.setValue(value)
        del blocked
        own = None if shown is None else self._document.view.look(shown.of).levels
        self.reset.setEnabled(own is not None)
        self.tables.setCurrentIndex(max(0, self.tables.findData(table)))
        self.tables.setAccessibleDescription(self.tables.currentText())
        self.plot.levels.setVisible(shown is not None)
        parts: tuple[QWidget, ...] = (*self.fields, self.tables, self.plot)
        for part in parts:
            part.setEnabled(shown is not None)

    def _on_dragged(self) -> None:
        low, high = self.plot.levels.getRegion()
        self.command.emit(SetLevels((float(low), float(high))))
        self._show_levels()  # refused ones are taken back

    def _on_typed(self) -> None:
        low, high = (field.value() for field in self.fields)
        self.command.emit(SetLevels((low, high)))
        self._show_levels()


def _same(one: NDArray[Any], other: NDArray[Any] | None) -> bool:
    """Whether two arrays are the same numbers in memory: maps are cut out of a result anew each time."""
    return other is not None and one.__array_interface__ == other.__array_interface__
