"""One picture of the scene: zoom, pan, a cursor, marks. Line 0 is at the top."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent

from hsunmix.gui.panel import named

__all__ = ["Mark", "SceneView"]

Mark = tuple[int, int, str, str]  # line, sample, colour, symbol of pyqtgraph

MOVES = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}


class SceneView(pg.GraphicsView):  # type: ignore[misc]
    """A picture of the scene in pixel coordinates: x is the sample, y the line, pixel edges at integers.

    Parameters
    ----------
    name, title : str
        For ``named``.

    Signals
    -------
    hovered : object
        (line, sample), or None when the cursor left the scene.
    pressed : int, int
        A pixel was clicked, or Enter pressed on the cursor.
    asked : int, int, QPoint
        The context menu is wanted, at a global position.
    moved : QRectF
        The analyst zoomed or panned: what is shown now.
    """

    hovered = Signal(object)
    pressed = Signal(int, int)
    asked = Signal(int, int, QPoint)
    moved = Signal(QRectF)

    def __init__(self, name: str, title: str) -> None:
        super().__init__(useOpenGL=False)
        named(self, name, title)
        named(self.viewport(), f"{name}Viewport", title)
        self.setAcceptDrops(False)  # files are dropped on the window
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._shape = (0, 0)
        self._cursor: tuple[int, int] | None = None
        self._under_mouse: tuple[int, int] | None = None
        self._fitted = True
        self._box = pg.ViewBox(lockAspect=True, invertY=True, enableMenu=False, defaultPadding=0.02)
        self._box.setMouseMode(pg.ViewBox.PanMode)
        self.setCentralItem(self._box)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._image.setAutoDownsample(False)
        self._marks = pg.ScatterPlotItem(pxMode=True)
        # A pale line with a dotted dark one on it: seen on any picture.
        pens = (pg.mkPen("#ffffffb0", width=1), pg.mkPen("#000000", width=1, style=Qt.PenStyle.DotLine))
        self._cross = [pg.InfiniteLine(angle=angle, pen=pen) for pen in pens for angle in (0, 90)]
        for z, item in enumerate((self._image, *self._cross, self._marks)):
            item.setZValue(z)
            self._box.addItem(item, ignoreBounds=item is not self._image)
        for line in self._cross:
            line.setVisible(False)
        self.sceneObj.sigMouseMoved.connect(self._on_move)
        self.sceneObj.sigMouseClicked.connect(self._on_click)
        self._box.sigRangeChangedManually.connect(self._on_range)

    def set_picture(
        self, values: NDArray[np.uint8], shape: tuple[int, int], table: NDArray[np.uint8] | None = None
    ) -> None:
        """Show a picture.

        Parameters
        ----------
        values : array of uint8
            RGBA, (rows, columns, 4), or indices into ``table``, (rows, columns). May have fewer rows
            and columns than the scene.
        shape : tuple of 2 int
            (lines, samples) of the scene.
        table : array of uint8, (256, 4), or None
        """
        levels = None if table is None else (0, 255)
        self._image.setImage(values, autoLevels=False, levels=levels, lut=table)
        step = max(1, -(-shape[0] // values.shape[0]))
        self._image.setRect(QRectF(0, 0, values.shape[1] * step, values.shape[0] * step))
        if shape != self._shape:
            self._shape = shape
            self.fit()

    def clear_picture(self) -> None:
        """Show nothing."""
        self._image.clear()
        self._shape = (0, 0)

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Mark pixels."""
        self._marks.setData(
            [
                {
                    "pos": (sample + 0.5, line + 0.5),
                    "size": 11,
                    "symbol": symbol,
                    "brush": pg.mkBrush(colour),
                    "pen": pg.mkPen("#ffffff", width=1.5),
                }
                for line, sample, colour, symbol in marks
            ]
        )

    def set_cursor(self, pixel: tuple[int, int] | None) -> None:
        """Show the cross-hair at a pixel."""
        self._cursor = pixel
        for line in self._cross:
            line.setVisible(pixel is not None)
        if pixel is not None:
            for line, place in zip(self._cross, (*pixel, *pixel), strict=True):
                line.setPos(place + 0.5)

    def set_canvas(self, colour: str) -> None:
        """Colour what is behind the picture."""
        self.setBackground(colour)

    def fit(self) -> None:
        """Show the whole scene."""
        lines, samples = self._shape
        self._fitted = True
        if lines and samples:
            self._box.setRange(QRectF(0, 0, samples, lines), padding=0.02)

    def zoom(self, factor: float) -> None:
        """Zoom about the middle; 0 shows the whole scene."""
        if factor:
            self._fitted = False
            self._box.scaleBy(x=1 / factor, y=1 / factor)
        else:
            self.fit()

    def visible_rect(self) -> QRectF:
        """What is shown, in pixel coordinates."""
        return QRectF(self._box.viewRect())

    def show_rect(self, rect: QRectF) -> None:
        """Show this part of the scene, without telling anybody."""
        self._fitted = False
        self._box.setRange(rect, padding=0)

    def place_of(self, line: int, sample: int) -> QPoint:
        """Where a pixel is on the viewport, for tests and tours."""
        point = self._box.mapViewToScene(pg.Point(sample + 0.5, line + 0.5))
        return QPoint(self.mapFromScene(point))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the whole scene in sight if it was."""
        super().resizeEvent(event)
        if getattr(self, "_fitted", False):
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        """The cursor left."""
        super().leaveEvent(event)
        self._under_mouse = None
        self.hovered.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move the cursor, with Shift by ten pixels; Enter presses."""
        line, sample = self._cursor or (self._shape[0] // 2, self._shape[1] // 2)
        move = MOVES.get(Qt.Key(event.key()))
        if move and self._shape[0]:
            far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            line = min(max(line + far * move[0], 0), self._shape[0] - 1)
            sample = min(max(sample + far * move[1], 0), self._shape[1] - 1)
            self.hovered.emit((line, sample))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor:
            self.pressed.emit(line, sample)
        else:
            super().keyPressEvent(event)

    def _pixel(self, position: object) -> tuple[int, int] | None:
        point = self._box.mapSceneToView(position)
        line, sample = int(np.floor(point.y())), int(np.floor(point.x()))
        inside = 0 <= line < self._shape[0] and 0 <= sample < self._shape[1]
        return (line, sample) if inside else None

    def _on_move(self, position: object) -> None:
        pixel = self._pixel(position)
        if pixel != self._under_mouse:
            self._under_mouse = pixel
            self.hovered.emit(pixel)

    def _on_click(self, event: pg.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        pixel = self._pixel(event.scenePos())
        if pixel is None:
            return
        event.accept()
        if event.button() == Qt.MouseButton.RightButton:
            self.asked.emit(*pixel, event.screenPos().toPoint())
        elif event.button() == Qt.MouseButton.LeftButton and not event.double():
            self.pressed.emit(*pixel)

    def _on_range(self, *_: object) -> None:
        self._fitted = False
        self.moved.emit(self.visible_rect())
