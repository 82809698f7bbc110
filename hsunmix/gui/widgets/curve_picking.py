"""Which curve of a plot is meant, and curves as a table of numbers."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from hsunmix.gui.widgets.curves import Curve, Frame
from hsunmix.gui.widgets.pictured import rows_of
from hsunmix.gui.widgets.plot_axes import Inks
from hsunmix.gui.widgets.plot_sheet import RESIDUAL, Sheet

__all__ = ["curve_at", "paint_names", "table_of"]

NEAR = 7.0  # logical pixels


def curve_at(sheet: Sheet, frame: Frame, position: QPointF) -> tuple[str, int] | None:
    """Return the group and the place in it of the named curve nearest to a position; None beside all."""
    if not frame.rect.contains(position):
        return None
    x = frame.x(sheet.x)
    best, found = NEAR, None
    for group, curves in sheet.curves.items():
        for k, curve in enumerate(curves):
            if group == RESIDUAL or not curve.name or len(curve.values) != len(x):
                continue
            away = _distance(x, frame.y(np.asarray(curve.values, dtype=np.float64)), position)
            if away <= best:
                best, found = away, (group, k)
    return found


def _distance(x: np.ndarray, y: np.ndarray, position: QPointF) -> float:
    """Return how far a line of straight pieces passes by a position; gaps are none of it."""
    px, py = position.x(), position.y()
    ax, ay, bx, by = x[:-1], y[:-1], x[1:], y[1:]
    near = (
        np.isfinite(ay)
        & np.isfinite(by)
        & (np.minimum(ax, bx) <= px + NEAR)
        & (np.maximum(ax, bx) >= px - NEAR)
    )
    if not near.any():
        return float("inf")
    ax, ay, bx, by = ax[near], ay[near], bx[near], by[near]
    wide, high = bx - ax, by - ay
    along = np.clip(((px - ax) * wide + (py - ay) * high) / np.maximum(wide**2 + high**2, 1e-12), 0, 1)
    return float(np.hypot(ax + along * wide - px, ay + along * high - py).min())


def table_of(sheet: Sheet) -> str:
    """Return all named curves, a column each, over the bands."""
    curves: list[Curve] = [
        c for group in sheet.curves.values() for c in group if c.name and len(c.values) == len(sheet.x)
    ]
    columns = [sheet.x, *(np.asarray(curve.values, dtype=np.float64) for curve in curves)]
    return rows_of([sheet.labels[0] or "Band", *(curve.name for curve in curves)], zip(*columns, strict=True))


def paint_names(painter: QPainter, sheet: Sheet, frame: Frame, inks: Inks) -> None:
    """Write a legend into a picture that leaves the window: there nothing can be pointed at."""
    named = [c for group, curves in sheet.curves.items() if group != RESIDUAL for c in curves if c.name]
    row = QFontMetricsF(painter.font()).height()
    for k, curve in enumerate(named[: max(1, int(frame.rect.height() // row))]):
        y = frame.rect.top() + 4 + k * row
        painter.fillRect(QRectF(frame.rect.right() - 16, y + row / 2 - 2, 12, 4), QColor(curve.colour))
        box = QRectF(frame.rect.left(), y, frame.rect.width() - 22, row)
        painter.setPen(QColor(inks.text))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), curve.name)
