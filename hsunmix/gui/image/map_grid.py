"""All abundance maps beside each other, with one zoom and one cursor."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QVBoxLayout, QWidget

from hsunmix.gui.commands import Command, ShowEndmember
from hsunmix.gui.image.drawing import Pane
from hsunmix.gui.image.scene_view import SceneView
from hsunmix.gui.image.viewport import Viewport
from hsunmix.gui.widgets.accessibility import Role
from hsunmix.gui.widgets.icons import swatch
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.tab_order import arrange

__all__ = ["MapGrid", "best_columns"]

AROUND = 26  # logical pixels beside the text of a title
READY = 6  # maps made with the window: made with the first result they would keep it waiting


def best_columns(count: int, width: int, height: int, aspect: float) -> int:
    """Return the number of columns that makes ``count`` pictures largest.

    Parameters
    ----------
    count : int
    width, height : int
        Of the room there is.
    aspect : float
        Width over height of a picture.
    """
    best, columns = 0.0, 1
    for c in range(1, count + 1):
        rows = -(-count // c)
        size = min(width / c / aspect, max(height / rows - 26, 1))
        if size > best * 1.001:
            best, columns = size, c
    return columns


class _Pane(QFrame):
    """One map and its title."""

    def __init__(self, index: int, parent: QWidget, viewport: Viewport) -> None:
        super().__init__(parent)
        named(self, f"mapTile{index}", f"Map {index + 1}")
        self.setProperty("role", "pane")
        self.title = named(QPushButton(), f"mapTitle{index}", f"Show map {index + 1} alone")
        self.title.setProperty("role", "title")
        self.view = SceneView(f"mapView{index}", f"Map {index + 1}", viewport)
        self.title.setMinimumWidth(1)
        self.chosen: Command | None = None
        self._text = ""
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(3, 3, 3, 3)
        self._lines.setSpacing(2)
        self._lines.addWidget(self.title, 0, Qt.AlignmentFlag.AlignLeft)
        self._lines.addWidget(self.view, 1)

    def set_title(self, title: str) -> None:
        """Show a title, as much of it as there is room for."""
        self._text = title
        room = max(self.width() - self.title.iconSize().width() - AROUND, 0)
        shown = self.title.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, room)
        self.title.setText(shown.replace("&", "&&"))
        self._lines.activate()  # now: a title that changed while the grid was hidden asked for no room

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make room for more or less of the title."""
        super().resizeEvent(event)
        self.set_title(self._text)

    def set_selected(self, selected: bool) -> None:
        if self.property("selected") != selected:
            self.setProperty("selected", selected)
            self.style().unpolish(self)
            self.style().polish(self)


class MapGrid(QWidget):
    """The grid; its signals are those of ``SceneView``.

    Parameters
    ----------
    viewport : Viewport

    Signals
    -------
    chosen : Command
        The title of a picture was clicked.
    """

    accessible_role = Role.Grouping
    hovered = Signal(object)
    pressed = Signal(int, int)
    asked = Signal(int, int, QPoint)
    dragged = Signal(int, int, int, bool)
    chosen = Signal(object)

    def __init__(self, viewport: Viewport) -> None:
        super().__init__()
        named(self, "mapGrid", "Maps beside each other")
        self._viewport = viewport
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self._panes = [self._make(k) for k in range(READY)]
        self._used = 0
        self._aspect = 1.0
        self._fixed = self._columns = 0

    @property
    def views(self) -> list[SceneView]:
        """The views in use."""
        return [pane.view for pane in self._panes[: self._used]]

    def set_maps(self, pictures: Sequence[Pane], aspect: float, columns: int = 0) -> list[SceneView]:
        """Make room for as many maps, in as many columns (0: those that make them largest)."""
        more = len(pictures) > self._used
        while len(self._panes) < len(pictures):
            self._panes.append(self._make(len(self._panes)))
        different = (len(pictures), columns) != (self._used, self._fixed)
        self._used, self._aspect, self._fixed = len(pictures), aspect, columns
        for pane, picture in zip(self._panes, pictures, strict=False):
            pane.chosen = picture.chosen
            pane.set_title(picture.title)
            pane.title.setIcon(swatch(picture.colour, picture.colour) if picture.colour else QIcon())
            pane.title.setToolTip(f"Show {picture.title} alone" if picture.chosen else picture.title)
            pane.view.setAccessibleName(f"Map of {picture.title}")
        self._arrange(force=different)
        if more:
            arrange(self.window())
        return self.views

    def select(self, index: int) -> None:
        """Frame the maps of one endmember."""
        for pane in self._panes:
            pane.set_selected(isinstance(pane.chosen, ShowEndmember) and pane.chosen.index == index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the number of columns anew."""
        super().resizeEvent(event)
        self._arrange()

    def _make(self, index: int) -> _Pane:
        pane = _Pane(index, self, self._viewport)
        pane.hide()
        view = pane.view
        view.hovered.connect(self.hovered)
        view.pressed.connect(self.pressed)
        view.asked.connect(self.asked)
        view.dragged.connect(self.dragged)
        pane.title.clicked.connect(lambda: self._choose(pane))
        return pane

    def _choose(self, pane: _Pane) -> None:
        if pane.chosen is not None:
            self.chosen.emit(pane.chosen)

    def _arrange(self, force: bool = False) -> None:
        columns = self._fixed or best_columns(self._used, self.width(), self.height(), self._aspect)
        if not self._used or (columns == self._columns and not force):
            return
        for k in range(self._layout.columnCount()):
            self._layout.setColumnStretch(k, 1 if k < columns else 0)
        rows = -(-self._used // columns)
        for k in range(self._layout.rowCount()):
            self._layout.setRowStretch(k, 1 if k < rows else 0)
        for k, pane in enumerate(self._panes):
            self._layout.removeWidget(pane)
            pane.setVisible(k < self._used)
            if k < self._used:
                self._layout.addWidget(pane, k // columns, k % columns)
                self._layout.setColumnStretch(k % columns, 1)
                self._layout.setRowStretch(k // columns, 1)
        self._columns = columns
