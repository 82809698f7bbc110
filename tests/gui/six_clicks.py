"""From an empty window to painted abundance maps with nothing but a mouse, every click of it counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialogButtonBox,
    QFileDialog,
    QListView,
    QTreeView,
    QWidget,
)

from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.image.scene_view import SceneView

__all__ = ["Chooser", "Mouse", "choose", "in_dialog", "maps_of", "maps_shown", "ready", "until"]

MAX_WAIT_S = 120.0  # seconds: kernels may have to be compiled first


@dataclass
class Mouse:
    """Clicks on what is in sight and can be clicked, and counts.

    Attributes
    ----------
    clicks : int
    """

    clicks: int = 0

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Press and let go of the left button."""
        assert widget.isVisible(), widget
        assert widget.isEnabled(), widget
        self.clicks += 1
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.rect().center() if at is None else at)


def maps_of(window: MainWindow, scene: Path, mouse: Mouse) -> None:
    """Open a cube by the first page's button and Qt's own file dialog, unmix it, and see all maps.

    The dialog opens in the cube's folder, as it does where hsunmix was started there.
    """
    window.store.settings.change(open_folder=str(scene.parent))
    chooser = Chooser(mouse, scene.name)
    mouse.click(ready(window, "openCube"))  # comes back when the dialog has closed
    chooser.stop()
    until(lambda: window.store.document.cube is not None)
    mouse.click(ready(window, "unmixButton"))
    until(lambda: 0 < len(window.store.document.endmembers) == len(maps_shown(window)))
    for view in maps_shown(window):
        view.repaint()


def maps_shown(window: MainWindow) -> list[SceneView]:
    """The maps that are in sight, with their pictures."""
    views = window.findChildren(SceneView)
    return [v for v in views if v.objectName().startswith("mapView") and v.isVisible() and v.image]


def choose(window: MainWindow, menu: str, entry: str, mouse: Mouse) -> None:
    """Choose an entry of a menu by two clicks."""
    bar, action = window.menuBar(), window.menus.actions[entry]
    top = next(a for a in bar.actions() if a.menu() is not None and a.menu().objectName() == menu)
    until(action.isEnabled)
    mouse.click(bar, bar.actionGeometry(top).center())
    until(top.menu().isVisible)
    mouse.click(top.menu(), top.menu().actionGeometry(action).center())


def in_dialog(name: str, *clicks: Callable[[QWidget], None]) -> QTimer:
    """Click in a dialog as soon as it is there; its ``exec`` holds the caller meanwhile."""
    timer = QTimer()

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is not None and dialog.objectName() == name and dialog.isVisible():
            timer.stop()
            try:
                for click in clicks:
                    QApplication.processEvents()
                    click(dialog)
            except AssertionError:
                dialog.reject()  # what is waited for would never come
                raise

    timer.timeout.connect(look)
    timer.start(5)
    return timer


class Chooser:
    """Chooses a file in the file dialog as soon as it lists it; a dialog that never does is closed."""

    def __init__(self, mouse: Mouse, name: str) -> None:
        self._mouse, self._name = mouse, name
        self._end = time.perf_counter() + MAX_WAIT_S
        self._timer = QTimer()
        self._timer.timeout.connect(self._look)
        self._timer.start(1)

    def stop(self) -> None:
        self._timer.stop()

    def _look(self) -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QFileDialog):
            return
        if time.perf_counter() > self._end:
            dialog.reject()
        views: list[QAbstractItemView] = [dialog.findChild(QListView, "listView")]
        views.append(dialog.findChild(QTreeView, "treeView"))
        view = next(v for v in views if v.isVisible())
        model, root = view.model(), view.rootIndex()
        rows = (model.index(k, 0, root) for k in range(model.rowCount(root)))
        row = next((index for index in rows if index.data() == self._name), None)
        if row is None or view.visualRect(row).isEmpty():
            return
        self.stop()
        self._mouse.click(view.viewport(), view.visualRect(row).center())
        buttons = dialog.findChild(QDialogButtonBox)
        self._mouse.click(buttons.button(QDialogButtonBox.StandardButton.Open))


def ready(window: MainWindow, name: str) -> QWidget:
    """Wait until a widget is in sight and can be clicked."""

    def found() -> QWidget | None:
        return window.findChild(QWidget, name)

    until(lambda: found() is not None and found().isVisible() and found().isEnabled())
    return found()


def until(done: Callable[[], bool]) -> None:
    end = time.perf_counter() + MAX_WAIT_S
    while not done():
        QApplication.processEvents()
        time.sleep(0.0005)
        if time.perf_counter() > end:
            raise TimeoutError
