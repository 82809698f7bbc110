"""Vector layers on a picture of the scene."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from hsunmix.gui.vectors.state import Outlines

if TYPE_CHECKING:
    from hsunmix.gui.image.scene_canvas import SceneCanvas

__all__ = ["paint_vectors"]

LINE, POINT, EDGE = 1.5, 5.0, 2.0  # widths in logical pixels; of the edge, both sides together
DARK = QColor(0, 0, 0, 150)  # the edge that sets a bright line off from a bright picture
WIDE = 2000  # places up to which lines are wide: Qt draws narrow ones a hundred times as quickly
EDGED = 30_000  # up to which narrow ones have an edge on every side
SIDES = ((1, 1), (-1, -1), (1, -1), (-1, 1))
AROUND = 8  # logical pixels beside the view


def paint_vectors(painter: QPainter, view: SceneCanvas) -> None:
    """Paint the lines and points of every layer, the last on top."""
    seen = view.visible_rect()
    around = AROUND / view.scale
    box = (seen.left() - around, seen.top() - around, seen.right() + around, seen.bottom() + around)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(view.to_widget(QPointF(0, 0)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, outlines in view.viewport.vectors:
        path, points = _paths(outlines, box, view.scale)
        ink, count = QColor(colour), path.elementCount()
        if count <= WIDE:
            painter.strokePath(path, QPen(DARK, LINE + EDGE))
            painter.strokePath(path, QPen(ink, LINE))
        else:
            for x, y in SIDES if count <= EDGED else SIDES[:1]:
                painter.strokePath(path.translated(x, y), QPen(DARK, 1))
            painter.strokePath(path, QPen(ink, 1))
        for dot, width in ((DARK, POINT + EDGE), (ink, POINT)):
            painter.setPen(QPen(dot, width, c=Qt.PenCapStyle.RoundCap))
            painter.drawPoints(points)
    painter.restore()


@lru_cache(maxsize=16)
def _paths(
    outlines: Outlines, box: tuple[float, float, float, float], scale: float
) -> tuple[QPainterPath, QPolygonF]:
    """Return what is seen, in logical pixels from the scene's corner; the same for all maps of a grid."""
    from pyqtgraph.functions import arrayToQPath, arrayToQPolygonF

    places, joined, points = outlines.seen(box, scale)
    path = arrayToQPath(places[:, 0] * scale, places[:, 1] * scale, connect=joined.astype(int))
    dots = arrayToQPolygonF(points[:, 0] * scale, points[:, 1] * scale) if len(points) else QPolygonF()
    return path, dots
