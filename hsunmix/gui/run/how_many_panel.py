"""How many endmembers: the estimate with its curve, and runs with several numbers of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from hsunmix.gui.commands import CancelSweep, EstimateRank, SetRun, ShowTool, StartSweep
from hsunmix.gui.run.choice_form import ChoiceForm
from hsunmix.gui.run.rank_plot import RankPlot
from hsunmix.gui.run.state import RunState
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.panel import Panel, named
from hsunmix.gui.widgets.quiet import QuietComboBox, QuietSpinBox
from hsunmix.gui.widgets.spoken import SpokenLabel
from hsunmix.gui.widgets.theme import Theme
from hsunmix.gui.widgets.tooltips import wrapped
from hsunmix.methods import RankEstimate, find, methods
from hsunmix.methods.running.sweep import AGREE, Sweep, SweepStep
from hsunmix.model.choice import Choice
from hsunmix.session.document import Document

TITLE = "How many endmembers?"
AREA = "tool"
ORDER = 100
SIZE = (760, 560)

MAX_RANK = 999
FAR = 1000.0
NOTHING = 1e-12  # of the largest: squares of float32 numbers tell no less
COLUMNS = {
    "r": "Number of endmembers",
    "Error": "Median of the relative error of the runs",
    "Angle": "Mean spectral angle between the endmembers of two runs, matched one to one",
    "Worst": "The same for the endmember that differs most from run to run",
}


class View(Panel):
    """Two pages: what an estimate looks at, and what runs do."""

    def __init__(self) -> None:
        super().__init__("howManyPanel", TITLE)
        self._document, self._state = Document(), ViewState()
        self._sweep: Sweep | None = None
        self.tabs = named(QTabWidget(), "howManyTabs", "Ways to tell how many endmembers there are")
        named(self.tabs.tabBar(), "howManyTabBar", "Ways to tell how many endmembers there are")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self._estimate_page(), "&Estimate")
        self.tabs.addTab(self._sweep_page(), "&Runs that agree")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 10)
        layout.addWidget(self.tabs)
        self._show_sweep()

    def _estimate_page(self) -> QWidget:
        page = named(QWidget(), "estimatePage", "Estimate")
        self.said = _words("estimateSaid", "What the estimate says")
        self.curve = RankPlot("estimateCurve", "What the estimate looked at, for each number of endmembers")
        self.again = named(QPushButton("Estimate"), "estimateAgain", "Estimate the number of endmembers")
        self.again.clicked.connect(lambda: self.command.emit(EstimateRank()))
        self.by = named(QuietComboBox(), "estimateMethod", "How the number is estimated")
        for entry in methods().values():
            if entry.kind == "rank":
                self.by.addItem(entry.title, entry.id)
                tip = wrapped(f"{entry.summary}\n{entry.reference}")
                self.by.setItemData(self.by.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.by.activated.connect(self._on_method)
        self.parameters = ChoiceForm("estimate", "", "rank")
        self.parameters.changed.connect(self._on_parameters)
        row = QHBoxLayout()
        row.addWidget(self.by)
        row.addStretch(1)
        row.addWidget(self.again)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(2, 10, 2, 2)
        layout.addLayout(row)
        layout.addWidget(self.parameters)
        layout.addWidget(self.said)
        layout.addWidget(self.curve, 1)
        self._show_choice()
        self.curve.chosen.connect(self._use)
        return page

    def _sweep_page(self) -> QWidget:
        page = named(QWidget(), "sweepPage", "Runs with several numbers of endmembers")
        self.first = _number("sweepFirst", "Smallest number of endmembers", 1, MAX_RANK, 2)
        self.last = _number("sweepLast", "Largest number of endmembers", 1, MAX_RANK, 8)
        self.seeds = _number("sweepSeeds", "Runs for each number", 2, 20, 3)
        self.seeds.setToolTip("Runs for each number, each on another half of the pixels")
        self.method = _words("sweepMethod", "Method of the runs")
        self.start = named(QPushButton("Start"), "startSweep", "Start the runs")
        self.start.setProperty("role", "primary")
        self.start.clicked.connect(self._on_start)
        row = QHBoxLayout()
        for text, widget in (("From", self.first), ("to", self.last), ("endmembers,", None)):
            row.addWidget(_label(text))
            if widget is not None:
                row.addWidget(widget)
        row.addWidget(self.seeds)
        row.addWidget(_label("runs each"))
        row.addWidget(self.method, 1)
        row.addWidget(self.start)
        self.error = RankPlot("sweepError", "Relative error for each number of endmembers")
        self.angle = RankPlot("sweepAngle", "Angle between runs for each number of endmembers")
        self.angle.set_limit(AGREE)
        self.table = self._make_table()
        plots = named(QSplitter(Qt.Orientation.Vertical), "sweepPlots", "Error and agreement")
        for plot in (self.error, self.angle):
            plot.chosen.connect(self._use)
            plots.addWidget(plot)
        body = QHBoxLayout()
        body.addWidget(plots, 1)
        body.addWidget(self.table)
        self.found = _words("sweepFound", "What the runs say")
        layout = QVBoxLayout(page)
        layout.setContentsMargins(2, 10, 2, 2)
        layout.addLayout(row)
        layout.addLayout(body, 1)
        layout.addWidget(self.found)
        return page

    def _make_table(self) -> QTableWidget:
        table = named(QTableWidget(0, len(COLUMNS)), "sweepTable", "Error and agreement in numbers")
        table.setHorizontalHeaderLabels(list(COLUMNS))
        for k, tip in enumerate(COLUMNS.values()):
            item = table.horizontalHeaderItem(k)
            if item is not None:
                item.setToolTip(wrapped(tip))
        header = named(table.horizontalHeader(), "sweepTableHeader", "Columns of the table")
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        rows = named(table.verticalHeader(), "sweepTableRows", "Rows")
        rows.hide()
        rows.setDefaultSectionSize(table.fontMetrics().height() + 9)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setFixedWidth(len(COLUMNS) * (table.fontMetrics().horizontalAdvance("100.00 %") + 14))
        table.activated.connect(lambda index: self._use_row(index.row()))
        return table

    # Showing

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]
        """Mark the number in use."""
        self._document = new
        if new.settings != old.settings or new.cube is not old.cube:
            entry = find(new.settings.method, "factorization", "extraction")
            self.method.setText(f"by {entry.title if entry else new.settings.method}")
            self._show_choice()
            self._mark()
        self._show_buttons()

    def follow(self, old: ViewState, new: ViewState) -> None:
        """Show the estimate, and the runs as they end."""
        self._state = new
        if new[RunState].estimate is not old[RunState].estimate or ("rank" in new.tasks) != (
            "rank" in old.tasks
        ):
            self._show_estimate(new[RunState].estimate)
        task = new.tasks.get("sweep")
        step = task.step if task else None
        known = step.sweep if isinstance(step, SweepStep) else new[RunState].sweep
        if known is not self._sweep:
            self._sweep = known
            self._show_sweep()
        self._show_buttons()

    def dress(self, theme: Theme) -> None:
        """Colour the plots."""
        for plot in (self.curve, self.error, self.angle):
            plot.dress(theme)

    def carry_out(self, command: object) -> None:
        """Turn to a page."""
        if isinstance(command, ShowTool) and command.at in ("estimate", "sweep"):
            self.tabs.setCurrentIndex(("estimate", "sweep").index(command.at))

    def _show_buttons(self) -> None:
        running, there = "sweep" in self._state.tasks, self._document.cube is not None
        self.start.setText("Cancel" if running else "Start")
        self.start.setAccessibleName("Cancel the runs" if running else "Start the runs")
        self.start.setEnabled(there and not (running and self._state.tasks["sweep"].ending))
        self.again.setEnabled(there and "rank" not in self._state.tasks)
        for widget in (self.first, self.last, self.seeds):
            widget.setEnabled(not running)

    def _show_estimate(self, found: RankEstimate | None) -> None:
        if found is None:
            waits = "Estimating…" if "rank" in self._state.tasks else "There is no estimate yet."
            self.said.setText(waits)
            self.curve.show_curve((), np.zeros(0), "")
            return
        self.said.setText(found.sentence)
        values, far = plotted(found.curve)
        self.curve.set_logarithmic(far)
        self.curve.show_curve(range(1, 1 + len(values)), values, _short(found.label))
        self._mark()

    def _show_choice(self) -> None:
        settings = self._document.settings
        self.by.setCurrentIndex(max(0, self.by.findData(settings.estimate)))
        self.parameters.show_settings(settings, settings.estimate)

    def _show_sweep(self) -> None:
        known = self._sweep
        if known is None:
            for plot, label in ((self.error, "Error (%)"), (self.angle, "Angle (°)")):
                plot.show_curve((), np.zeros(0), label)
            self.table.setRowCount(0)
            self.found.setText(
                "Every number is run several times, each time on another half of the pixels. "
                f"Where the runs find the same endmembers, to {AGREE:g}°, the number is supported."
            )
            return
        self.error.show_curve(known.ranks, 100 * known.error, "Error (%)", 100 * known.errors)
        self.angle.show_curve(known.ranks, known.worst, "Angle, worst (°)", known.angles[:, None])
        self.found.setText("" if np.isnan(known.worst).any() else known.sentence)
        self._fill_table(known)
        self._mark()

    def _fill_table(self, known: Sweep) -> None:
        self.table.setRowCount(len(known.ranks))
        rows = zip(known.ranks, known.error, known.angles, known.worst, strict=True)
        for row, (rank, error, angle, worst) in enumerate(rows):
            marked = "▸ " if rank == known.proposed and not np.isnan(known.worst).any() else ""
            texts = (f"{marked}{rank}", _text(100 * error, ".2f", " %"), _text(angle), _text(worst))
            for column, text in enumerate(texts):
                self.table.setItem(row, column, QTableWidgetItem(text))

    def _mark(self) -> None:
        rank, found = self._document.settings.rank, self._state[RunState].estimate
        self.curve.mark(rank, *((found.low, found.high) if found is not None else (None, None)))
        for plot in (self.error, self.angle):
            plot.mark(rank)

    # Asking

    def _on_method(self) -> None:
        self.command.emit(SetRun(replace(self._document.settings, estimate=self.by.currentData())))

    def _on_parameters(self, kind: str, choice: Choice) -> None:
        self.command.emit(SetRun(self._document.settings.with_choice(kind, choice)))

    def _on_start(self) -> None:
        if "sweep" in self._state.tasks:
            self.command.emit(CancelSweep())
        else:
            low, high = sorted((self.first.value(), self.last.value()))
            self.command.emit(StartSweep(low, high, self.seeds.value()))

    def _use(self, rank: int) -> None:
        if rank >= 1 and rank != self._document.settings.rank:
            self.command.emit(SetRun(replace(self._document.settings, rank=rank)))

    def _use_row(self, row: int) -> None:
        if self._sweep is not None and row < len(self._sweep.ranks):
            self._use(self._sweep.ranks[row])


def plotted(curve: NDArray[np.float64]) -> tuple[NDArray[np.float64], bool]:
    """Return the values to draw, and whether on a logarithmic scale.

    Of eigenvalues over many powers of ten one would see only the first. What the numbers' precision can't
    tell from zero is left out there: it would flatten everything that means something.
    """
    above = curve[curve > NOTHING * np.max(curve, initial=0)]
    far = not (curve < 0).any() and above.size > 1 and bool(above.max() > FAR * above.min())
    return (np.where(curve > NOTHING * above.max(), curve, np.nan) if far else curve), far


def _words(name: str, title: str) -> QLabel:
    label = SpokenLabel(name, title)
    label.setWordWrap(True)
    label.setProperty("role", "muted")
    return label


def _label(text: str) -> QLabel:
    return named(QLabel(text), f"sweepLabel{text.strip(',').capitalize()}", text)


def _number(name: str, title: str, low: int, high: int, value: int) -> QuietSpinBox:
    box = named(QuietSpinBox(), name, title)
    box.setRange(low, high)
    box.setValue(value)
    box.setToolTip(wrapped(title))
    box.setFixedWidth(64)
    return box


def _text(value: float, form: str = ".2f", unit: str = "°") -> str:
    return "" if np.isnan(value) else f"{value:{form}}{unit}"


def _short(label: str) -> str:
    """Leave room for the axis: what follows the first comma is said in the sentence."""
    return label.split(",")[0].capitalize()
