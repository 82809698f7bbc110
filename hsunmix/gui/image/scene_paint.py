"""What is painted on a picture of the scene: regions, cross-hair, marks, and a region being drawn."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

from hsunmix.gui.image.shape_tools import BrushTool
from hsunmix.model.region import Region, runs_of

if TYPE_CHECKING:
    from hsunmix.gui.image.scene_canvas import SceneCanvas

__all__ = ["cross_hair", "paint_front", "paint_regions"]

LONGEST = 20_000  # edges of a painted region that is outlined
MARK = 5.0  # half the size of a mark, in logical pixels
PALE, DARK = QColor(255, 255, 255, 176), QColor(0, 0, 0)
DOTTED = QBrush(DARK, Qt.BrushStyle.Dense4Pattern)  # every other pixel
ADDING, ERASING = QColor(255, 255, 255, 150), QColor(0, 0, 0, 150)

Place = tuple[float, float]


def paint_regions(painter: QPainter, view: SceneCanvas) -> None:
    """Outline the regions; the selected one more strongly."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    origin = view.to_widget(QPointF(0, 0))
    painter.translate(origin)
    painter.scale(view.scale, view.scale)
    for k, region in enumerate(view.viewport.regions):
        outline = _border(region, view.viewport.shape)
        wide = 2.5 if k == view.viewport.selected else 1.5
        for colour, width in ((PALE, wide + 2), (QColor(region.colour), wide)):
            pen = QPen(colour, width * view.devicePixelRatioF())
            pen.setCosmetic(True)  # as wide at every zoom, but counted in the screen's own pixels
            painter.strokePath(outline, pen)
    painter.restore()


@lru_cache(maxsize=128)
def _border(region: Region, shape: tuple[int, int]) -> QPainterPath:
    """Return the outline of a region in pixels of the scene; none where it would be too long."""
    path = QPainterPath()
    if region.kind != "brush":
        path.addPolygon(QPolygonF(_corners(region.kind, region.vertices)))
        path.closeSubpath()
        return path
    window = region.window(*shape)
    inside = np.pad(region.part(*window), 1)
    across = runs_of(inside[1:, 1:-1] != inside[:-1, 1:-1])  # y, from x, to x
    down = runs_of((inside[1:-1, 1:] != inside[1:-1, :-1]).T)  # x, from y, to y
    if len(across) + len(down) <= LONGEST:
        for y, first, past in across.tolist():
            path.moveTo(first, y)
            path.lineTo(past, y)
        for x, first, past in down.tolist():
            path.moveTo(x, first)
            path.lineTo(x, past)
    return path.translated(window[1], window[0])


def paint_front(painter: QPainter, view: SceneCanvas) -> None:
    """Paint what moves."""
    if view.viewport.cursor is not None:
        _cross(painter, view, view.viewport.cursor)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _shape_tool(painter, view)
    for line, sample, colour, symbol in view.viewport.marks:
        painter.setPen(QPen(QColor("#ffffff"), 1.5))
        painter.setBrush(QColor(colour))
        _mark(painter, view.to_widget(QPointF(sample + 0.5, line + 0.5)), symbol)


def _corners(kind: str, vertices: Iterable[Place]) -> list[QPointF]:
    places = [QPointF(sample, line) for line, sample in vertices]
    if kind == "rectangle" and len(places) == 2:
        rect = QRectF(*places)
        places = [rect.topLeft(), rect.topRight(), rect.bottomRight(), rect.bottomLeft()]
    return places


def cross_hair(view: SceneCanvas, cursor: tuple[int, int]) -> tuple[QRect, QRect]:
    """Return where the two lines of the cross-hair are painted."""
    place = view.to_widget(QPointF(cursor[1] + 0.5, cursor[0] + 0.5))
    x, y = round(place.x()), round(place.y())
    return QRect(x, 0, 1, view.height()), QRect(0, y, view.width(), 1)


def _cross(painter: QPainter, view: SceneCanvas, cursor: tuple[int, int]) -> None:
    """Paint a pale line with a dotted dark one on it: seen on any picture.

    Filled, not drawn: a dotted pen takes three times as long, and every map has a cross-hair.
    """
    for line in cross_hair(view, cursor):
        for ink in (PALE, DOTTED):
            painter.fillRect(line, ink)


def _mark(painter: QPainter, place: QPointF, symbol: str) -> None:
    if symbol == "o":
        painter.drawEllipse(place, MARK, MARK)
    elif symbol == "s":
        painter.drawRect(QRectF(place.x() - MARK, place.y() - MARK, 2 * MARK, 2 * MARK))
    else:
        corners = ((0, -MARK - 1), (MARK + 1, 0), (0, MARK + 1), (-MARK - 1, 0))
        painter.drawPolygon(QPolygonF([place + QPointF(x, y) for x, y in corners]))


def _shape_tool(painter: QPainter, view: SceneCanvas) -> None:
    shape_tool = view.viewport.shape_tool
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if isinstance(shape_tool, BrushTool):
        _brush(painter, view, shape_tool)
    elif shape_tool is not None and shape_tool.vertices:
        outline = QPolygonF(
            [view.to_widget(place) for place in _corners(shape_tool.kind, shape_tool.vertices)]
        )
        for pen in (QPen(PALE, 3), QPen(DARK, 1.5, Qt.PenStyle.DashLine)):
            painter.setPen(pen)
            painter.drawPolygon(outline)


def _brush(painter: QPainter, view: SceneCanvas, shape_tool: BrushTool) -> None:
    lines, samples = shape_tool.painted.shape
    if shape_tool.painted.any():
        image = QImage(shape_tool.painted.data, samples, lines, samples, QImage.Format.Format_Indexed8)
        image.setColorTable([0, (ERASING if shape_tool.erase else ADDING).rgba()])
        target = QRectF(view.to_widget(QPointF(0, 0)), view.to_widget(QPointF(samples, lines)))
        painter.drawImage(target, image)
    if shape_tool.at is not None:
        radius = shape_tool.radius * view.scale
        for pen in (QPen(PALE, 3), QPen(DARK, 1)):
            painter.setPen(pen)
            painter.drawEllipse(view.to_widget(QPointF(shape_tool.at[1], shape_tool.at[0])), radius, radius)
