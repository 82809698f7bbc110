"""Where the window is: remembered, and brought back onto a screen that exists."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from hsunmix.gui.state.settings import Geometry

__all__ = ["clamped", "place", "placed"]


def placed(window: QWidget) -> Geometry:
    """Return where a window is when it isn't maximized, and whether it is."""
    rect = window.normalGeometry() if window.isMaximized() else window.geometry()
    return Geometry(rect.x(), rect.y(), rect.width(), rect.height(), window.isMaximized())


def place(window: QWidget, geometry: Geometry | None) -> None:
    """Put a window where it was, or give it its first size in the middle of the screen."""
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    if not screens:
        return
    if geometry is None:
        hint = window.sizeHint()
        rect = QRect(0, 0, hint.width(), hint.height())
        rect.moveCenter(screens[0].center())
    else:
        rect = QRect(geometry.x, geometry.y, geometry.width, geometry.height)
    window.setGeometry(clamped(rect, screens))
    if geometry is not None and geometry.maximized:
        window.showMaximized()


def clamped(rect: QRect, screens: list[QRect]) -> QRect:
    """Return a rectangle moved and shrunk so that it lies on the screen it covers most."""

    def overlap(screen: QRect) -> int:
        common = screen.intersected(rect)
        return common.width() * common.height() if common.isValid() else 0

    screen = max(screens, key=overlap)
    width, height = min(rect.width(), screen.width()), min(rect.height(), screen.height())
    x = min(max(rect.x(), screen.x()), screen.x() + screen.width() - width)
    y = min(max(rect.y(), screen.y()), screen.y() + screen.height() - height)
    return QRect(x, y, width, height)
