"""What all views of the scene share: the part that is seen, the cursor, and what lies on the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtGui import QColor, QImage

from hsunmix.gui.image.pages import Mark
from hsunmix.gui.image.shape_tools import ShapeTool
from hsunmix.model.georeference import Georeference
from hsunmix.model.region import Region

if TYPE_CHECKING:
    from hsunmix.gui.vectors.state import Outlines

__all__ = ["Viewport"]

MARGIN = 0.02  # around the whole scene, of its size
MIN_SEEN = 4.0  # pixels, when zoomed in as far as it goes
MAX_SEEN = 2.0  # scenes, when zoomed out as far as it goes


class Viewport(QObject):
    """Places are in pixels of the scene: x is the sample, y the line, pixel edges at integers.

    Attributes
    ----------
    shape : tuple of 2 int
        (lines, samples).
    rect : QRectF
        What every view shows at least, in the middle.
    fitted : bool
        Whether that is the whole scene.
    cursor : tuple of 2 int, or None
        (line, sample).

    Signals
    -------
    moved
        Another part is seen.
    changed
        Something that seldom changes is another: mask, regions, canvas.
    touched
        Something that changes often is another: marks, what is being drawn.
    pointed : tuple of 2 int or None, tuple of 2 int or None
        The cursor went from one pixel to another.
    drawn : ShapeTool
        A region was finished.
    abandoned
        The tool was put down.
    """

    moved = Signal()
    changed = Signal()
    touched = Signal()
    pointed = Signal(object, object)
    drawn = Signal(object)
    abandoned = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shape = (0, 0)
        self.rect = QRectF(0, 0, 1, 1)
        self.fitted = True
        self.cursor: tuple[int, int] | None = None
        self.marks: Sequence[Mark] = ()
        self.grips: Sequence[int] = ()
        self.overlay: QImage | None = None
        self.masked: QImage | None = None
        self.regions: Sequence[Region] = ()
        self.selected = -1
        self.vectors: Sequence[tuple[str, Outlines]] = ()  # with their colours, the last on top
        self.place: Georeference | None = None  # on the Earth, where a scale is wanted
        self.canvas = self.hatch = QColor("#808080")
        self.shape_tool: ShapeTool | None = None

    @property
    def scene(self) -> QRectF:
        """The whole scene."""
        return QRectF(0, 0, self.shape[1], self.shape[0])

    def set_shape(self, shape: tuple[int, int]) -> None:
        """Take another scene, and show all of it."""
        if shape != self.shape:
            self.shape = shape
            self.fit()

    def fit(self) -> None:
        """Show the whole scene."""
        lines, samples = self.shape
        margin = MARGIN * max(lines, samples)
        self._show(self.scene.adjusted(-margin, -margin, margin, margin), fitted=True)

    def show_rect(self, rect: QRectF) -> None:
        """Show at least this part."""
        self._show(rect, fitted=False)

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Zoom about a place, by default the middle of what is seen; 0 shows the whole scene."""
        if not factor:
            self.fit()
            return
        longest = max(self.rect.width(), self.rect.height())
        most = MAX_SEEN * max(*self.shape, 1)
        wanted = min(max(longest / factor, min(MIN_SEEN, most)), most)
        factor = longest / wanted
        place = about or self.rect.center()
        centre = place + (self.rect.center() - place) / factor
        rect = QRectF(0, 0, self.rect.width() / factor, self.rect.height() / factor)
        rect.moveCenter(centre)
        self.show_rect(rect)

    def pan(self, samples: float, lines: float) -> None:
        """Move what is seen; its middle stays in the scene."""
        centre = self.rect.center() + QPointF(samples, lines)
        self.centre_on(centre)

    def centre_on(self, place: QPointF) -> None:
        """Bring a place into the middle."""
        scene, rect = self.scene, QRectF(self.rect)
        x = min(max(place.x(), scene.left()), scene.right())
        y = min(max(place.y(), scene.top()), scene.bottom())
        rect.moveCenter(QPointF(x, y))
        self.show_rect(rect)

    def reveal(self, line: int, sample: int) -> None:
        """Bring a pixel into sight if it isn't."""
        place = QPointF(sample + 0.5, line + 0.5)
        if not self.fitted and not self.rect.contains(place):
            self.centre_on(place)

    def set_cursor(self, pixel: tuple[int, int] | None) -> None:
        """Show the cross-hair at a pixel."""
        if pixel != self.cursor:
            before, self.cursor = self.cursor, pixel
            self.pointed.emit(before, pixel)

    def set_marks(self, marks: Sequence[Mark], grips: Sequence[int] = ()) -> None:
        """Mark pixels; the first of the marks can be dragged, and ``grips`` says what each stands for."""
        self.marks, self.grips = tuple(marks), tuple(grips)
        self.touched.emit()

    def set_overlay(
        self, overlay: QImage | None, regions: Sequence[Region], selected: int, masked: QImage | None = None
    ) -> None:
        """Lay the mask's veil and the regions on the pictures; ``masked`` is opaque where it is hatched."""
        self.overlay, self.regions, self.selected = overlay, tuple(regions), selected
        self.masked = masked
        self.changed.emit()

    def set_vectors(self, vectors: Sequence[tuple[str, Outlines]]) -> None:
        """Lay points, lines and polygons on the pictures, each layer with its colour."""
        if tuple(vectors) != self.vectors:
            self.vectors = tuple(vectors)
            self.changed.emit()

    def set_place(self, place: Georeference | None) -> None:
        """Say where on the Earth the scene lies, for scale and north; None shows neither."""
        if place != self.place:
            self.place = place
            self.changed.emit()

    def set_canvas(self, colour: str, hatch: str = "") -> None:
        """Colour what is behind the pictures, and the lines where there is no value."""
        self.canvas, self.hatch = QColor(colour), QColor(hatch or colour)
        self.changed.emit()

    def set_shape_tool(self, shape_tool: ShapeTool | None) -> None:
        """Begin to draw a region, or end it."""
        self.shape_tool = shape_tool
        self.touched.emit()

    def drafted(self) -> None:
        """Look at what is being drawn: it may be finished."""
        self.touched.emit()
        if self.shape_tool is not None and self.shape_tool.finished:
            self.drawn.emit(self.shape_tool)

    def abandon(self) -> None:
        """Take back all that was drawn; with nothing drawn, put the tool down."""
        shape_tool, some = self.shape_tool, False
        while shape_tool is not None and shape_tool.back():
            some = True
        self.touched.emit()
        if not some:
            self.abandoned.emit()

    def _show(self, rect: QRectF, fitted: bool) -> None:
        if rect != self.rect or fitted != self.fitted:
            self.rect, self.fitted = QRectF(rect), fitted
            self.moved.emit()
