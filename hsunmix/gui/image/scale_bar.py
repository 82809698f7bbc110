"""A bar that tells distances, and an arrow to the north, on a scene whose place is known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from hsunmix.gui.widgets.colour_bar import nice_ticks
from hsunmix.model.georeference import Georeference

if TYPE_CHECKING:
    from hsunmix.gui.image.scene_canvas import SceneCanvas

__all__ = ["bar_of", "north_of", "paint_scale"]

DEGREE = 111_320.0  # metres of latitude
PART = 0.22  # of the view's width, that the bar is about as long as
NARROWEST = 260  # logical pixels: in a smaller view there is none
PALE, DARK = QColor(255, 255, 255, 190), QColor(20, 22, 26)


def metres_per_pixel(place: Georeference, line: float, sample: float) -> float | None:
    """Return the width of a pixel on the ground; None where the map is not known to be in metres."""
    if place.geographic:
        latitude = place.xy(line, sample)[1]
        return place.pixel_size[0] * DEGREE * max(math.cos(math.radians(latitude)), 1e-6)
    foreign = "foot" in place.crs.lower() or "us-ft" in place.crs.lower()
    return None if not place.crs or foreign else place.pixel_size[0]


def bar_of(
    place: Georeference, line: float, sample: float, scale: float, width: float
) -> tuple[float, str] | None:
    """Return the length of the bar in logical pixels, and what is written at it.

    Parameters
    ----------
    place : Georeference
    line, sample : float
        The middle of what is seen.
    scale : float
        Logical pixels per pixel of the scene.
    width : float
        Of the view, in logical pixels.
    """
    metres = metres_per_pixel(place, line, sample)
    if metres is None or not metres > 0:
        return None
    reach = PART * width / scale * metres
    ticks = [tick for tick in nice_ticks(0, reach, 1) if tick > 0] or [
        tick for tick in nice_ticks(0, reach, 3) if tick > 0
    ]
    if not ticks:
        return None
    long = ticks[-1]
    return long / metres * scale, f"{long / 1000:g} km" if long >= 1000 else f"{long:g} m"


def north_of(place: Georeference) -> tuple[float, float]:
    """Return the direction of the north on the picture, (right, down), of length one."""
    a, b, _, d, e, _ = place.transform
    right, down = -b / (a * e - b * d), a / (a * e - b * d)
    long = math.hypot(right, down)
    return right / long, down / long


def paint_scale(painter: QPainter, view: SceneCanvas) -> None:
    """Paint both into the lower left corner."""
    place = view.viewport.place
    if place is None or view.width() < NARROWEST:
        return
    middle = view.viewport.rect.center()
    found = bar_of(place, middle.y(), middle.x(), view.scale, view.width())
    if found is None:
        return
    long, text = found
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    metrics = QFontMetricsF(painter.font())
    box = QRectF(
        8,
        view.height() - metrics.height() - 22,
        max(long, metrics.horizontalAdvance(text)) + 44,
        metrics.height() + 14,
    )
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(PALE)
    painter.drawRoundedRect(box, 4, 4)
    left, y = box.left() + 34, box.bottom() - 6
    painter.setPen(QPen(DARK, 2))
    painter.drawPolyline(
        QPolygonF(
            [QPointF(left, y - 4), QPointF(left, y), QPointF(left + long, y), QPointF(left + long, y - 4)]
        )
    )
    painter.drawText(
        QRectF(left, box.top() + 1, box.width(), metrics.height()), int(Qt.AlignmentFlag.AlignLeft), text
    )
    right, down = north_of(place)
    centre, half = QPointF(box.left() + 16, box.center().y()), box.height() / 2 - 4
    tip = QPointF(right, down) * half
    side = QPointF(-down, right) * (0.45 * half)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(DARK)
    painter.drawPolygon(
        QPolygonF([centre + tip, centre - tip + side, centre - tip * 0.4, centre - tip - side])
    )
    painter.restore()
