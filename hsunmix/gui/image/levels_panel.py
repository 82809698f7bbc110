"""Colours and limits of the abundance maps: a histogram with two levels that are dragged, or typed."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from hsunmix.gui.commands import SetColours, SetLevels
from hsunmix.gui.image.pages._maps import shown_range
from hsunmix.gui.image.state import ABUNDANCE, ImageState
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

TABLES = {
    ABUNDANCE: "Viridis",
    "cividis": "Cividis",
    "inferno": "Inferno",
    "plasma": "Plasma",
    "CET-L1": "Grey",
    "CET-L8": "Blue to yellow",
}
BINS = 120
SAMPLE = 200_000  # abundances that are counted
FAR = 1e6


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
        self.axis.setLabel("Abundance")
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
        self._counted: tuple[object, ...] = ()  # what the histogram is of
        self._levelled: tuple[object, ...] = ()  # what the levels are of
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
        field.setDecimals(3)
        field.setSingleStep(0.05)
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
        """Count the values of the map that is selected."""
        self._document = new
        self._present()

    def follow(self, old: ViewState, new: ViewState) -> None:
        """Show the levels."""
        self._state = new
        if new[ImageState] is not old[ImageState] or not self.tables.accessibleDescription():
            self.tables.setCurrentIndex(max(0, self.tables.findData(new[ImageState].colours)))
            self.tables.setAccessibleDescription(self.tables.currentText())
        self._present()

    def showEvent(self, event: QShowEvent) -> None:
        """Make good what was not done while nobody looked."""
        super().showEvent(event)
        self._present()

    def _present(self) -> None:
        """Count, and show the levels, where they are of something else; not while nobody looks."""
        if not self.isVisible():
            self._counted = self._levelled = ()
            return
        document = self._document
        k, names = document.view.endmember, tuple(e.name for e in document.endmembers)
        counted = document.unmixing, k, names[k : k + 1]
        levelled = *counted, document.view.map_stretch, self._state[ImageState].levels
        if counted != self._counted:
            self._counted = counted
            self._count()
        if levelled != self._levelled:
            self._levelled = levelled
            self._show_levels()

    def dress(self, theme: Theme) -> None:
        """Colour the histogram."""
        self.plot.setBackground(theme.surface)
        self.plot.axis.setPen(pg.mkPen(theme.border))
        self.plot.axis.setTextPen(pg.mkPen(theme.muted))
        self.plot.bars.setPen(pg.mkPen(theme.muted))
        self.plot.bars.setBrush(pg.mkBrush(theme.faint))

    def _count(self) -> None:
        result, k = self._document.unmixing, self._document.view.endmember
        if result is None or k >= result.rank:
            self._ends = (0.0, 1.0)
            self.plot.bars.setData([0.0, 1.0], [0.0], stepMode="center")
            self.plot.setAccessibleDescription("No map")
            return
        values = result.abundances[k].reshape(-1)
        values = values[:: max(1, values.size // SAMPLE)]
        values = values[np.isfinite(values)]
        counts, edges = np.histogram(values, BINS) if values.size else (np.zeros(1), np.array([0.0, 1.0]))
        self._ends = float(edges[0]), float(edges[-1])
        self.plot.bars.setData(edges, np.log1p(counts), stepMode="center")
        self.plot.box.autoRange()
        name = self._document.endmembers[k].name
        said = f"Abundances of {name} from {edges[0]:.3g} to {edges[-1]:.3g}, logarithmic"
        self.plot.setAccessibleDescription(said)

    def _show_levels(self) -> None:
        low, high = shown_range(self._document, self._state)
        blocked = [QSignalBlocker(part) for part in (self.plot.levels, *self.fields)]
        self.plot.levels.setRegion((low, high))
        self.plot.box.setXRange(min(low, self._ends[0]), max(high, self._ends[1]))
        for field, value in zip(self.fields, (low, high), strict=True):
            field.setValue(value)
        del blocked
        self.reset.setEnabled(self._state[ImageState].levels is not None)
        for field in self.fields:
            field.setEnabled(self._document.unmixing is not None)

    def _on_dragged(self) -> None:
        low, high = self.plot.levels.getRegion()
        self.command.emit(SetLevels((float(low), float(high))))
        self._show_levels()  # refused ones are taken back

    def _on_typed(self) -> None:
        low, high = (field.value() for field in self.fields)
        self.command.emit(SetLevels((low, high)))
        self._show_levels()
