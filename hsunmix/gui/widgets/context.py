"""Which row a context menu is asked for, by the mouse or by the key."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QAbstractItemView

__all__ = ["asked_for"]


def asked_for(view: QAbstractItemView, event: QContextMenuEvent) -> tuple[QModelIndex, QPoint]:
    """Return what lies under the mouse, by the key what is current; and where on the screen to open the menu.

    With the key Qt gives a position of its own, counted from the corner of the view and not of its
    first row: it would hit the row below.
    """
    by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
    index = view.currentIndex() if by_key else view.indexAt(event.pos())
    place = view.visualRect(index).center() if by_key else event.pos()
    return index, view.viewport().mapToGlobal(place)
