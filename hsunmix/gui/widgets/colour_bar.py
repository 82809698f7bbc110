"""A vertical colour bar with its ticks."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from hsunmix.gui.widgets.accessibility import Role
from hsunmix.gui.widgets.panel import named

__all__ = ["ColourBar", "limits", "nice_ticks"]

SAMPLE = 50_000  # values that a percentile is taken from
MOST_NAMES = 20  # of classes, that are told in words
WIDTH = 12  # of the bar itself, in logical pixels
USUAL = "-0.0000"  # room is kept for such a tick
BEFORE = WIDTH + 12  # pixels left of the texts


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round numbers between low and high, at most about + 1 of them."""
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return [low] if math.isfinite(low) else []
    rough = span / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


class ColourBar(QWidget):
    """Shows a table of colours from low (bottom) to high (top)."""

    accessible_role = Role.Graphic

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        named(self, name, title)
        self._table = np.zeros((256, 4), dtype=np.uint8)
        self._range = (0.0, 1.0)
        self._names: tuple[str, ...] = ()
        self._ink = QColor("#888888")
        self._border = QColor("#888888")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Room for the bar and a usual tick; names are shortened to what there is."""
        return QSize(BEFORE + self.fontMetrics().horizontalAdvance(USUAL) + 4, 120)

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest value."""
        return self._range

    def set_scale(
        self, table: NDArray[np.uint8], low: float, high: float, label: str, names: tuple[str, ...] = ()
    ) -> None:
        """Show these colours from low to high; or those of classes with these names, the first one above."""
        self._table, self._range, self._names = table, (low, high), names
        said = ", ".join(names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
        self.setToolTip(f"{label}\n{said}" if names else label)
        self.setAccessibleDescription(f"{label}: {said}" if names else f"{label}, {low:g} to {high:g}")
        self.updateGeometry()
        self.update()

    def set_colours(self, ink: str, border: str) -> None:
        """Colour the ticks' text and the frame."""
        self._ink, self._border = QColor(ink), QColor(border)
        self.update()

    def _texts(self) -> list[str]:
        if self._names:
            metrics = self.fontMetrics()
            room = self.width() - BEFORE - 2
            return [metrics.elidedText(n, Qt.TextElideMode.ElideMiddle, room) for n in self._names]
        return [f"{value:.4g}" for value in nice_ticks(*self._range)]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw bar and ticks."""
        painter = QPainter(self)
        margin = self.fontMetrics().height() / 2 + 2
        bar = QRectF(6, margin, WIDTH, self.height() - 2 * margin)
        column = np.ascontiguousarray(self._table[:0:-1])  # highest first, without the transparent one
        if self._names:
            column = np.ascontiguousarray(self._table[1 : len(self._names) + 1])
        image = QImage(column.data, 1, len(column), 4, QImage.Format.Format_RGBA8888)
        painter.drawImage(bar, image)
        painter.setPen(self._border)
        painter.drawRect(bar)
        painter.setPen(self._ink)
        for y, text in self._ticks(bar, margin):
            painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + 3, y))
            box = QRectF(bar.right() + 6, y - margin, self.width(), 2 * margin)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()

    def _ticks(self, bar: QRectF, margin: float) -> Iterator[tuple[float, str]]:
        """Yield where a tick is and what stands there: of many classes, the names that find room."""
        low, high = self._range
        if self._names:
            each = bar.height() / len(self._names)
            step = max(1, math.ceil(2 * margin / max(each, 1e-6)))
            for k, text in list(enumerate(self._texts()))[::step]:
                yield bar.top() + (k + 0.5) * each, text
            return
        for value in nice_ticks(low, high):
            y = bar.bottom() - (value - low) / (high - low) * bar.height() if high > low else bar.bottom()
            yield y, f"{value:.4g}"


def limits(values: NDArray[np.float32], percentile: float = 99.0) -> tuple[float, float]:
    """Return 0 and a percentile of a map, for its colour bar; (0, 1) where it has no values."""
    flat = values.reshape(-1)
    sample = flat[:: max(1, flat.size // SAMPLE)]
    sample = sample[np.isfinite(sample)]
    high = float(np.percentile(sample, percentile)) if sample.size else 1.0
    return 0.0, high if high > 0 else 1.0
