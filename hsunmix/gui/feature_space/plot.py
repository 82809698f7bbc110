"""The plot of feature space: a picture of counts, corners of the simplex, what is drawn around pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QPainter, QPainterPath, QPaintEvent

from hsunmix.gui.widgets.accessibility import Role
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.pictured import PICTURING, picture_menu, rows_of
from hsunmix.gui.widgets.theme import LIGHT, Theme
from hsunmix.methods.feature_space import Density

__all__ = ["Corner", "SpacePlot"]

STILL = 150  # milliseconds without a move until the part that is seen is told
STEP = 0.02  # of what is seen, that an arrow key moves by
WHEEL = 1.25
PALEST = 0.12  # opacity of a single pixel
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
Place = tuple[float, float]


@dataclass(frozen=True)
class Corner:
    """An endmember: where it lies, its colour and its name."""

    x: float
    y: float
    colour: str
    name: str


class _Box(pg.ViewBox):  # type: ignore[misc]
    """Left drags draw with the tool in hand; without one they move what is seen, as the middle button."""

    def __init__(self, plot: SpacePlot) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self._plot = plot

    def mouseDragEvent(
        self, event: pg.GraphicsScene.mouseEvents.MouseDragEvent, axis: int | None = None
    ) -> None:
        if not self._plot.tool or event.button() != Qt.MouseButton.LeftButton:
            super().mouseDragEvent(event, axis)
            return
        event.accept()
        if event.isStart():
            self._plot.begin(self.mapToView(event.buttonDownPos()))
        self._plot.draw_to(self.mapToView(event.pos()))
        if event.isFinish():
            self._plot.finish()


class SpacePlot(pg.GraphicsView):  # type: ignore[misc]
    """Pixels as a picture of their density, endmembers as corners, regions in their colours.

    Signals
    -------
    pointed : float, float
        The mouse, or the cursor of the keys, is here; NaN when it left.
    pressed : float, float
        Here was clicked.
    chosen : tuple of (float, float)
        The corners of what was drawn.
    seen : tuple of 4 float
        Left, right, bottom, top of what is seen now.
    """

    accessible_role = Role.Chart
    pointed = Signal(float, float)
    pressed = Signal(float, float)
    chosen = Signal(object)
    seen = Signal(object)

    def __init__(self, name: str, title: str) -> None:
        super().__init__(useOpenGL=False)
        named(self, name, title)
        named(self.viewport(), f"{name}Viewport", title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(False)
        self.setAccessibleDescription("No pixels yet")
        self.tool = "lasso"  # or "rectangle"; empty for none
        self._corners: list[Place] = []
        self._at: Place | None = None  # the cursor of the keys
        self._theme = LIGHT
        self._density: Density | None = None
        self._add_items()
        self._still = QTimer(self)
        self._still.setSingleShot(True)
        self._still.setInterval(STILL)
        self._still.timeout.connect(lambda: self.seen.emit(self.sight))
        self._box.sigRangeChanged.connect(lambda *_: self._still.start())
        self.sceneObj.sigMouseMoved.connect(self._on_move)
        self.sceneObj.sigMouseClicked.connect(self._on_click)

    def _add_items(self) -> None:
        self._box = _Box(self)
        self._left, self._bottom = pg.AxisItem("left"), pg.AxisItem("bottom")
        self._left.setWidth(70)
        layout = pg.GraphicsLayout()
        layout.setContentsMargins(2, 8, 14, 2)
        layout.setSpacing(0)
        for item, row, column in ((self._left, 0, 0), (self._box, 0, 1), (self._bottom, 1, 1)):
            layout.addItem(item, row, column)
        self.setCentralItem(layout)
        for axis in (self._left, self._bottom):
            axis.linkToView(self._box)
            axis.enableAutoSIPrefix(False)
        self.picture = pg.ImageItem(axisOrder="row-major")
        self.regions = pg.ScatterPlotItem(size=4, pen=None, pxMode=True)
        self._edges = pg.PlotCurveItem(connect="pairs")
        self.corners = pg.ScatterPlotItem(size=11, pxMode=True)
        self._outline = pg.QtWidgets.QGraphicsPathItem()
        self._cursor = pg.ScatterPlotItem(size=13, symbol="+", pxMode=True)
        parts = (self.picture, self.regions, self._edges, self.corners, self._outline, self._cursor)
        for z, item in enumerate(parts):
            item.setZValue(z)
            self._box.addItem(item, ignoreBounds=True)
        self._names: list[pg.TextItem] = []

    # Showing

    @property
    def sight(self) -> tuple[float, float, float, float]:
        """Left, right, bottom, top of what is seen."""
        (left, right), (bottom, top) = self._box.viewRange()
        return left, right, bottom, top

    def show_axes(self, x: str, y: str) -> None:
        """Name the axes."""
        self._bottom.setLabel(x)
        self._left.setLabel(y)

    def show_density(self, density: Density | None) -> None:
        """Draw the counts: the logarithm, so that single pixels are seen beside thousands."""
        self._density = density
        if density is None:
            self.picture.clear()
            return
        most = max(int(density.counts.max()), 1)
        share = np.log1p(density.counts) / np.log1p(most)
        rgba = np.empty((*share.shape, 4), dtype=np.uint8)
        ink = QColor(self._theme.text)
        rgba[..., :3] = (ink.red(), ink.green(), ink.blue())
        rgba[..., 3] = np.where(density.counts > 0, 255 * (PALEST + (1 - PALEST) * share), 0)
        self.picture.setImage(rgba, autoLevels=False, levels=None)
        left, right, bottom, top = density.box
        self.picture.setRect(QRectF(left, bottom, right - left, top - bottom))

    def fit(self, density: Density, corners: Sequence[Corner] = ()) -> None:
        """Show all pixels and all corners."""
        left, right, bottom, top = density.box
        xs = [left, right, *(c.x for c in corners if np.isfinite(c.x))]
        ys = [bottom, top, *(c.y for c in corners if np.isfinite(c.y))]
        self._box.setRange(xRange=(min(xs), max(xs)), yRange=(min(ys), max(ys)), padding=0.03)

    def show_corners(self, corners: Sequence[Corner], chosen: int) -> None:
        """Draw the endmembers, and the edges between them."""
        known = [(k, c) for k, c in enumerate(corners) if np.isfinite(c.x) and np.isfinite(c.y)]
        spots = [
            {
                "pos": (c.x, c.y),
                "data": c.name,
                "brush": c.colour,
                "pen": pg.mkPen(self._theme.text, width=2.5 if k == chosen else 1),
            }
            for k, c in known
        ]
        self.corners.setData(spots)
        pairs = [(a, b) for n, (_, a) in enumerate(known) for _, b in known[n + 1 :]]
        self._edges.setData(
            [end.x for pair in pairs for end in pair], [end.y for pair in pairs for end in pair]
        )
        while len(self._names) < len(known):
            text = pg.TextItem(anchor=(0, 1))
            self._box.addItem(text, ignoreBounds=True)
            self._names.append(text)
        for text in self._names[len(known) :]:
            text.hide()
        for text, (_, corner) in zip(self._names, known, strict=False):
            text.setText(corner.name, color=self._theme.text)
            text.setPos(corner.x, corner.y)
            text.show()

    def show_regions(self, parts: Sequence[tuple[NDArray[np.float32], NDArray[np.float32], str]]) -> None:
        """Draw pixels of regions in their colours."""
        self.regions.clear()
        for x, y, colour in parts:
            ink, known = QColor(colour), np.isfinite(x) & np.isfinite(y)  # masked pixels have no place
            self.regions.addPoints(x=x[known], y=y[known], brush=pg.mkBrush(ink), pen=pg.mkPen(None))

    def show_cursor(self, place: Place | None) -> None:
        """Mark where the pixel under the cursor lies."""
        self._cursor.setData([] if place is None else [{"pos": place}])

    def dress(self, theme: Theme) -> None:
        """Take on a theme's colours."""
        self._theme = theme
        self.setBackground(theme.surface)
        for axis in (self._left, self._bottom):
            axis.setPen(theme.border)
            axis.setTextPen(theme.muted)
        self._edges.setPen(pg.mkPen(theme.muted, width=1))
        self._cursor.setPen(pg.mkPen(theme.accent, width=2))
        self._outline.setPen(pg.mkPen(theme.accent, width=1.5))
        self.show_density(self._density)

    def paint_picture(self, painter: QPainter) -> None:
        """Paint it, lines as lines."""
        self.render(painter, QRectF(self.rect()), self.rect())

    def numbers(self) -> str:
        """Return the cells that hold pixels, and the endmembers."""
        rows: list[tuple[object, ...]] = [
            (p.data(), p.pos().x(), p.pos().y(), "") for p in self.corners.points()
        ]
        if self._density is not None:
            left, right, bottom, top = self._density.box
            n_rows, n_columns = self._density.counts.shape
            for row, column in np.argwhere(self._density.counts).tolist():
                x = left + (column + 0.5) * (right - left) / n_columns
                y = bottom + (row + 0.5) * (top - bottom) / n_rows
                rows.append(("", x, y, int(self._density.counts[row, column])))
        axes = [axis.labelText or name for axis, name in ((self._bottom, "x"), (self._left, "y"))]
        return rows_of(["Endmember", *axes, "Pixels"], rows)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show what can be done with the picture."""
        picture_menu(self).popup(event.globalPos())

    # The lasso and the rectangle

    def take(self, tool: str) -> None:
        """Take another tool in hand; what was begun with the one before is gone."""
        self.tool, self._corners = tool, []
        self._trace()

    def begin(self, place: QPointF) -> None:
        """Begin to draw."""
        self._corners = [(place.x(), place.y())]

    def draw_to(self, place: QPointF) -> None:
        """Go on to a place; of a rectangle that is the corner across from the first."""
        kept = self._corners[:1] if self.tool == "rectangle" else self._corners
        self._corners = [*kept, (place.x(), place.y())]
        self._trace()

    def finish(self) -> None:
        """Finish what is drawn."""
        corners = self._outlined()
        self._corners = []
        self._trace()
        if len(corners) > 2:
            self.chosen.emit(tuple(corners))

    def _outlined(self) -> list[Place]:
        """Return the corners of what is drawn; two of a rectangle stand for four."""
        if self.tool != "rectangle" or len(self._corners) < 2:
            return self._corners
        (left, bottom), (right, top) = self._corners
        corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
        return corners if left != right and bottom != top else []

    def back(self) -> bool:
        """Take the last corner away; whether there was one."""
        some = bool(self._corners)
        self._corners = self._corners[:-1]
        self._trace()
        return some

    def _trace(self) -> None:
        path = QPainterPath()
        for k, place in enumerate(self._outlined()):
            (path.lineTo if k else path.moveTo)(QPointF(*place))
        if self.tool == "rectangle":
            path.closeSubpath()
        self._outline.setPath(path)

    # Mouse and keys

    def _on_move(self, position: QPointF) -> None:
        if self._box.sceneBoundingRect().contains(position):
            place = self._box.mapSceneToView(position)
            self.pointed.emit(place.x(), place.y())

    def _on_click(self, event: pg.GraphicsScene.mouseEvents.MouseClickEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not event.double():
            place = self._box.mapSceneToView(event.scenePos())
            self.pressed.emit(place.x(), place.y())

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse left."""
        super().leaveEvent(event)
        self.pointed.emit(float("nan"), float("nan"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move the cursor, Enter sets a corner, Ctrl+Enter closes what is drawn; + and − zoom."""
        left, right, bottom, top = self.sight
        key, control = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        at = self._at or ((left + right) / 2, (bottom + top) / 2)
        if key in ARROWS:
            across, up = ARROWS[key]
            self._at = (at[0] + across * STEP * (right - left), at[1] + up * STEP * (top - bottom))
            self.pointed.emit(*self._at)
        elif key in ENTER and control and self.tool:
            self.finish()
        elif (key in ENTER or key == Qt.Key.Key_Space) and self.tool:
            self.draw_to(QPointF(*at))
            if self.tool == "rectangle" and len(self._corners) == 2:
                self.finish()
        elif key == Qt.Key.Key_Backspace:
            self.back()
        elif key == Qt.Key.Key_Escape and self._corners:
            self._corners = []
            self._trace()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            factor = WHEEL if key == Qt.Key.Key_Minus else 1 / WHEEL
            self._box.scaleBy((factor, factor), center=QPointF(*at))
        elif key == Qt.Key.Key_Home and self._density is not None:
            self.seen.emit(None)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame it while it has the focus."""
        super().paintEvent(event)
        if self.hasFocus() and not self.window().property(PICTURING):
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().highlight().color())
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
            painter.end()
