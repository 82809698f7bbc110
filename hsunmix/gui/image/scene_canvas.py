"""A picture of the scene in a viewport, as it is painted."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QImage, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from hsunmix.gui.image.scale_bar import paint_scale
from hsunmix.gui.image.scene_paint import cross_hair, paint_front, paint_regions
from hsunmix.gui.image.vector_paint import paint_vectors
from hsunmix.gui.image.viewport import Viewport
from hsunmix.gui.widgets.accessibility import Role, announce
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.pictured import PICTURING

__all__ = ["SceneCanvas"]


class SceneCanvas(QWidget):
    """A picture of the scene; everything else that it shows is the viewport's.

    Parameters
    ----------
    name, title : str
        For ``named``.
    viewport : Viewport
    """

    accessible_role = Role.Graphic

    def __init__(self, name: str, title: str, viewport: Viewport) -> None:
        super().__init__()
        named(self, name, title)
        self.viewport = viewport
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._image: QImage | None = None
        self._backing: QPixmap | None = None  # all that a moving cursor leaves as it is
        viewport.moved.connect(self._refresh)
        viewport.changed.connect(self._refresh)
        viewport.touched.connect(self.update)
        viewport.pointed.connect(self._on_pointed)

    def set_picture(self, image: QImage, shape: tuple[int, int]) -> None:
        """Show a picture.

        Parameters
        ----------
        image : QImage
            May have fewer rows and columns than the scene: every ``step``-th, the first included.
        shape : tuple of 2 int
            (lines, samples) of the scene.
        """
        self._image = image
        self.viewport.set_shape(shape)
        self._refresh()

    def clear_picture(self) -> None:
        """Show nothing."""
        self._image = None
        self._refresh()

    def tell(self, words: str) -> None:
        """Say what is shown; while it has the focus, a screen reader says so at once."""
        self.setAccessibleDescription(words)
        if self.hasFocus():
            announce(self, words)

    @property
    def image(self) -> QImage | None:
        """The picture."""
        return self._image

    # Geometry

    @property
    def scale(self) -> float:
        """Logical pixels per pixel of the scene."""
        rect = self.viewport.rect
        return max(min(self.width() / rect.width(), self.height() / rect.height()), 1e-9)

    def to_scene(self, position: QPointF) -> QPointF:
        """Return the place in the scene (x the sample, y the line) at a position of the widget."""
        middle = QPointF(self.width() / 2, self.height() / 2)
        return self.viewport.rect.center() + (position - middle) / self.scale

    def to_widget(self, place: QPointF) -> QPointF:
        """Return the position of a place in the scene."""
        middle = QPointF(self.width() / 2, self.height() / 2)
        return middle + (place - self.viewport.rect.center()) * self.scale

    def visible_rect(self) -> QRectF:
        """What is shown, in pixels of the scene."""
        corner = self.to_scene(QPointF(0, 0))
        return QRectF(corner, self.to_scene(QPointF(self.width(), self.height())))

    def place_of(self, line: int, sample: int) -> QPoint:
        """Where the middle of a pixel is on the widget."""
        return self.to_widget(QPointF(sample + 0.5, line + 0.5)).toPoint()

    def pixel_at(self, position: QPointF) -> tuple[int, int] | None:
        """Return (line, sample) at a position; None beside the scene."""
        place = self.to_scene(position)
        line, sample = math.floor(place.y()), math.floor(place.x())
        lines, samples = self.viewport.shape
        return (line, sample) if 0 <= line < lines and 0 <= sample < samples else None

    # Painting

    def _on_pointed(self, *pixels: tuple[int, int] | None) -> None:
        """Paint the lines of the cross-hair where it was and where it is, and nothing between them."""
        for pixel in pixels:
            for line in cross_hair(self, pixel) if pixel is not None else ():
                self.update(line)

    def _refresh(self) -> None:
        self._backing = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint anew."""
        super().resizeEvent(event)
        self._refresh()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture, the viewport, and what moves on it."""
        ratio = self.devicePixelRatioF()
        if self._backing is None or self._backing.devicePixelRatio() != ratio:
            self._backing = self._paint_backing(ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._backing)
        if self._image is not None:
            paint_front(painter, self)
        if self.hasFocus() and not self.window().property(PICTURING):
            painter.setPen(self.palette().highlight().color())
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_backing(self, ratio: float) -> QPixmap:
        backing = QPixmap(self.size() * ratio)
        backing.setDevicePixelRatio(ratio)
        backing.fill(self.viewport.canvas)
        painter = QPainter(backing)
        if self._image is not None:
            scene = self.viewport.scene
            painter.fillRect(
                QRectF(self.to_widget(scene.topLeft()), self.to_widget(scene.bottomRight())), self._hatch()
            )
            self._paint_image(painter, self._image)
            if self.viewport.overlay is not None:
                self._paint_image(painter, self.viewport.overlay)
            if self.viewport.masked is not None:
                self._hatch_masked(painter, self.viewport.masked, ratio)
            paint_vectors(painter, self)
            paint_regions(painter, self)
            paint_scale(painter, self)
        painter.end()
        return backing

    def _hatch(self) -> QBrush:
        """Lines for pixels without a value: no colour could say that beside a map's colours."""
        return QBrush(self.viewport.hatch, Qt.BrushStyle.BDiagPattern)

    def _hatch_masked(self, painter: QPainter, masked: QImage, ratio: float) -> None:
        layer = QImage(self.size() * ratio, QImage.Format.Format_ARGB32_Premultiplied)
        layer.setDevicePixelRatio(ratio)
        layer.fill(Qt.GlobalColor.transparent)
        within = QPainter(layer)
        self._paint_image(within, masked)
        within.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        within.fillRect(self.rect(), self._hatch())
        within.end()
        painter.drawImage(0, 0, layer)

    def _paint_image(self, painter: QPainter, image: QImage) -> None:
        """Paint the pixels that are seen, each as a whole."""
        lines, samples = self.viewport.shape
        step = max(1, -(-lines // image.height()), -(-samples // image.width()))
        seen = self.visible_rect()
        left, top = max(math.floor(seen.left() / step), 0), max(math.floor(seen.top() / step), 0)
        right = min(math.ceil(seen.right() / step), image.width())
        bottom = min(math.ceil(seen.bottom() / step), image.height())
        if left < right and top < bottom:
            target = QRectF(
                self.to_widget(QPointF(left * step, top * step)),
                self.to_widget(QPointF(min(right * step, samples), min(bottom * step, lines))),
            )
            width = min(right, samples / step) - left
            height = min(bottom, lines / step) - top
            painter.drawImage(target, image, QRectF(left, top, width, height))
