"""Curves over the bands: axes, zoom, shaded bands. Knows nothing of documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent

from hsunmix.gui.panel import named
from hsunmix.gui.theme import Theme

__all__ = ["Curve", "SpectrumPlot", "dashes", "runs"]

DASH_POINTS = 300  # of a dashed curve: about 60 dashes


@dataclass(frozen=True, eq=False)
class Curve:
    """One spectrum to draw.

    Attributes
    ----------
    values : array, (bands,)
        NaN in gaps.
    colour : str
    dashed : bool
    width : float
        In logical pixels.
    """

    values: NDArray[np.floating]
    colour: str
    dashed: bool = False
    width: float = 1.6


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (first, last) of every run of True, both inclusive."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def dashes(
    x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int32]]:
    """Cut a curve into dashes: a finer curve, and which of its points to join to the next.

    A dashed pen would be slow on a curve of many segments, and begins anew at each of them.
    """
    if len(x) < 2:
        return x, y, np.zeros(len(x), dtype=np.int32)
    fine = max(2, -(-DASH_POINTS // len(x)))
    at = np.arange((len(x) - 1) * fine + 1) / fine
    left = np.minimum(at.astype(np.intp), len(x) - 2)
    part = at - left
    fine_x = x[left] * (1 - part) + x[left + 1] * part
    fine_y = np.where(part == 0, y[left], y[left] * (1 - part) + y[left + 1] * part)
    fine_y[-1] = y[-1]
    join = (np.arange(len(at)) % 5 < 3) & np.isfinite(fine_y) & np.isfinite(np.append(fine_y[1:], np.nan))
    return fine_x, fine_y, join.astype(np.int32)


class SpectrumPlot(pg.GraphicsView):  # type: ignore[misc]
    """The plot. Drag pans, the wheel zooms, a double click shows everything.

    Parameters
    ----------
    name, title : str
        For ``named``.
    moving : sequence of str
        Groups of curves that follow the mouse.
    """

    def __init__(self, name: str, title: str, moving: Sequence[str] = ()) -> None:
        super().__init__(useOpenGL=False)
        named(self, name, title)
        named(self.viewport(), f"{name}Viewport", title)
        self.setAcceptDrops(False)
        self._box = pg.ViewBox(enableMenu=False, defaultPadding=0.03)
        self._left = pg.AxisItem("left")
        self._bottom = pg.AxisItem("bottom")
        self._left.setWidth(58)
        layout = pg.GraphicsLayout()
        layout.setContentsMargins(2, 6, 14, 2)
        layout.setSpacing(0)
        layout.addItem(self._left, 0, 0)
        layout.addItem(self._box, 0, 1)
        layout.addItem(self._bottom, 1, 1)
        self.setCentralItem(layout)
        for axis in (self._left, self._bottom):
            axis.linkToView(self._box)
            axis.enableAutoSIPrefix(False)  # the unit is part of the label: no "knm"
        self._x: NDArray[np.float64] = np.arange(1.0)
        self._groups: dict[str, list[pg.PlotCurveItem]] = {}
        self._moving = moving
        self._passing: set[str] = set()
        self._shades: list[pg.LinearRegionItem] = []
        self._shade = QColor("#888888")

    def set_axes(self, x: NDArray[np.float64], x_label: str, y_label: str) -> None:
        """Set the positions of the bands and what the axes are called."""
        self._x = x
        self._bottom.setLabel(x_label)
        self._left.setLabel(y_label)
        for group in self._groups.values():
            for item in group:
                item.clear()

    def set_unused(self, unused: NDArray[np.bool_]) -> None:
        """Shade the bands that are not used."""
        for item in self._shades:
            self._box.removeItem(item)
        self._shades = []
        half = np.gradient(self._x) / 2 if len(self._x) > 1 else np.ones(1)
        for first, last in runs(unused):
            ends = (self._x[first] - abs(half[first]), self._x[last] + abs(half[last]))
            item = pg.LinearRegionItem(ends, movable=False, brush=self._shade, pen=pg.mkPen(None))
            item.setZValue(-10)
            self._box.addItem(item, ignoreBounds=True)
            self._shades.append(item)

    def set_curves(self, group: str, curves: Sequence[Curve], z: float = 0.0) -> None:
        """Draw the curves of a group in place of those it had."""
        items = self._groups.setdefault(group, [])
        while len(items) < len(curves):
            item = pg.PlotCurveItem(connect="finite", antialias=True)
            # Qt strokes a thick smooth path eight times slower than its single segments: good for what
            # is drawn once and kept, not for what follows the mouse.
            if group in self._moving:
                item.setSegmentedLineMode("on")
            else:
                item.setSegmentedLineMode("off")
                item.setCacheMode(pg.PlotCurveItem.CacheMode.DeviceCoordinateCache)
            self._box.addItem(item, ignoreBounds=group in self._passing)
            items.append(item)
        for k, item in enumerate(items):
            item.setVisible(k < len(curves))
            if k < len(curves):
                curve = curves[k]
                x, y = self._x, np.asarray(curve.values, dtype=np.float64)
                connect: str | NDArray[np.int32] = "finite"
                if curve.dashed:
                    x, y, connect = dashes(x, y)
                pen = pg.mkPen(curve.colour, width=curve.width)
                pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                item.setPen(pen)
                item.setZValue(z)
                item.setData(x, y, connect=connect)
            else:
                item.clear()

    def curves(self, group: str) -> list[NDArray[np.float64]]:
        """Return the values drawn in a group, for tests; those of a dashed curve are finer."""
        return [item.yData for item in self._groups.get(group, []) if item.isVisible()]

    @property
    def x_label(self) -> str:
        """Text under the horizontal axis."""
        return str(self._bottom.labelText)

    @property
    def shaded(self) -> list[tuple[float, float]]:
        """The shaded intervals."""
        return [tuple(item.getRegion()) for item in self._shades]

    def fit(self) -> None:
        """Show all curves, and follow them when they change."""
        self._box.enableAutoRange()

    def set_passing(self, group: str, passing: bool) -> None:
        """Leave a group out of what ``fit`` looks at, so that a passing cursor doesn't rescale the plot."""
        if passing == (group in self._passing):
            return
        (self._passing.add if passing else self._passing.discard)(group)
        for item in self._groups.get(group, []):
            self._box.removeItem(item)
            self._box.addItem(item, ignoreBounds=passing)

    def dress(self, theme: Theme) -> None:
        """Take on a theme's colours."""
        self.setBackground(theme.surface)
        for axis in (self._left, self._bottom):
            axis.setPen(pg.mkPen(theme.border))
            axis.setTextPen(pg.mkPen(theme.muted))
        self._shade = QColor(theme.faint)
        for item in self._shades:
            item.setBrush(self._shade)
            item.update()

    def view_rect(self) -> QRectF:
        """What is shown, in the axes' units."""
        return QRectF(self._box.viewRect())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything."""
        super().mouseDoubleClickEvent(event)
        self.fit()
