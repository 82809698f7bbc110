"""The axes around a plot: ticks, labels, grid, and where the plot itself is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from hsunmix.gui.widgets.colour_bar import nice_ticks
from hsunmix.gui.widgets.curves import Frame

__all__ = ["Inks", "Layout", "lay_out", "paint_axes"]

STRIP = 0.27  # of the height, for the residual
GAP = 8.0  # between plot and residual


@dataclass(frozen=True)
class Inks:
    """Colours, as ``#rrggbb``."""

    ground: str = "#ffffff"
    border: str = "#d5dae1"
    text: str = "#5d6777"
    faint: str = "#e8ebef"
    accent: str = "#1f66d1"


@dataclass(frozen=True)
class Layout:
    """Where the parts are, in logical pixels."""

    main: QRectF
    strip: QRectF | None


def lay_out(width: float, height: float, metrics: QFontMetricsF, with_strip: bool) -> Layout:
    """Divide a widget: labels left and below, the residual under the spectra."""
    left = metrics.horizontalAdvance("0.0000") + metrics.height() + 12
    below = 2 * metrics.height() + 10
    inner = QRectF(left, 6, max(width - left - 12, 20), max(height - below - 6, 20))
    if not with_strip or inner.height() < 90:
        return Layout(inner, None)
    high = STRIP * inner.height()
    main = QRectF(inner.left(), inner.top(), inner.width(), inner.height() - high - GAP)
    return Layout(main, QRectF(inner.left(), inner.bottom() - high, inner.width(), high))


def paint_axes(
    painter: QPainter, frame: Frame, strip: Frame | None, labels: tuple[str, str, str], inks: Inks
) -> None:
    """Paint the axes of the plot, and of the residual under it.

    Parameters
    ----------
    painter : QPainter
    frame : Frame
    strip : Frame or None
    labels : tuple of 3 str
        Along the bottom; left of the plot; left of the residual.
    inks : Inks
    """
    metrics = QFontMetricsF(painter.font())
    lowest = strip or frame
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    _vertical(painter, frame, _ticks(frame, metrics), inks)
    _title(painter, frame, labels[1], inks)
    if strip is not None:
        _vertical(painter, strip, [strip.bottom / 2, strip.top / 2], inks)
        painter.setPen(QColor(inks.border))
        middle = round(strip.rect.center().y())
        painter.drawLine(round(strip.rect.left()), middle, round(strip.rect.right()), middle)
        painter.setPen(QColor(inks.text))
        painter.drawText(strip.rect.adjusted(5, 1, 0, 0), int(Qt.AlignmentFlag.AlignLeft), labels[2])
    low, high = sorted((frame.left, frame.right))
    painter.setPen(QColor(inks.text))
    for value in nice_ticks(low, high, max(2, int(frame.rect.width() // 110))):
        x = round(float(frame.x(np.array(value))))
        painter.setPen(QColor(inks.border))
        painter.drawLine(x, round(lowest.rect.bottom()), x, round(lowest.rect.bottom()) + 4)
        painter.setPen(QColor(inks.text))
        box = QRectF(x - 60, lowest.rect.bottom() + 5, 120, metrics.height())
        painter.drawText(box, int(Qt.AlignmentFlag.AlignHCenter), f"{value:.6g}")
    below = QRectF(frame.rect.left(), lowest.rect.bottom() + 5 + metrics.height(), frame.rect.width(), 20)
    painter.drawText(below, int(Qt.AlignmentFlag.AlignHCenter), labels[0])
    painter.setPen(QColor(inks.border))
    for part in (frame, strip):
        if part is not None:
            painter.drawRect(part.rect.toAlignedRect())


def _ticks(frame: Frame, metrics: QFontMetricsF) -> list[float]:
    """Return as many round numbers as have room, but two at least: one alone tells no scale."""
    room = max(1, int(frame.rect.height() // (2.2 * metrics.height())))
    found = nice_ticks(frame.bottom, frame.top, room)
    while len(found) < 2 and room < 10:
        room += 1
        found = nice_ticks(frame.bottom, frame.top, room)
    return found


def _vertical(painter: QPainter, frame: Frame, ticks: list[float], inks: Inks) -> None:
    metrics = QFontMetricsF(painter.font())
    for value in ticks:
        y = round(float(frame.y(np.array(value))))
        painter.setPen(QColor(inks.border if value == 0 else inks.faint))
        painter.drawLine(round(frame.rect.left()), y, round(frame.rect.right()), y)
        painter.setPen(QColor(inks.text))
        box = QRectF(0, y - metrics.height() / 2, frame.rect.left() - 6, metrics.height())
        painter.drawText(box, int(Qt.AlignmentFlag.AlignRight), f"{value:.4g}")


def _title(painter: QPainter, frame: Frame, text: str, inks: Inks) -> None:
    """Write along the left edge, upwards."""
    metrics = QFontMetricsF(painter.font())
    painter.save()
    painter.setPen(QColor(inks.text))
    painter.translate(QPointF(2, frame.rect.center().y()))
    painter.rotate(-90)
    half = frame.rect.height() / 2
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, 2 * half)
    painter.drawText(QRectF(-half, 0, 2 * half, metrics.height()), int(Qt.AlignmentFlag.AlignHCenter), shown)
    painter.restore()
