"""Curves over the bands, and how they are painted: numbers to lines. Knows nothing of documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from hsunmix.model.stretches import stretches

__all__ = [
    "DASHED",
    "DOTTED",
    "SOLID",
    "Curve",
    "Frame",
    "Spread",
    "paint_curve",
    "paint_spread",
    "pieces",
]

SOLID, DASHED, DOTTED = "solid", "dashed", "dotted"
# Qt strokes a thick path six times slower than its segments; from so many bands on no corner is seen
# between them, if the line is no thicker than this.
SMOOTH, THICK = 40, 2.0
PATTERNS = {DASHED: (7.0, 4.0), DOTTED: (2.0, 3.5)}  # drawn and left out, in logical pixels

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """One spectrum to draw.

    Attributes
    ----------
    values : array, (bands,)
        NaN in gaps.
    colour : str
    style : str
        ``SOLID``, ``DASHED`` or ``DOTTED``.
    width : float
        In logical pixels.
    name : str
        What it is called where it is pointed at or copied; one without a name is neither.
    """

    values: NDArray[np.floating]
    colour: str
    style: str = SOLID
    width: float = 1.6
    name: str = ""


@dataclass(frozen=True, eq=False)
class Spread:
    """A band between two curves, filled faintly.

    Attributes
    ----------
    low, high : array, (bands,)
        NaN in gaps.
    colour : str
    """

    low: NDArray[np.floating]
    high: NDArray[np.floating]
    colour: str


@dataclass(frozen=True)
class Frame:
    """Where numbers are drawn: a rectangle, and the values at its edges.

    Attributes
    ----------
    rect : QRectF
        In logical pixels.
    left, right, bottom, top : float
        In the axes' units.
    """

    rect: QRectF
    left: float
    right: float
    bottom: float
    top: float

    def x(self, values: Array) -> Array:
        """Return positions of values along the horizontal axis."""
        return self.rect.left() + (values - self.left) * (self.rect.width() / (self.right - self.left))

    def y(self, values: Array) -> Array:
        """Return positions of values along the vertical axis."""
        return self.rect.bottom() - (values - self.bottom) * (self.rect.height() / (self.top - self.bottom))

    def value_at(self, position: QPointF) -> tuple[float, float]:
        """Return the values at a position."""
        across = (position.x() - self.rect.left()) / max(self.rect.width(), 1)
        up = (self.rect.bottom() - position.y()) / max(self.rect.height(), 1)
        return self.left + across * (self.right - self.left), self.bottom + up * (self.top - self.bottom)


def pieces(x: Array, y: Array, drawn: float, left_out: float) -> Array:
    """Cut a line into dashes of one length on the screen.

    A dashed pen would be slow on a curve of many segments.

    Parameters
    ----------
    x, y : array, (n,)
        Finite, in logical pixels.
    drawn, left_out : float
        Length of a dash and of a gap.

    Returns
    -------
    array, (m, 4)
        x and y of both ends of straight pieces.
    """
    if len(x) < 2:
        return np.empty((0, 4))
    along = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))))
    count = int(along[-1] // (drawn + left_out)) + 1
    starts = np.arange(count) * (drawn + left_out)
    ends = np.minimum(starts + drawn, along[-1])
    # Every dash bends where the curve does: its corners are those that lie within it.
    cuts = np.sort(np.concatenate((along, starts, ends)))
    middle = (cuts[:-1] + cuts[1:]) / 2
    inside = (np.diff(cuts) > 1e-9) & (middle % (drawn + left_out) < drawn)
    at_x, at_y = np.interp(cuts, along, x), np.interp(cuts, along, y)
    ends_of: Array = np.column_stack((at_x[:-1], at_y[:-1], at_x[1:], at_y[1:]))[inside]
    return ends_of


def paint_curve(painter: QPainter, frame: Frame, x: Array, curve: Curve) -> None:
    """Draw a curve with its gaps.

    Parameters
    ----------
    painter : QPainter
    frame : Frame
    x : array, (bands,)
    curve : Curve
    """
    pen = QPen(QColor(curve.colour), curve.width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)  # round caps on every segment cost five times as much
    painter.setPen(pen)
    places, heights = frame.x(x), frame.y(np.asarray(curve.values, dtype=np.float64))
    far = 10 * frame.rect.height()  # Qt's painters don't like numbers without end
    heights = np.clip(heights, frame.rect.top() - far, frame.rect.bottom() + far)
    for first, last in stretches(x, np.isfinite(heights)):
        part_x, part_y = places[first : last + 1], heights[first : last + 1]
        if first == last:
            painter.drawPoint(QPointF(part_x[0], part_y[0]))
        elif curve.style in PATTERNS:
            _lines.draw(painter, pieces(part_x, part_y, *PATTERNS[curve.style]))
        elif last - first >= SMOOTH and curve.width <= THICK:
            _lines.draw(painter, np.column_stack((part_x[:-1], part_y[:-1], part_x[1:], part_y[1:])))
        else:
            painter.drawPolyline(_polygon(part_x, part_y))


def paint_spread(painter: QPainter, frame: Frame, x: Array, spread: Spread) -> None:
    """Fill what lies between two curves."""
    ink = QColor(spread.colour)
    ink.setAlpha(46)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    places = frame.x(x)
    low, high = (frame.y(np.asarray(v, dtype=np.float64)) for v in (spread.low, spread.high))
    for first, last in stretches(x, np.isfinite(low) & np.isfinite(high)):
        part = slice(first, last + 1)
        around = np.concatenate((places[part], places[part][::-1]))
        painter.drawPolygon(_polygon(around, np.concatenate((high[part], low[part][::-1]))))
    painter.setBrush(Qt.BrushStyle.NoBrush)


class _Lines:
    """Lines of Qt that lie in one array: making anew each of them costs more than drawing them."""

    def __init__(self) -> None:
        self._ends: Array = np.empty((0, 4))
        self._lines: list[QLineF] = []

    def draw(self, painter: QPainter, ends: Array) -> None:
        """Draw lines, x and y of both ends a row."""
        count = len(ends)
        if count > len(self._lines):
            self._ends = np.empty((2 * count, 4))
            first, size = self._ends.ctypes.data, self._ends.strides[0]
            places = range(first, first + self._ends.nbytes, size)
            self._lines = [cast("QLineF", shiboken6.wrapInstance(place, QLineF)) for place in places]
        self._ends[:count] = ends
        if count:
            painter.drawLines(self._lines[:count])


_lines = _Lines()


def _polygon(x: Array, y: Array) -> QPolygonF:
    points: Sequence[QPointF] = [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    return QPolygonF(points)
