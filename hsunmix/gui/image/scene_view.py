"""A picture of the scene that tells what mouse and keys do to it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QWheelEvent

from hsunmix.gui.image.scene_canvas import SceneCanvas
from hsunmix.gui.image.shape_tools import BrushTool
from hsunmix.gui.image.viewport import Viewport

__all__ = ["SceneView"]

DRAG = 4  # logical pixels that the mouse may shake in a click
WHEEL = 1.25  # zoom by one notch
MOVES = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class SceneView(SceneCanvas):
    """A view of the scene that can be pointed at, moved, zoomed and drawn on.

    Signals
    -------
    hovered : object
        (line, sample), or None when the cursor left the scene.
    pressed : int, int
        A pixel was clicked, or Enter pressed on the cursor.
    asked : int, int, QPoint
        The context menu is wanted, at a global position.
    dragged : int, int, int, bool
        A mark is dragged: what it stands for, line, sample, whether it goes on.
    """

    hovered = Signal(object)
    pressed = Signal(int, int)
    asked = Signal(int, int, QPoint)
    dragged = Signal(int, int, int, bool)

    def __init__(self, name: str, title: str, viewport: Viewport) -> None:
        super().__init__(name, title, viewport)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._under_mouse: tuple[int, int] | None = None
        self._down: QPointF | None = None
        self._panning = False
        self._grip = -1

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the mouse; with Ctrl and the brush in hand, make the brush thicker."""
        factor = WHEEL ** (event.angleDelta().y() / 120)
        shape_tool = self.viewport.shape_tool
        if isinstance(shape_tool, BrushTool) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            shape_tool.resize(factor)
            self.viewport.touched.emit()
        elif self._image is not None:
            self.viewport.zoom(factor, self.to_scene(event.position()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, a drag or a stroke."""
        self._down, self._panning = event.position(), False
        self._grip = self._grip_at(event.position()) if event.button() == Qt.MouseButton.LeftButton else -1
        shape_tool, left = self.viewport.shape_tool, event.button() == Qt.MouseButton.LeftButton
        if shape_tool is not None and left and self._image is not None:
            place = self.to_scene(event.position())
            erase = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            shape_tool.press(place.y(), place.x(), erase)
            self.viewport.drafted()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse: drag the scene, draw, or tell the pixel."""
        position = event.position()
        drawing = self.viewport.shape_tool is not None
        holding = Qt.MouseButton.MiddleButton if drawing else _PANNING
        if self._down is not None and event.buttons() & holding:
            way = position - self._down
            if self._panning or way.manhattanLength() > DRAG:
                self._panning = True
                self._drag(position, going_on=True)
        elif self.viewport.shape_tool is not None:
            place = self.to_scene(position)
            self.viewport.shape_tool.move(place.y(), place.x())
            self.viewport.drafted()
        self._hover(self.pixel_at(position))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a click, a drag or a stroke."""
        down, self._down = self._down, None
        if self._panning:
            self._down = down
            self._drag(event.position(), going_on=False)
            self._panning, self._down = False, None
            self.setCursor(Qt.CursorShape.CrossCursor)
            return
        pixel = self.pixel_at(event.position())
        if down is None or self._image is None:
            return
        if event.button() == Qt.MouseButton.LeftButton and self.viewport.shape_tool is not None:
            place = self.to_scene(event.position())
            self.viewport.shape_tool.release(place.y(), place.x())
            self.viewport.drafted()
        elif event.button() == Qt.MouseButton.LeftButton and pixel is not None:
            self.pressed.emit(*pixel)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Finish what is being drawn; else it is the first click's echo, and nothing."""
        self._down = None
        if self.viewport.shape_tool is not None and event.button() == Qt.MouseButton.LeftButton:
            self.viewport.shape_tool.close()
            self.viewport.drafted()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of a pixel: the one under the mouse, or by the key the cursor's."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        pixel = self.viewport.cursor if by_key else self.pixel_at(QPointF(event.pos()))
        if pixel is not None and self._image is not None:
            place = self.place_of(*pixel) if by_key else event.pos()
            self.asked.emit(*pixel, self.mapToGlobal(place))

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse left."""
        super().leaveEvent(event)
        self._hover(None, always=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move the cursor, with Shift by ten pixels; Enter presses; the shape_tool has its own."""
        lines, samples = self.viewport.shape
        line, sample = self.viewport.cursor or (lines // 2, samples // 2)
        move = MOVES.get(Qt.Key(event.key()))
        if move and lines and not event.modifiers() & ~_ARROWS:
            far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            line = min(max(line + far * move[0], 0), lines - 1)
            sample = min(max(sample + far * move[1], 0), samples - 1)
            self.viewport.reveal(line, sample)
            if self.viewport.shape_tool is not None:
                self.viewport.shape_tool.move(line + 0.5, sample + 0.5)
                self.viewport.drafted()
            self.hovered.emit((line, sample))
        elif not self._shape_key(event, line, sample):
            if event.key() in ENTER and self.viewport.cursor:
                self.pressed.emit(line, sample)
            else:
                super().keyPressEvent(event)

    def _shape_key(self, event: QKeyEvent, line: int, sample: int) -> bool:
        shape_tool = self.viewport.shape_tool
        if shape_tool is None or self._image is None:
            return False
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() in ENTER and control:
            shape_tool.close()
        elif event.key() in ENTER or event.key() == Qt.Key.Key_Space:
            erase = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            shape_tool.press(line + 0.5, sample + 0.5, erase)
            shape_tool.release(line + 0.5, sample + 0.5)
        elif event.key() == Qt.Key.Key_Backspace:
            shape_tool.back()
        elif event.key() == Qt.Key.Key_Escape:
            self.viewport.abandon()
            return True
        elif isinstance(shape_tool, BrushTool) and event.text() in ("[", "]"):
            shape_tool.resize(1 / WHEEL if event.text() == "[" else WHEEL)
        else:
            return False
        self.viewport.drafted()
        return True

    def _drag(self, position: QPointF, going_on: bool) -> None:
        """Drag the mark that the mouse has hold of, else the scene."""
        pixel = self.pixel_at(position)
        if self._grip >= 0:
            if pixel is not None:
                self.dragged.emit(self._grip, *pixel, going_on)
        elif self._down is not None:
            way = (position - self._down) / self.scale
            self._down = position
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.viewport.pan(-way.x(), -way.y())

    def _grip_at(self, position: QPointF) -> int:
        if self.viewport.shape_tool is None:
            for (line, sample, *_), grip in zip(self.viewport.marks, self.viewport.grips, strict=False):
                way = self.to_widget(QPointF(sample + 0.5, line + 0.5)) - position
                if way.manhattanLength() <= 2 * DRAG:
                    return grip
        return -1

    def _hover(self, pixel: tuple[int, int] | None, always: bool = False) -> None:
        if pixel != self._under_mouse or always:
            self._under_mouse = pixel
            self.hovered.emit(pixel)


_PANNING = Qt.MouseButton.LeftButton | Qt.MouseButton.MiddleButton
_ARROWS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
