"""A plot of spectra: zoom, pan, shaded bands that are painted out and in, the residual below.

It paints itself: what stays is kept as a picture, so that what follows the mouse costs little.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from hsunmix.gui.widgets.accessibility import Role
from hsunmix.gui.widgets.band_brush import BandBrush
from hsunmix.gui.widgets.curve_picking import curve_at, paint_names, table_of
from hsunmix.gui.widgets.curves import Curve, Frame, Spread, paint_curve, paint_spread
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.pictured import picture_menu
from hsunmix.gui.widgets.plot_axes import Inks, paint_axes
from hsunmix.gui.widgets.plot_sheet import RESIDUAL, Sheet
from hsunmix.gui.widgets.theme import Theme

__all__ = ["RESIDUAL", "Curve", "SpectrumPlot", "Spread"]

WHEEL = 1.2  # zoom by one notch
SHAKE = 4  # logical pixels that the mouse may shake in a click
STEP = 40.0  # logical pixels that an arrow key pans by
ARROWS = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}

Array = NDArray[np.float64]


class SpectrumPlot(QWidget):
    """The plot.

    Drag pans, the wheel zooms, a double click shows everything; with the brush in hand, dragging
    paints bands.

    Parameters
    ----------
    name, title : str
        For ``named``.
    moving : sequence of str
        Groups of curves that follow the mouse.

    Signals
    -------
    painted : int, int, bool
        First and last band, both inclusive, and whether they are bad from now on.
    put_down
        The brush is wanted no more.
    picked : str, int
        A curve was clicked: its group, and its place among those.
    """

    accessible_role = Role.Chart
    painted = Signal(int, int, bool)
    put_down = Signal()
    picked = Signal(str, int)

    def __init__(self, name: str, title: str, moving: Sequence[str] = ()) -> None:
        super().__init__()
        named(self, name, title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.sheet = Sheet()
        self.brush = BandBrush(self)
        self._inks = Inks()
        self._moving = tuple(moving)
        self._backing: QPixmap | None = None
        self._down: QPointF | None = None
        self._mouse: QPointF | None = None
        self._pressed: QPointF | None = None

    # What is shown

    def set_axes(self, x: Array, x_label: str, y_label: str) -> None:
        """Set the positions of the bands and what the axes are called."""
        self.sheet.set_axes(x, x_label, y_label)
        self._refresh()

    def set_unused(self, unused: NDArray[np.bool_]) -> None:
        """Shade the bands that are not used."""
        self.sheet.unused = unused
        self._refresh()

    def set_residual(self, largest: float | None) -> None:
        """Give the residual a strip of its own, from −largest to largest; None takes it away."""
        if largest != self.sheet.residual:
            self.sheet.residual = largest
            self._refresh()

    def set_curves(self, group: str, curves: Sequence[Curve]) -> None:
        """Draw the curves of a group in place of those it had; the first group lies lowest."""
        if not curves and not self.sheet.curves.get(group):
            return
        self.sheet.curves[group] = tuple(curves)
        if group in self._moving and (group in self.sheet.passing or group == RESIDUAL):
            self.update()
        else:
            self._refresh()

    def set_spreads(self, spreads: Sequence[Spread]) -> None:
        """Fill bands between curves."""
        if spreads or self.sheet.spreads:
            self.sheet.spreads = tuple(spreads)
            self._refresh()

    def set_passing(self, group: str, passing: bool) -> None:
        """Leave a group out of what ``fit`` looks at, so that a passing cursor doesn't rescale the plot."""
        if passing != (group in self.sheet.passing):
            (self.sheet.passing.add if passing else self.sheet.passing.discard)(group)
            self._refresh()

    def fit(self) -> None:
        """Show all curves, and follow them when they change."""
        self.sheet.fit()
        self._refresh()

    def curves(self, group: str) -> tuple[Curve, ...]:
        """Return the curves of a group."""
        return self.sheet.curves.get(group, ())

    def dress(self, theme: Theme) -> None:
        """Take on a theme's colours."""
        self._inks = Inks(theme.surface, theme.border, theme.muted, theme.faint, theme.accent)
        self._refresh()

    # Geometry

    def frames(self) -> tuple[Frame, Frame | None]:
        """Where the spectra are drawn, and where the residual."""
        return self.sheet.frames(self.width(), self.height(), QFontMetricsF(self.font()))

    def band_at(self, position: QPointF) -> int:
        """Return the band nearest to a position."""
        return int(np.nanargmin(np.abs(self.sheet.x - self.frames()[0].value_at(position)[0])))

    def place_of(self, band: int) -> float:
        """Return the position of a band along the horizontal axis, in logical pixels."""
        return float(self.frames()[0].x(self.sheet.x[band : band + 1])[0])

    # Painting

    def _refresh(self) -> None:
        self.sheet.touch()
        self._backing = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint anew."""
        super().resizeEvent(event)
        self._refresh()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint what stays from its picture, then what moves."""
        ratio = self.devicePixelRatioF()
        if self._backing is None or self._backing.devicePixelRatio() != ratio:
            self._backing = self._paint_backing(ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._backing)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame, strip = self.frames()
        for group in self._moving:
            self._paint_group(painter, group, frame, strip)
        painter.setClipping(False)
        self.brush.paint(painter, frame, self._inks)
        if self._mouse is not None and frame.rect.contains(self._mouse):
            x, y = frame.value_at(self._mouse)
            painter.setPen(QColor(self._inks.text))
            box = frame.rect.adjusted(6, 3, -6, -3)
            meant = curve_at(self.sheet, frame, self._mouse)
            name = f"{self.curves(meant[0])[meant[1]].name} · " if meant else ""
            painter.drawText(
                box, int(Qt.AlignmentFlag.AlignRight), f"{name}{self._as_a_band(x):.5g}, {y:.4g}"
            )
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._inks.accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _as_a_band(self, x: float) -> float:
        """Return a place as whole as those of the bands are: there is no band 99.3."""
        return round(x) if self.sheet.whole_numbers else x

    def _paint_backing(self, ratio: float) -> QPixmap:
        backing = QPixmap(self.size() * ratio)
        backing.setDevicePixelRatio(ratio)
        backing.fill(QColor(self._inks.ground))
        painter = QPainter(backing)
        self._paint_still(painter)
        painter.end()
        return backing

    def _paint_still(self, painter: QPainter) -> None:
        painter.setFont(self.font())
        frame, strip = self.frames()
        for part in (frame, strip):
            if part is not None:
                self._paint_shades(painter, part)
        paint_axes(painter, frame, strip, self.sheet.labels, self._inks)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(frame.rect)
        for spread in self.sheet.spreads:
            paint_spread(painter, frame, self.sheet.x, spread)
        for group in self.sheet.curves:
            if group not in self._moving:
                self._paint_group(painter, group, frame, strip)

    def paint_picture(self, painter: QPainter) -> None:
        """Paint all curves, lines as lines."""
        self._paint_still(painter)
        frame, strip = self.frames()
        for group in self._moving:
            self._paint_group(painter, group, frame, strip)
        painter.setClipping(False)
        paint_names(painter, self.sheet, frame, self._inks)

    def numbers(self) -> str:
        """Return the curves that have names, a column each."""
        return table_of(self.sheet)

    def _paint_shades(self, painter: QPainter, part: Frame) -> None:
        for ends in self.sheet.shaded:
            low, high = np.clip(np.sort(part.x(np.array(ends))), part.rect.left(), part.rect.right())
            band = QRectF(float(low), part.rect.top(), float(high - low), part.rect.height())
            painter.fillRect(band, QColor(self._inks.faint))

    def _paint_group(self, painter: QPainter, group: str, frame: Frame, strip: Frame | None) -> None:
        part = strip if group == RESIDUAL else frame
        if part is None:
            return
        painter.setClipRect(part.rect)
        for curve in self.curves(group):
            if len(curve.values) == len(self.sheet.x):
                paint_curve(painter, part, self.sheet.x, curve)

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to pan, or to paint."""
        if event.button() == Qt.MouseButton.LeftButton:
            if self.brush.active:
                self.brush.press(self.band_at(event.position()))
            else:
                self._down = self._pressed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, paint, or say where the mouse is."""
        self._mouse = event.position()
        if self._down is not None:
            self.sheet.pan(self.frames()[0], event.position() - self._down)
            self._down = event.position()
            self._refresh()
        elif self.brush.active:
            self.brush.move(self.band_at(event.position()))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End it; a click on a curve picks it."""
        begun, self._down, self._pressed = self._pressed, None, None
        self.brush.release()
        if begun is not None and (event.position() - begun).manhattanLength() < SHAKE:
            meant = curve_at(self.sheet, self.frames()[0], event.position())
            if meant is not None:
                self.picked.emit(*meant)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show what can be done with the picture."""
        menu = picture_menu(self)
        menu.addSeparator()
        menu.addAction("Show everything").triggered.connect(self.fit)
        menu.popup(event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse left."""
        super().leaveEvent(event)
        self._mouse = None
        self.update()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Show everything."""
        if not self.brush.active:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the mouse; over an axis only along it."""
        self._zoom(WHEEL ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus and minus zoom, arrows pan, Home shows everything; the brush has its own keys."""
        way = ARROWS.get(Qt.Key(event.key()))
        if self.brush.active and self.brush.key(event):
            return
        if self.brush.active and event.key() == Qt.Key.Key_Escape:
            self.put_down.emit()
        elif way is not None:
            self.sheet.pan(self.frames()[0], QPointF(STEP * way[0], STEP * way[1]))
            self._refresh()
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(WHEEL, self.frames()[0].rect.center())
        elif event.key() == Qt.Key.Key_Minus:
            self._zoom(1 / WHEEL, self.frames()[0].rect.center())
        elif event.key() == Qt.Key.Key_Home:
            self.fit()
        else:
            super().keyPressEvent(event)

    def _zoom(self, factor: float, about: QPointF) -> None:
        self.sheet.zoom(self.frames()[0], factor, about)
        self._refresh()
