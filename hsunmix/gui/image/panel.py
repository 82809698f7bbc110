"""The scene: a tab for every page, the page's pictures, and what goes with them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, QTimer
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from hsunmix.gui.commands import (
    DrawRegion,
    Hover,
    Locate,
    LookAt,
    MoveEndmember,
    PaintRegion,
    Pin,
    PutDown,
    SetTool,
    ShowPage,
    Tell,
    Zoom,
)
from hsunmix.gui.image.context_menus import PixelMenu
from hsunmix.gui.image.legend import Legend
from hsunmix.gui.image.map_grid import MapGrid
from hsunmix.gui.image.overlay import masked_image, overlay_image
from hsunmix.gui.image.overview import Overview
from hsunmix.gui.image.page_tabs import PageTabs
from hsunmix.gui.image.pages import Mark, PageControls, in_words, page_of, pages
from hsunmix.gui.image.scene_view import SceneView
from hsunmix.gui.image.shape_tools import BrushTool, ShapeTool, shape_tool_for
from hsunmix.gui.image.state import ImageState, Shown
from hsunmix.gui.image.tool_bar import ToolBar
from hsunmix.gui.image.values import values_of
from hsunmix.gui.image.viewport import Viewport
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.vectors.state import VectorsState
from hsunmix.gui.widgets.elided import ElidedLabel
from hsunmix.gui.widgets.icons import icon
from hsunmix.gui.widgets.panel import Panel, named
from hsunmix.gui.widgets.pictured import add_entries
from hsunmix.gui.widgets.tab_order import arrange
from hsunmix.gui.widgets.theme import Theme, pin_colour
from hsunmix.gui.widgets.tooltips import shorten_tips
from hsunmix.session.document import Document

TITLE = "Image"
AREA = "centre"
ORDER = 0

STILL = 80  # milliseconds without a move until what is seen is told
FOOT = 38  # logical pixels: buttons and boxes of all pages
BRUSH = 2.5  # radius of the first brush, in pixels


class View(Panel):
    """The image panel."""

    def __init__(self) -> None:
        super().__init__("imagePanel", TITLE)
        self.setProperty("role", "panel")
        self._document, self._state = Document(), ViewState()
        self._shown: Shown | None = None
        self._theme: Theme | None = None
        self._radius = BRUSH
        self._told: tuple[int, int, int, int] | None = None  # the window last told
        self.viewport = Viewport(self)
        self.tabs = PageTabs()
        self.single = SceneView("sceneView", "Image of the scene", self.viewport)
        self.overview = Overview(self.single)
        self.grid = MapGrid(self.viewport)
        self.stack = named(QStackedWidget(), "imageStack", "Image")
        self.tools = ToolBar()
        self.frame = named(QWidget(), "imageFrame", "Image and its colour bars")
        self.legend = Legend()
        self.foot = named(QWidget(), "imageFoot", "What the image shows, and how")
        self.controls: dict[str, PageControls] = {}
        self.caption = ElidedLabel("imageCaption", "What the image shows")
        self.fit_button = named(QToolButton(), "fitButton", "Show the whole scene")
        self._still = QTimer(self)
        self._still.setSingleShot(True)
        self._still.setInterval(STILL)
        self._fill()
        self._lay_out()
        self._connect()

    def _fill(self) -> None:
        self.stack.addWidget(self.single)
        self.stack.addWidget(self.grid)
        self.fit_button.setToolTip("Show the whole scene (Ctrl+0)")
        self.fit_button.setIconSize(QSize(16, 16))
        self.frame.setAutoFillBackground(True)  # in the colour behind the image

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(6, 2, 6, 0)
        top.setSpacing(2)
        top.addWidget(self.tabs, 1)
        side = QVBoxLayout()
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(2)
        side.addWidget(self.fit_button)
        side.addWidget(self.tools)
        side.addStretch(1)
        middle = QHBoxLayout(self.frame)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.stack, 1)
        middle.addWidget(self.legend)
        around = QHBoxLayout()
        around.setContentsMargins(4, 4, 8, 4)
        around.setSpacing(4)
        around.addLayout(side)
        around.addWidget(self.frame, 1)
        self._bottom = QHBoxLayout(self.foot)
        self._bottom.setContentsMargins(10, 0, 10, 6)
        self._bottom.addWidget(self.caption, 1)
        self.foot.setFixedHeight(max(FOOT, self.fontMetrics().height() + 20))  # the same on every page
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addLayout(around, 1)
        layout.addWidget(self.foot)
        self.setMinimumSize(360, 260)

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(lambda k: self.command.emit(ShowPage(pages()[k].id)))
        for view in (self.single, self.grid):
            view.hovered.connect(lambda pixel: self.command.emit(Hover(*pixel) if pixel else Hover()))
            view.pressed.connect(lambda line, sample: self.command.emit(Pin(line, sample)))
            view.dragged.connect(lambda *drag: self.command.emit(MoveEndmember(*drag)))
            view.asked.connect(self._on_menu)
        self.grid.chosen.connect(self.command)
        self.tools.command.connect(self.command)
        self.fit_button.clicked.connect(lambda: self.command.emit(Zoom()))
        self.viewport.moved.connect(self._still.start)
        self._still.timeout.connect(self._tell_window)
        self.viewport.drawn.connect(self._on_drawn)
        self.viewport.abandoned.connect(lambda: self.command.emit(SetTool()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the colour bars their part of another width at once, not only when they are next shown."""
        super().resizeEvent(event)
        self.legend.updateGeometry()

    # Drawing

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]
        """Show which pages there are, and what belongs on every page."""
        self._document = new
        if new.cube is not old.cube:
            self._told = None  # who was told has forgotten
            self._still.start()
        self._present()
        self.grid.select(new.view.endmember)
        self.overview.set_wanted(new.view.overview)
        self._draw_overlay()

    def follow(self, old: ViewState, new: ViewState) -> None:
        """Show what was drawn; move the cursor."""
        self._state = new
        if new[ImageState].shown is not self._shown:
            self._shown = new[ImageState].shown
            self._draw(new[ImageState].shown)
        if new.slices is not old.slices:  # a moving cursor and progress leave tabs and marks alone
            self._present()
        if new[RegionsState].overlay is not old[RegionsState].overlay:
            self._draw_overlay()
        if new[RegionsState].tool != old[RegionsState].tool:
            self.tools.show_tool(new[RegionsState].tool)
            self.viewport.set_shape_tool(
                shape_tool_for(new[RegionsState].tool, self.viewport.shape, self._radius)
            )
            if new[RegionsState].tool and not any(view.hasFocus() for view in self._views()):
                self._views()[0].setFocus()  # where its keys are heard
        self.viewport.set_cursor((new.cursor.line, new.cursor.sample) if new.cursor else None)
        if new.cursor is not old.cursor or new[ImageState].shown is not old[ImageState].shown:
            self._describe()

    def dress(self, theme: Theme) -> None:
        """Colour canvas, veil and bars."""
        self._theme = theme
        self.viewport.set_canvas(theme.canvas, theme.hatch)
        self.tools.dress(theme)
        self.legend.dress(theme)
        palette = self.frame.palette()
        palette.setColor(palette.ColorRole.Window, theme.canvas)
        self.frame.setPalette(palette)
        for controls in self.controls.values():
            controls.dress(theme)
        self.fit_button.setIcon(icon("fit", theme.muted))
        self._draw_overlay()

    def carry_out(self, command: object) -> None:
        """Zoom; bring an endmember's pixel into sight."""
        if isinstance(command, Zoom):
            before = QRectF(self.viewport.rect)
            self.viewport.zoom(command.factor)
            if self.viewport.rect == before:
                self.command.emit(Tell(_why_no_zoom(command.factor)))
        elif isinstance(command, Locate):
            source = self._document.endmembers[command.index].source
            if source.line is not None and source.sample is not None:
                self.viewport.reveal(source.line, source.sample)
        elif isinstance(command, PutDown):
            self.viewport.abandon()

    def _present(self) -> None:
        """Show the tabs that can be chosen, and the controls and marks of the one that is."""
        document, state = self._document, self._state
        cube = document.cube
        self.viewport.set_place(
            cube.georeference if cube is not None and state[ImageState].scale_bar else None
        )
        outlines = state[VectorsState].outlines
        read = [one for one in document.vectors if one.shown and one.key in outlines]
        self.viewport.set_vectors([(one.colour, outlines[one.key]) for one in read])
        shown = page_of(document, state)
        self.tabs.blockSignals(True)
        for k, page in enumerate(pages()):
            there = page.available(document, state)
            self.tabs.setTabEnabled(k, there or page is pages()[0])
            self.tabs.show_tab(k, there or page.core)
            if page is shown:
                self.tabs.setCurrentIndex(k)
        self.tabs.blockSignals(False)
        if shown.controls is not None and shown.id not in self.controls:
            self._add_controls(shown.id, shown.controls())
        for name, controls in self.controls.items():
            controls.setVisible(name == shown.id)
        if shown.id in self.controls:
            self.controls[shown.id].present(document, state)
            self.controls[shown.id].fit()
        members = [(k, e) for k, e in enumerate(document.endmembers) if e.visible]
        placed = [(k, e, e.source.line, e.source.sample) for k, e in members]
        own = [(k, (y, x, e.colour, "o")) for k, e, y, x in placed if y is not None and x is not None]
        marks: list[Mark] = [mark for _, mark in own]
        marks += [(p.line, p.sample, pin_colour(k), "d") for k, p in enumerate(document.pins)]
        self.viewport.set_marks([*marks, *shown.marks(document, state)], [k for k, _ in own])

    def _add_controls(self, name: str, controls: PageControls) -> None:
        self.controls[name] = controls
        controls.command.connect(self.command)
        if self._theme is not None:
            controls.dress(self._theme)
        self._bottom.addWidget(controls)
        shorten_tips(controls)
        arrange(self.window())

    def _draw(self, shown: Shown | None) -> None:
        drawing = shown.drawing if shown else None
        self.legend.show_scales(drawing.scales if drawing else ())
        self.caption.setText(drawing.caption if drawing else "")
        if shown is None or drawing is None or not drawing.panes:
            self.stack.setCurrentWidget(self.single)
            self.single.clear_picture()
            return
        lines, samples = drawing.shape
        titled = bool(drawing.panes[0].title)
        self.stack.setCurrentWidget(self.grid if titled else self.single)
        views = [self.single]
        if titled:
            views = self.grid.set_maps(drawing.panes, samples / lines, drawing.columns)
            self.grid.select(self._document.view.endmember)
        for view, picture in zip(views, shown.images, strict=True):
            view.set_picture(picture, drawing.shape)
        self.overview.place()

    def _views(self) -> list[SceneView]:
        """Return the pictures that are seen."""
        return self.grid.views if self.stack.currentWidget() is self.grid else [self.single]

    def _describe(self) -> None:
        """Say in words what is shown, and the value at the cursor; a screen reader hears of moves by keys."""
        words = in_words(self._document, self._state, self.caption.text())
        for view in self._views():
            view.tell(words)

    def _draw_overlay(self) -> None:
        overlay, document = self._state[RegionsState].overlay, self._document
        veil = self._theme.veil if self._theme else "#808080"
        image = None if overlay is None else overlay_image(overlay, veil, document.view.veiled)
        masked = masked_image(overlay) if overlay is not None and document.view.veiled else None
        self.viewport.set_overlay(image, document.regions, document.view.region, masked)

    # Pictures and numbers

    def paint_picture(self, painter: QPainter) -> None:
        """Paint the image with its colour bars."""
        painter.translate((self.width() - self.frame.width()) / 2, (self.height() - self.frame.height()) / 2)
        self.frame.render(painter, QPoint())

    def numbers(self) -> str:
        """Return the values of the pixels that are seen."""
        found = page_of(self._document, self._state).numbers(self._document, self._state)
        return values_of(found, self._seen())

    # Commands

    def _seen(self) -> tuple[int, int, int, int]:
        """Return the lines and samples that are seen: from, past, from, past."""
        lines, samples = self.viewport.shape
        seen = self.single.visible_rect() if self.stack.currentWidget() is self.single else self.viewport.rect
        top, bottom = max(int(seen.top()), 0), min(int(seen.bottom()) + 1, lines)
        left, right = max(int(seen.left()), 0), min(int(seen.right()) + 1, samples)
        return (0, lines, 0, samples) if bottom <= top or right <= left else (top, bottom, left, right)

    def _tell_window(self) -> None:
        """Say which part of the scene is seen: it is worked on first."""
        seen, (lines, samples) = self._seen(), self.viewport.shape
        window = None if seen == (0, lines, 0, samples) else seen
        if window != self._told:
            self._told = window
            self.command.emit(LookAt(window))

    def _on_drawn(self, shape_tool: ShapeTool) -> None:
        """Hand on what was drawn, and keep the tool in hand."""
        if isinstance(shape_tool, BrushTool):
            self._radius = shape_tool.radius
        fresh = shape_tool_for(self._state[RegionsState].tool, self.viewport.shape, self._radius)
        if isinstance(shape_tool, BrushTool) and isinstance(fresh, BrushTool):
            fresh.at = shape_tool.at
        self.viewport.set_shape_tool(fresh)
        if isinstance(shape_tool, BrushTool):
            self.command.emit(PaintRegion(shape_tool.runs, shape_tool.erase))
        else:
            self.command.emit(DrawRegion(shape_tool.kind, shape_tool.vertices))

    def _on_menu(self, line: int, sample: int, position: QPoint) -> None:
        menu = PixelMenu(self, self._document, line, sample)
        menu.command.connect(self.command)
        menu.addSeparator()
        add_entries(menu, self)
        menu.popup(position)


def _why_no_zoom(factor: float) -> str:
    if factor > 1:
        return "This is as near as it goes."
    return "This is as far as it goes." if factor else "The whole scene is shown."
