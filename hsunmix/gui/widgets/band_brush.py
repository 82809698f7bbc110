"""Paints bands out of the spectra plot and in again, by mouse or by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen

from hsunmix.gui.widgets.curves import Frame
from hsunmix.gui.widgets.plot_axes import Inks

if TYPE_CHECKING:
    from hsunmix.gui.widgets.spectrum_plot import SpectrumPlot

__all__ = ["BandBrush"]

STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class BandBrush:
    """What is painted until it is let go.

    A stroke that begins on a used band leaves bands out; one that begins on a shaded band takes them
    in.

    Parameters
    ----------
    plot : SpectrumPlot
    """

    def __init__(self, plot: SpectrumPlot) -> None:
        self._plot = plot
        self.active = False
        self.band = 0  # where the brush is
        self._first: int | None = None

    def take(self, active: bool) -> None:
        """Take the brush in hand, or put it down."""
        self.active, self._first = active, None
        self._plot.setCursor(Qt.CursorShape.SplitHCursor if active else Qt.CursorShape.ArrowCursor)
        self._plot.update()

    def press(self, band: int) -> None:
        """Begin a stroke."""
        self._first = self.band = band
        self._plot.update()

    def move(self, band: int) -> None:
        """Go on to a band."""
        self.band = min(max(band, 0), len(self._plot.sheet.unused) - 1)
        self._plot.update()

    def release(self) -> None:
        """End the stroke."""
        first, self._first = self._first, None
        if self.active and first is not None:
            bad = not self._plot.sheet.unused[first]
            self._plot.painted.emit(min(first, self.band), max(first, self.band), bool(bad))

    def key(self, event: QKeyEvent) -> bool:
        """Arrows move the brush, with Shift the stroke begins; Enter or Space ends it."""
        step = STEPS.get(Qt.Key(event.key()))
        if step is not None:
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._first = self.band if self._first is None else self._first
            else:
                self._first = None
            self.move(self.band + step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._first = self.band if self._first is None else self._first
            self.release()
        else:
            return False
        return True

    def paint(self, painter: QPainter, frame: Frame, inks: Inks) -> None:
        """Show the stroke, or where it would begin."""
        if not self.active or self.band >= len(self._plot.sheet.unused):
            return
        first = self.band if self._first is None else self._first
        ends = sorted(self._plot.place_of(band) for band in (first, self.band))
        ink = QColor(inks.accent)
        painter.setPen(QPen(ink, 1.5))
        for x in ends:
            painter.drawLine(round(x), round(frame.rect.top()), round(x), round(frame.rect.bottom()))
        ink.setAlpha(60)
        painter.fillRect(QRectF(ends[0], frame.rect.top(), ends[1] - ends[0], frame.rect.height()), ink)
