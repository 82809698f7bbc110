"""A bar that lies over the image: nothing that somebody is about to click moves when it comes or goes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect
from PySide6.QtWidgets import QWidget

from hsunmix.gui.widgets.panel import Panel

__all__ = ["FloatingBar"]

PLACES = ("imageStack", "pages")  # over the first of these that is seen
GAP, WIDEST = 8, 900  # pixels
MOVES = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)


class FloatingBar(Panel):
    """A panel of the area ``float`` that keeps to the head or the foot of the image while it is shown."""

    at_head = False

    def __init__(self, name: str, title: str) -> None:
        super().__init__(name, title)
        self._followed: list[QWidget] = []

    def event(self, event: QEvent) -> bool:
        """Take the room that a new text and its buttons need, which is known only when they are shown."""
        known = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self.place()
        return known

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay where it belongs when what it lies on changes."""
        if event.type() in MOVES:
            self.place()
        return super().eventFilter(watched, event)

    def place(self) -> None:
        """Lie over the image, or over the first page; on top of what else is there."""
        window, layout = self.parentWidget(), self.layout()
        if window is None or layout is None or self.isHidden():
            return
        known = [part for name in PLACES if (part := window.findChild(QWidget, name)) is not None]
        for part in known:
            if part not in self._followed:
                self._followed.append(part)
                part.installEventFilter(self)
        below = next((part for part in known if part.isVisible()), window)
        room = QRect(below.mapTo(window, QPoint(0, 0)), below.size()).adjusted(GAP, GAP, -GAP, -GAP)
        width = min(room.width(), WIDEST)
        height = max(layout.totalHeightForWidth(width), layout.totalMinimumSize().height())
        left = room.left() + (room.width() - width) // 2
        top = room.top() if self.at_head else max(room.bottom() + 1 - height, 0)
        self.setGeometry(left, top, width, height)
        self.raise_()
