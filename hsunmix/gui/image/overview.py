"""The whole scene in a corner, with a frame around what is seen."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from hsunmix.gui.image.scene_view import SceneView
from hsunmix.gui.widgets.accessibility import Role
from hsunmix.gui.widgets.panel import named

__all__ = ["Overview"]

LONGEST = 150  # logical pixels
INSET = 10


class Overview(QWidget):
    """Lies in the lower right corner of a view while it shows a part; a click or a drag moves the part."""

    accessible_role = Role.Graphic

    def __init__(self, view: SceneView) -> None:
        super().__init__(view)
        named(self, "overview", "Overview: the whole scene and the part that is seen")
        self.setToolTip("The part that is seen: click or drag to move it")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._view = view
        self._wanted = True
        self._thumbnail: QPixmap | None = None
        self._of: object = None
        view.viewport.moved.connect(self.place)
        self.hide()

    @property
    def wanted(self) -> bool:
        """Whether it is to be shown when it says something."""
        return self._wanted

    def set_wanted(self, wanted: bool) -> None:
        """Show it or not."""
        self._wanted = wanted
        self.place()

    def place(self) -> None:
        """Take the size and the corner that fit; hide while the whole scene is seen."""
        view = self._view
        lines, samples = view.viewport.shape
        seen = view.visible_rect()
        part = lines > 0 and not seen.adjusted(-0.5, -0.5, 0.5, 0.5).contains(view.viewport.scene)
        self.setVisible(self._wanted and part)
        if not self.isVisibleTo(view):
            return
        longest = min(LONGEST, view.width() // 3, view.height() // 3)
        size = QSize(samples, lines).scaled(longest, longest, Qt.AspectRatioMode.KeepAspectRatio)
        size = size.expandedTo(QSize(8, 8))
        self.setGeometry(
            view.width() - size.width() - INSET, view.height() - size.height() - INSET, *size.toTuple()
        )
        self.update()

    def frame(self) -> QRectF:
        """Return what is seen, in logical pixels of this widget."""
        scene, seen = self._view.viewport.scene, self._view.visible_rect()
        x, y = self.width() / scene.width(), self.height() / scene.height()
        rect = QRectF(seen.x() * x, seen.y() * y, seen.width() * x, seen.height() * y)
        return rect.intersected(QRectF(self.rect()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the thumbnail and the frame."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._view.viewport.canvas)
        painter.drawPixmap(self.rect(), self._small())
        painter.setPen(QPen(QColor(0, 0, 0, 160), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        for colour, width in ((QColor(0, 0, 0, 170), 3.0), (QColor("#ffffff"), 1.5)):
            painter.setPen(QPen(colour, width))
            painter.drawRect(self.frame().adjusted(0.5, 0.5, -1.5, -1.5))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move what is seen here."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._move(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move it along."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move(event.position())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep the view from taking it for a click of its own."""
        event.accept()

    def _move(self, position: QPointF) -> None:
        scene = self._view.viewport.scene
        x = position.x() / self.width() * scene.width()
        y = position.y() / self.height() * scene.height()
        self._view.viewport.centre_on(QPointF(x, y))

    def _small(self) -> QPixmap:
        """Return the thumbnail, made anew when the picture is another."""
        image, size = self._view.image, self.size() * self.devicePixelRatioF()
        if self._thumbnail is None or self._of is not image or self._thumbnail.size() != size:
            self._of = image
            self._thumbnail = QPixmap(size)
            self._thumbnail.fill(Qt.GlobalColor.transparent)
            if image is not None:
                painter = QPainter(self._thumbnail)
                painter.drawImage(QRectF(self._thumbnail.rect()), image)
                painter.end()
        return self._thumbnail
