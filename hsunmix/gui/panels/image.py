"""The scene: a tab for every page, the page's pictures, and what goes with them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QStackedWidget, QTabBar, QToolButton, QVBoxLayout

from hsunmix.gui.drawing import Drawing
from hsunmix.gui.icons import icon
from hsunmix.gui.images import colours
from hsunmix.gui.intents import AddPixel, Hover, Pin, ShowPage, Zoom
from hsunmix.gui.live import Live
from hsunmix.gui.pages import Page, PageControls, page_of, pages
from hsunmix.gui.pages.maps import MOST_MAPS
from hsunmix.gui.panel import Panel, named
from hsunmix.gui.theme import Theme, pin_colour
from hsunmix.gui.widgets.colour_bar import ColourBar
from hsunmix.gui.widgets.map_grid import MapGrid
from hsunmix.gui.widgets.scene_view import Mark, SceneView
from hsunmix.session.document import Document

TITLE = "Image"
AREA = "centre"
ORDER = 0


class View(Panel):
    """The image panel."""

    def __init__(self) -> None:
        super().__init__("imagePanel", TITLE)
        self.setProperty("role", "panel")
        self._document = Document()
        self._live = Live()
        self._drawing: Drawing | None = None
        self.tabs = named(QTabBar(), "imageTabs", "Pages of the image")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        for page in pages():
            self.tabs.setTabToolTip(self.tabs.addTab(page.title), f"{page.tip} ({page.shortcut})")
        self.tabs.currentChanged.connect(lambda k: self.intent.emit(ShowPage(pages()[k].id)))
        self.single = SceneView("sceneView", "Image of the scene")
        self.grid = MapGrid()
        self.stack = named(QStackedWidget(), "imageStack", "Image")
        self.stack.addWidget(self.single)
        self.stack.addWidget(self.grid)
        self.bars: list[ColourBar] = []
        self.controls: dict[str, PageControls] = {}
        self.caption = named(QLabel(), "imageCaption", "What the image shows")
        self.fit_button = named(QToolButton(), "fitButton", "Show the whole scene")
        self.fit_button.setToolTip("Show the whole scene (Ctrl+0)")
        self.fit_button.setIconSize(QSize(16, 16))
        self._theme: Theme | None = None
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(6, 2, 6, 0)
        top.addWidget(self.tabs)
        top.addStretch(1)
        top.addWidget(self.fit_button)
        self._middle = QHBoxLayout()
        self._middle.setContentsMargins(8, 4, 8, 4)
        self._middle.setSpacing(4)
        self._middle.addWidget(self.stack, 1)
        self._bottom = QHBoxLayout()
        self._bottom.setContentsMargins(10, 0, 10, 6)
        self._bottom.addWidget(self.caption, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addLayout(self._middle, 1)
        layout.addLayout(self._bottom)
        self.setMinimumSize(360, 260)

    def _connect(self) -> None:
        for view in (self.single, self.grid):
            view.hovered.connect(self._on_hover)
            view.pressed.connect(lambda line, sample: self.intent.emit(Pin(line, sample)))
            view.asked.connect(self._on_menu)
        self.single.moved.connect(self.grid.show_rect)
        self.grid.moved.connect(self._on_grid_moved)
        self.grid.chosen.connect(self.intent)
        self.fit_button.clicked.connect(lambda: self.intent.emit(Zoom()))

    # Drawing

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]  # noqa: ARG002
        """Show which pages there are, and what belongs on every page."""
        self._document = new
        self._present()
        self.grid.select(new.view.endmember)
        self._draw_marks()

    def follow(self, old: Live, new: Live) -> None:
        """Show what was drawn; move the cursor."""
        self._live = new
        if new.running is not None and old.running is None:
            self.grid.prepare(min(self._document.settings.rank, MOST_MAPS))
        drawing = new.shown.drawing if new.shown else None
        if drawing is not self._drawing:
            self._drawing = drawing
            self._draw(drawing)
        self._present()
        if new.cursor is not old.cursor:
            pixel = (new.cursor.line, new.cursor.sample) if new.cursor else None
            self.single.set_cursor(pixel)
            self.grid.set_cursor(pixel)

    def dress(self, theme: Theme) -> None:
        """Colour canvas, cursor and bars."""
        self._theme = theme
        self.single.set_canvas(theme.canvas)
        self.grid.dress(theme)
        for bar in self.bars:
            bar.set_colours(theme.muted, theme.border)
        for controls in self.controls.values():
            controls.dress(theme)
        self.fit_button.setIcon(icon("fit", theme.muted))

    def command(self, intent: object) -> None:
        """Zoom."""
        if isinstance(intent, Zoom):
            views = self.grid.views if self.stack.currentWidget() is self.grid else [self.single]
            for view in views[:1]:
                view.zoom(intent.factor)
                self.grid.show_rect(view.visible_rect(), leave_out=view)
                if view is not self.single:
                    self.single.show_rect(view.visible_rect())

    def _present(self) -> None:
        """Show the tabs that can be chosen, and the controls of the one that is."""
        document, live = self._document, self._live
        shown = page_of(document, live)
        self.tabs.blockSignals(True)
        for k, page in enumerate(pages()):
            there = page.available(document, live)
            self.tabs.setTabEnabled(k, there or page is pages()[0])
            self.tabs.setTabVisible(k, there or page.core)
            if page is shown:
                self.tabs.setCurrentIndex(k)
        self.tabs.blockSignals(False)
        controls = self._controls_of(shown)
        for other in self.controls.values():
            other.setVisible(other is controls)
        if controls is not None:
            controls.present(document, live)

    def _controls_of(self, page: Page) -> PageControls | None:
        if page.controls is not None and page.id not in self.controls:
            made = self.controls[page.id] = page.controls()
            made.intent.connect(self.intent)
            if self._theme is not None:
                made.dress(self._theme)
            self._bottom.addWidget(made)
        return self.controls.get(page.id)

    def _draw(self, drawing: Drawing | None) -> None:
        self._set_bars(drawing)
        self.caption.setText(drawing.caption if drawing else "")
        if drawing is None or not drawing.tiles:
            self.stack.setCurrentWidget(self.single)
            self.single.clear_picture()
            return
        lines, samples = drawing.shape
        titled = bool(drawing.tiles[0].title)
        self.stack.setCurrentWidget(self.grid if titled else self.single)
        views = self.grid.set_maps(drawing.tiles, samples / lines) if titled else [self.single]
        for view, tile in zip(views, drawing.tiles, strict=True):
            view.set_picture(tile.values, drawing.shape, colours(tile.table) if tile.table else None)
        self.grid.select(self._document.view.endmember)

    def _set_bars(self, drawing: Drawing | None) -> None:
        scales = drawing.scales if drawing else ()
        while len(self.bars) < len(scales):
            bar = ColourBar(f"colourBar{len(self.bars) or ''}", "Colour bar")
            if self._theme is not None:
                bar.set_colours(self._theme.muted, self._theme.border)
            self._middle.addWidget(bar)
            self.bars.append(bar)
        for k, bar in enumerate(self.bars):
            bar.setVisible(k < len(scales))
            if k < len(scales):
                scale = scales[k]
                bar.set_scale(colours(scale.table), scale.low, scale.high, scale.label)

    def _draw_marks(self) -> None:
        document = self._document
        marks: list[Mark] = [
            (e.source.line, e.source.sample, e.colour, "o")
            for e in document.endmembers
            if e.visible and e.source.line is not None and e.source.sample is not None
        ]
        marks += [(p.line, p.sample, pin_colour(k), "d") for k, p in enumerate(document.pins)]
        marks += page_of(document, self._live).marks(document, self._live)
        self.single.set_marks(marks)

    # Intents

    def _on_hover(self, pixel: tuple[int, int] | None) -> None:
        self.intent.emit(Hover() if pixel is None else Hover(*pixel))

    def _on_grid_moved(self, rect: QRectF) -> None:
        self.single.show_rect(rect)

    def _on_menu(self, line: int, sample: int, position: QPoint) -> None:
        menu = named(QMenu(self), "pixelMenu", f"Pixel {line}, {sample}")
        pinned = any((pin.line, pin.sample) == (line, sample) for pin in self._document.pins)
        pin = menu.addAction("Unpin spectrum" if pinned else "Pin spectrum")
        pin.triggered.connect(lambda: self.intent.emit(Pin(line, sample)))
        add = menu.addAction("Add pixel as endmember")
        add.triggered.connect(lambda: self.intent.emit(AddPixel(line, sample)))
        menu.addSeparator()
        menu.addAction("Show the whole scene").triggered.connect(lambda: self.intent.emit(Zoom()))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(position)
