"""A curve over the number of endmembers, on which a number is chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent

from hsunmix.gui.widgets.accessibility import Role
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.pictured import PICTURING, picture_menu, rows_of
from hsunmix.gui.widgets.theme import LIGHT, Theme

__all__ = ["RankPlot"]


class RankPlot(pg.GraphicsView):  # type: ignore[misc]
    """Points over whole numbers; a click, or arrow keys and Enter, choose one.

    Parameters
    ----------
    name, title : str
        For ``named``.

    Signals
    -------
    chosen : int
    """

    accessible_role = Role.Chart
    chosen = Signal(int)

    def __init__(self, name: str, title: str) -> None:
        super().__init__(useOpenGL=False)
        named(self, name, title)
        named(self.viewport(), f"{name}Viewport", title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(False)
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0.06)
        self._left, self._bottom = pg.AxisItem("left"), pg.AxisItem("bottom")
        self._left.setWidth(62)
        layout = pg.GraphicsLayout()
        layout.setContentsMargins(2, 8, 14, 2)
        layout.setSpacing(0)
        layout.addItem(self._left, 0, 0)
        layout.addItem(self._box, 0, 1)
        layout.addItem(self._bottom, 1, 1)
        self.setCentralItem(layout)
        for axis in (self._left, self._bottom):
            axis.linkToView(self._box)
            axis.enableAutoSIPrefix(False)
        self._bottom.setLabel("Endmembers")
        self._range = pg.LinearRegionItem((0, 0), movable=False, pen=pg.mkPen(None))
        self._limit = pg.InfiniteLine(angle=0)
        self._mark = pg.InfiniteLine(angle=90)
        self._dots = pg.ScatterPlotItem(size=5)
        self._line = pg.PlotDataItem(symbol="o", symbolSize=8, antialias=True, connect="finite")
        for z, item in enumerate((self._range, self._limit, self._mark, self._dots, self._line)):
            item.setZValue(z)
            self._box.addItem(item, ignoreBounds=item in (self._range, self._limit, self._mark))
        self._range.hide()
        self._limit.hide()
        self._ranks: tuple[int, ...] = ()
        self._at: int | None = None
        self._theme = LIGHT
        self.sceneObj.sigMouseClicked.connect(self._on_click)
        self.sceneObj.sigMouseMoved.connect(self._on_move)

    def show_curve(
        self,
        ranks: Sequence[int],
        values: NDArray[np.float64],
        label: str,
        each: NDArray[np.float64] | None = None,
    ) -> None:
        """Draw a curve.

        Parameters
        ----------
        ranks : sequence of int
            Ascending.
        values : array, (ranks,)
            NaN where not known: left out.
        label : str
            Of the vertical axis.
        each : array, (ranks, k), optional
            Single values, drawn as small dots.
        """
        self._ranks = tuple(ranks)
        self._left.setLabel(label)
        known = np.isfinite(values)
        self._line.setData(np.asarray(ranks, dtype=np.float64)[known], np.asarray(values)[known])
        dots = np.empty((0, 2)) if each is None else np.array(
            [(rank, v) for rank, row in zip(ranks, each, strict=True) for v in row if np.isfinite(v)]
        ).reshape(-1, 2)  # fmt: skip
        self._dots.setData(dots[:, 0], dots[:, 1])
        step = max(1, len(self._ranks) // 20)
        self._bottom.setTicks([[(rank, str(rank)) for rank in self._ranks[::step]]])
        self._box.enableAutoRange()
        said = (f"{rank}: {v:.4g}" for rank, v in zip(self._ranks, values, strict=True) if np.isfinite(v))
        self.setAccessibleDescription(f"{label} by number of endmembers. {', '.join(said)}")

    def mark(self, rank: int | None, low: int | None = None, high: int | None = None) -> None:
        """Mark the number in use, and a range."""
        self._at = rank
        self._mark.setVisible(rank is not None)
        if rank is not None:
            self._mark.setPos(rank)
        self._range.setVisible(low is not None and high is not None)
        if low is not None and high is not None:
            self._range.setRegion((low - 0.4, high + 0.4))

    def set_limit(self, value: float | None) -> None:
        """Draw a level that decides."""
        self._limit.setVisible(value is not None)
        if value is not None:
            self._limit.setPos(value)

    def set_logarithmic(self, on: bool) -> None:
        """Draw the values on a logarithmic scale."""
        self._line.setLogMode(False, on)
        self._left.setLogMode(on)

    def dress(self, theme: Theme) -> None:
        """Take on a theme's colours."""
        self._theme = theme
        self.setBackground(theme.surface)
        for axis in (self._left, self._bottom):
            axis.setPen(pg.mkPen(theme.border))
            axis.setTextPen(pg.mkPen(theme.muted))
        self._line.setPen(pg.mkPen(theme.accent, width=1.8))
        self._line.setSymbolBrush(QColor(theme.accent))
        self._line.setSymbolPen(pg.mkPen(theme.surface))
        self._dots.setBrush(QColor(theme.muted))
        self._dots.setPen(pg.mkPen(None))
        self._mark.setPen(pg.mkPen(theme.text, width=1.2))
        self._limit.setPen(pg.mkPen(theme.muted, width=1, style=Qt.PenStyle.DashLine))
        self._range.setBrush(QColor(theme.faint))

    @property
    def values(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What is drawn, for tests."""
        x, y = self._line.getOriginalDataset()
        return np.asarray(x), np.asarray(y)

    def place_of(self, rank: int) -> object:
        """Where a number is on the viewport, for tests and tours."""
        middle = self._box.viewRect().center().y()
        return self.mapFromScene(self._box.mapViewToScene(pg.Point(rank, middle)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys go to the next number."""
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        if step is None or not self._ranks:
            super().keyPressEvent(event)
            return
        near = self._ranks.index(self._nearest(self._at or self._ranks[0]))
        near = near if self._ranks[near] != self._at else min(max(near + step, 0), len(self._ranks) - 1)
        self.chosen.emit(self._ranks[near])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame the plot that has the focus."""
        super().paintEvent(event)
        if self.hasFocus() and not self.window().property(PICTURING):
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self._theme.accent))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
            painter.end()

    def paint_picture(self, painter: QPainter) -> None:
        """Paint it, lines as lines."""
        self.render(painter, QRectF(self.rect()), self.rect())

    def numbers(self) -> str:
        """Return the curve."""
        x, y = self.values
        return rows_of(
            ("Endmembers", self._left.labelText or "Value"), zip(x.tolist(), y.tolist(), strict=True)
        )

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show what can be done with the picture."""
        picture_menu(self).popup(event.globalPos())

    def _nearest(self, x: float) -> int:
        return min(self._ranks, key=lambda rank: abs(rank - x))

    def _on_click(self, event: pg.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        if self._ranks and event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.chosen.emit(self._nearest(self._box.mapSceneToView(event.scenePos()).x()))

    def _on_move(self, position: object) -> None:
        if not self._ranks:
            return
        rank = self._nearest(self._box.mapSceneToView(position).x())
        x, y = self.values
        value = y[np.flatnonzero(x == rank)]
        shown = f": {value[0]:.4g}" if value.size and np.isfinite(value[0]) else ""
        self.setToolTip(f"{rank} endmembers{shown}. Click to use this number.")
