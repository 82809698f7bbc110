"""Icons: SVG drawings of the project, in the colour of the text around them."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from hsunmix.files import resource

__all__ = ["icon", "logo", "swatch"]

SIZES = (16, 20, 32, 48, 64)
INK = "#000000"  # what the drawings are drawn in


@lru_cache(maxsize=128)
def icon(name: str, colour: str) -> QIcon:
    """Return the icon of this name, drawn in a colour ``#rrggbb``."""
    return _icon(name, colour)


@lru_cache(maxsize=1)
def logo() -> QIcon:
    """Return the program's own icon, in its own colours."""
    return _icon("hsunmix", INK, (16, 24, 32, 48, 64, 128, 256))


def _icon(name: str, colour: str, sizes: tuple[int, ...] = SIZES) -> QIcon:
    try:
        drawing = resource("resources", "icons", f"{name}.svg").read_text(encoding="utf-8")
    except OSError:
        return QIcon()  # a missing picture must not keep the window from opening
    renderer = QSvgRenderer(QByteArray(drawing.replace(INK, colour).encode()))
    result = QIcon()
    for size in sizes:
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        result.addPixmap(pixmap)
        result.addPixmap(pixmap, QIcon.Mode.Selected)  # or a selected row would tint it
    return result


@lru_cache(maxsize=256)
def swatch(colour: str, border: str, size: int = 32) -> QIcon:
    """Return a rounded square of one colour."""
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(colour))
    painter.setPen(QColor(border))
    inset = size / 10
    painter.drawRoundedRect(QRectF(inset, inset, size - 2 * inset, size - 2 * inset), size / 6, size / 6)
    painter.end()
    result = QIcon(pixmap)
    result.addPixmap(pixmap, QIcon.Mode.Selected)  # or a selected row would tint it
    return result
