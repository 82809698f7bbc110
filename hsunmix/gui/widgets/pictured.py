"""Plots and maps as pictures and as numbers, for other programs: what is drawn, and what it is drawn from.

A widget that can be copied has ``numbers() -> str``, lines of values parted by tabs with a line of headings;
one that paints more sharply than ``QWidget.render`` has ``paint_picture(painter)``. The commands
``CopyPicture``, ``CopyValues`` and ``SavePicture`` name it.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QPoint, QRect
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QMenu, QWidget
from shiboken6 import isValid

from hsunmix.gui.state.commands import Command, CopyPicture, CopyValues, SavePicture
from hsunmix.gui.widgets.panel import named

__all__ = [
    "PICTURING",
    "add_entries",
    "as_image",
    "as_svg",
    "copy_picture",
    "picture_menu",
    "rows_of",
    "send",
]

SHARPER = 2.0  # pixels of a picture per pixel of the screen
PICTURING = (
    "picturing"  # property of a window: nothing of the moment, such as the frame of the focus, is drawn
)
ENTRIES = (
    ("Copy picture", CopyPicture),
    ("Copy values", CopyValues),
    ("Save picture…", SavePicture),
)


def rows_of(headings: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table as spreadsheets take it from the clipboard."""
    lines = ["\t".join(headings), *("\t".join(map(_text, row)) for row in rows)]
    return "\n".join(lines) + "\n"


def _text(value: object) -> str:
    if isinstance(value, str | int):
        return " ".join(str(value).split())
    number = float(value)  # type: ignore[arg-type]
    return "" if number != number else f"{number:.7g}"


def as_image(widget: QWidget) -> QImage:
    """Return what a widget shows, sharper than the screen."""
    image = QImage(widget.size() * SHARPER, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(SHARPER)
    image.fill(_ground(widget))
    painter = QPainter(image)
    _paint(widget, painter)
    painter.end()
    return image


def as_svg(widget: QWidget) -> bytes:
    """Return what a widget shows as an SVG document: lines and letters as such, maps as images in it."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    made = QSvgGenerator()
    made.setOutputDevice(buffer)
    made.setSize(widget.size())
    made.setViewBox(QRect(QPoint(0, 0), widget.size()))
    made.setTitle(widget.accessibleName())
    painter = QPainter(made)
    painter.fillRect(widget.rect(), _ground(widget))
    _paint(widget, painter)
    painter.end()
    buffer.close()
    return bytes(data.data())


def copy_picture(widget: QWidget) -> None:
    """Put the picture on the clipboard, in both forms: each program takes the one it knows."""
    mime = QMimeData()
    mime.setImageData(as_image(widget))
    mime.setData("image/svg+xml", QByteArray(as_svg(widget)))
    QGuiApplication.clipboard().setMimeData(mime)
    atexit.register(_leave_picture, mime)


def _leave_picture(mime: QMimeData) -> None:
    """Where it is still on the clipboard, leave the picture alone there, as Qt's own.

    Qt deletes what is there after Python has ended, and what Python made would then end the process.
    """
    if isValid(mime) and QGuiApplication.instance() is not None:
        QGuiApplication.clipboard().setImage(mime.imageData())


def _ground(widget: QWidget) -> QColor:
    return widget.palette().base().color()


def _paint(widget: QWidget, painter: QPainter) -> None:
    window = widget.window()
    window.setProperty(PICTURING, True)
    try:
        paint: Any = getattr(widget, "paint_picture", None)
        if paint is not None:
            paint(painter)
        else:
            widget.render(painter, QPoint())
    finally:
        window.setProperty(PICTURING, False)


def add_entries(menu: QMenu, widget: QWidget) -> None:
    """Add what can be done with a picture to a context menu."""
    for text, kind in ENTRIES:
        entry = menu.addAction(text)
        entry.triggered.connect(lambda _=False, kind=kind: send(widget, kind(widget.objectName())))


def picture_menu(widget: QWidget) -> QMenu:
    """Return the context menu of a plot that has no other."""
    menu = named(QMenu(widget), f"{widget.objectName()}Menu", widget.accessibleName())
    add_entries(menu, widget)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def send(widget: QWidget, command: Command) -> None:
    """Send a command to the store of the window that a widget belongs to, from a dialog as well."""
    above: Any = widget
    while above is not None:
        store = getattr(above, "store", None)
        if store is not None:
            store.send(command)
            return
        above = above.parent()
