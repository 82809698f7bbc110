"""A picture of the scene that tells what mouse and keys do to it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QWheelEvent

from hsunmix.gui.image.drafts import BrushDraft
from hsunmix.gui.image.scene_canvas import SceneCanvas
from hsunmix.gui.image.stage import Stage

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

    def __init__(self, name: str, title: str, stage: Stage) -> None:
        super().__init__(name, title, stage)
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
        draft = self.stage.draft
        if isinstance(draft, BrushDraft) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            draft.resize(factor)
            self.stage.touched.emit()
        elif self._image is not None:
            self.stage.zoom(factor, self.to_scene(event.position()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, a drag or a stroke."""
        self._down, self._panning = event.position(), False
        self._grip = self._grip_at(event.position()) if event.button() == Qt.MouseButton.LeftButton else -1
        draft, left = self.stage.draft, event.button() == Qt.MouseButton.LeftButton
        if draft is not None and left and self._image is not None:
            place = self.to_scene(event.position())
            erase = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            draft.press(place.y(), place.x(), erase)
            self.stage.drafted()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse: drag the scene, draw, or tell the pixel."""
        position = event.position()
        drawing = self.stage.draft is not None
        holding = Qt.MouseButton.MiddleButton if drawing else _PANNING
        if self._down is not None and event.buttons() & holding:
            way = position - self._down
            if self._panning or way.manhattanLength() > DRAG:
                self._panning = True
                self._drag(position, going_on=True)
        elif self.stage.draft is not None:
            place = self.to_scene(position)
            self.stage.draft.move(place.y(), place.x())
            self.stage.drafted()
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
        if event.button() == Qt.MouseButton.LeftButton and self.stage.draft is not None:
            place = self.to_scene(event.position())
            self.stage.draft.release(place.y(), place.x())
            self.stage.drafted()
        elif event.button() == Qt.MouseButton.LeftButton and pixel is not None:
            self.pressed.emit(*pixel)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Finish what is being drawn; else it is the first click's echo, and nothing."""
        self._down = None
        if self.stage.draft is not None and event.button() == Qt.MouseButton.LeftButton:
            self.stage.draft.close()
            self.stage.drafted()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of a pixel: the one under the mouse, or by the key the cursor's."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        pixel = self.stage.cursor if by_key else self.pixel_at(QPointF(event.pos()))
        if pixel is not None and self._image is not None:
            place = self.place_of(*pixel) if by_key else event.pos()
            self.asked.emit(*pixel, self.mapToGlobal(place))

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse left."""
        super().leaveEvent(event)
        self._hover(None, always=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move the cursor, with Shift by ten pixels; Enter presses; the draft has its own."""
        lines, samples = self.stage.shape
        line, sample = self.stage.cursor or (lines // 2, samples // 2)
        move = MOVES.get(Qt.Key(event.key()))
        if move and lines and not event.modifiers() & ~_ARROWS:
            far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            line = min(max(line + far * move[0], 0), lines - 1)
            sample = min(max(sample + far * move[1], 0), samples - 1)
            self.stage.reveal(line, sample)
            if self.stage.draft is not None:
                self.stage.draft.move(line + 0.5, sample + 0.5)
                self.stage.drafted()
            self.hovered.emit((line, sample))
        elif not self._draft_key(event, line, sample):
            if event.key() in ENTER and self.stage.cursor:
                self.pressed.emit(line, sample)
            else:
                super().keyPressEvent(event)

    def _draft_key(self, event: QKeyEvent, line: int, sample: int) -> bool:
        draft = self.stage.draft
        if draft is None or self._image is None:
            return False
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() in ENTER and control:
            draft.close()
        elif event.key() in ENTER or event.key() == Qt.Key.Key_Space:
            erase = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            draft.press(line + 0.5, sample + 0.5, erase)
            draft.release(line + 0.5, sample + 0.5)
        elif event.key() == Qt.Key.Key_Backspace:
            draft.back()
        elif event.key() == Qt.Key.Key_Escape:
            self.stage.abandon()
            return True
        elif isinstance(draft, BrushDraft) and event.text() in ("[", "]"):
            draft.resize(1 / WHEEL if event.text() == "[" else WHEEL)
        else:
            return False
        self.stage.drafted()
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
            self.stage.pan(-way.x(), -way.y())

    def _grip_at(self, position: QPointF) -> int:
        if self.stage.draft is None:
            for (line, sample, *_), grip in zip(self.stage.marks, self.stage.grips, strict=False):
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
