"""The Tab key goes through a window as the eye does: in the order of its layouts.

Left alone, Qt goes in the order in which widgets were made, and what is made later comes last.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QLayout,
    QMainWindow,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QWidget,
)

__all__ = ["arrange", "stops"]

WANTED = "tabOrderWanted"  # a property of the window
PAUSE = 50  # milliseconds
WHOLE = (QComboBox, QAbstractSpinBox)  # what is inside them is their own


def arrange(window: QWidget) -> None:
    """Bring everything in a window into order; to be called when it is made, or something new is in it.

    It is done a moment later and once for several calls: nobody presses Tab before what is new is seen.
    """
    if not window.property(WANTED):
        window.setProperty(WANTED, True)
        QTimer.singleShot(PAUSE, window, partial(_arrange, window))


def _arrange(window: QWidget) -> None:
    window.setProperty(WANTED, False)
    order = list(stops(window))
    if len(order) > 2:
        # Qt leaves a pair alone that is a pair going round the end: so the last is taken from there first.
        QWidget.setTabOrder(order[0], order[-1])
    for first, second in pairwise(order):
        QWidget.setTabOrder(first, second)


def stops(root: QWidget) -> Iterator[QWidget]:
    """Yield the widgets that Tab stops at, in order; hidden ones as well, for they may be shown."""
    if isinstance(root, WHOLE):
        return
    for child in _children(root):
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.focusProxy() is None:
            yield child
        yield from stops(child)


def _children(widget: QWidget) -> Iterator[QWidget]:
    yield from (child for child in _parts(widget) if child is not None)


def _parts(widget: QWidget) -> Iterator[QWidget | None]:
    if isinstance(widget, QMainWindow):
        lying_over = (w for w in widget.children() if isinstance(w, QWidget) and not w.isWindow())
        yield widget.centralWidget()
        yield from (w for w in lying_over if w not in (widget.centralWidget(), widget.menuBar()))
    elif isinstance(widget, (QSplitter, QStackedWidget)):
        yield from (widget.widget(k) for k in range(widget.count()))
    elif isinstance(widget, QTabWidget):
        yield widget.tabBar()
        yield from (widget.widget(k) for k in range(widget.count()))
    elif isinstance(widget, QScrollArea):
        yield widget.widget()
    else:
        layout = widget.layout()
        if layout is not None:
            yield from _inside(layout)


def _inside(layout: QLayout) -> Iterator[QWidget]:
    for k in range(layout.count()):
        item = layout.itemAt(k)
        if item is None:
            continue
        widget, within = item.widget(), item.layout()
        if widget is not None:
            yield widget
        elif within is not None:
            yield from _inside(within)
