"""The scene: colour image, abundance maps one by one and all together, residual."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QStackedWidget, QTabBar, QToolButton, QVBoxLayout

from hsunmix.gui.icons import icon
from hsunmix.gui.images import colours, limits, paint, thin
from hsunmix.gui.intents import (
    AddPixel,
    Hover,
    Pin,
    SetStretch,
    ShowBands,
    ShowEndmember,
    ShowPage,
    Zoom,
)
from hsunmix.gui.live import Live
from hsunmix.gui.panel import Panel, named
from hsunmix.gui.theme import Theme, pin_colour
from hsunmix.gui.widgets.band_chooser import BandChooser
from hsunmix.gui.widgets.colour_bar import ColourBar
from hsunmix.gui.widgets.map_grid import MapGrid
from hsunmix.gui.widgets.scene_view import Mark, SceneView
from hsunmix.session.document import Document

TITLE = "Image"
AREA = "centre"
ORDER = 0

PAGES = {"rgb": "RGB", "map": "Map", "maps": "All maps", "residual": "Residual"}
TIPS = {
    "rgb": "The colour image of the cube (Ctrl+1)",
    "map": "The abundance map of the selected endmember (Ctrl+2)",
    "maps": "The abundance maps of all endmembers (Ctrl+3)",
    "residual": "Where the endmembers fit badly: root mean square error per pixel (Ctrl+4)",
}
ABUNDANCE_COLOURS, RESIDUAL_COLOURS = "viridis", "inferno"
MOST_MAPS = 30  # more could neither be seen nor drawn quickly
GRID_PIXELS = 4_000_000  # in all tiles together: more can't be seen at once


class View(Panel):
    """The image panel."""

    def __init__(self) -> None:
        super().__init__("imagePanel", TITLE)
        self.setProperty("role", "panel")
        self._document = Document()
        self._live = Live()
        self._shown: str = ""
        self.tabs = named(QTabBar(), "imageTabs", "Pages of the image")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        for page, title in PAGES.items():
            self.tabs.setTabToolTip(self.tabs.addTab(title), TIPS[page])
        self.tabs.currentChanged.connect(self._on_tab)
        self.single = SceneView("sceneView", "Image of the scene")
        self.grid = MapGrid()
        self.stack = named(QStackedWidget(), "imageStack", "Image")
        self.stack.addWidget(self.single)
        self.stack.addWidget(self.grid)
        self.bar = ColourBar("colourBar", "Colour bar")
        self.chooser = BandChooser()
        self.caption = named(QLabel(), "imageCaption", "What the image shows")
        self.fit_button = named(QToolButton(), "fitButton", "Show the whole scene")
        self.fit_button.setToolTip("Show the whole scene (Ctrl+0)")
        self.fit_button.setIconSize(QSize(16, 16))
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(6, 2, 6, 0)
        top.addWidget(self.tabs)
        top.addStretch(1)
        top.addWidget(self.fit_button)
        middle = QHBoxLayout()
        middle.setContentsMargins(8, 4, 8, 4)
        middle.setSpacing(4)
        middle.addWidget(self.stack, 1)
        middle.addWidget(self.bar)
        bottom = QHBoxLayout()
        bottom.setContentsMargins(10, 0, 10, 6)
        bottom.addWidget(self.caption, 1)
        bottom.addWidget(self.chooser)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addLayout(middle, 1)
        layout.addLayout(bottom)
        self.setMinimumSize(360, 260)

    def _connect(self) -> None:
        for view in (self.single, self.grid):
            view.hovered.connect(self._on_hover)
            view.pressed.connect(lambda line, sample: self.intent.emit(Pin(line, sample)))
            view.asked.connect(self._on_menu)
        self.single.moved.connect(self.grid.show_rect)
        self.grid.moved.connect(self._on_grid_moved)
        self.grid.chosen.connect(lambda index: self.intent.emit(ShowEndmember(index, "map")))
        self.fit_button.clicked.connect(lambda: self.intent.emit(Zoom()))
        self.chooser.bands_chosen.connect(lambda bands: self.intent.emit(ShowBands(bands)))
        self.chooser.stretch_chosen.connect(lambda pair: self.intent.emit(SetStretch(pair)))

    # Drawing

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]
        """Redraw the page shown."""
        self._document = new
        result = new.unmixing
        for k, page in enumerate(PAGES):
            self.tabs.setTabEnabled(k, page == "rgb" or result is not None)
        page = new.view.page if result is not None and new.view.page in PAGES else "rgb"
        self.tabs.blockSignals(True)
        self.tabs.setCurrentIndex(list(PAGES).index(page))
        self.tabs.blockSignals(False)
        self._turn_to(page)
        other_cube = new.cube is not old.cube
        other_maps = (
            other_cube
            or result is not old.unmixing
            or [(e.name, e.colour) for e in new.endmembers] != [(e.name, e.colour) for e in old.endmembers]
        )
        if page != self._shown or new.view != old.view or other_maps:
            self._shown = page
            self._draw(page)
        if page == "maps":
            self.grid.select(new.view.endmember)
        self._draw_marks()

    def follow(self, old: Live, new: Live) -> None:
        """Move the cursor; show a picture that was read."""
        self._live = new
        if new.running is not None and old.running is None:
            self.grid.prepare(min(self._document.settings.rank, MOST_MAPS))
        if new.picture is not old.picture and self._shown == "rgb":
            self._draw("rgb")
        if new.cursor is not old.cursor:
            pixel = (new.cursor.line, new.cursor.sample) if new.cursor else None
            self.single.set_cursor(pixel)
            self.grid.set_cursor(pixel)

    def dress(self, theme: Theme) -> None:
        """Colour canvas, cursor and bar."""
        self.single.set_canvas(theme.canvas)
        self.grid.dress(theme)
        self.bar.set_colours(theme.muted, theme.border)
        self.fit_button.setIcon(icon("fit", theme.muted))

    def command(self, intent: object) -> None:
        """Zoom."""
        if isinstance(intent, Zoom):
            views = self.grid.views if self._shown == "maps" else [self.single]
            for view in views[:1]:
                view.zoom(intent.factor)
                self.grid.show_rect(view.visible_rect(), leave_out=view)
                if view is not self.single:
                    self.single.show_rect(view.visible_rect())

    def _turn_to(self, page: str) -> None:
        widget = self.grid if page == "maps" else self.single
        if self.stack.currentWidget() is not widget:
            self.stack.setCurrentWidget(widget)
        self.bar.setVisible(page != "rgb")
        self.chooser.setVisible(page == "rgb")

    def _draw(self, page: str) -> None:
        if page == "rgb":
            self._draw_rgb()
        elif page == "map":
            self._draw_map()
        elif page == "maps":
            self._draw_maps()
        else:
            self._draw_residual()

    def _draw_rgb(self) -> None:
        cube, picture = self._document.cube, self._live.picture
        if cube is None or picture is None:
            self.single.clear_picture()
            self.caption.setText("" if cube is None else "Reading the colour image…")
            return
        self.chooser.set_cube(cube)
        self.chooser.show_choice(picture.bands, self._document.view.stretch)
        self.single.set_picture(picture.rgba, (cube.lines, cube.samples))
        thinned = f" · every {picture.step}th pixel" if picture.step > 1 else ""
        self.caption.setText(f"Colour image{thinned}")

    def _draw_map(self) -> None:
        result = self._document.unmixing
        if result is None:
            return
        index = min(self._document.view.endmember, result.rank - 1)
        name = self._document.endmembers[index].name
        self._show(result.abundances[index], ABUNDANCE_COLOURS, 0.0, 1.0, f"Abundance of {name}")

    def _draw_residual(self) -> None:
        result = self._document.unmixing
        if result is not None:
            low, high = limits(result.rmse)
            self._show(
                result.rmse, RESIDUAL_COLOURS, low, high, "Residual: RMSE per pixel, in the cube's units"
            )

    def _show(self, values: NDArray[np.float32], table: str, low: float, high: float, label: str) -> None:
        lines, samples = values.shape
        self.single.set_picture(paint(values, low, high), (lines, samples), colours(table))
        self.bar.set_scale(colours(table), low, high, label)
        self.caption.setText(label)

    def _draw_maps(self) -> None:
        result = self._document.unmixing
        if result is None:
            return
        lines, samples = result.abundances.shape[1:]
        table = colours(ABUNDANCE_COLOURS)
        members = self._document.endmembers[:MOST_MAPS]
        views = self.grid.set_maps([e.name for e in members], [e.colour for e in members], samples / lines)
        for view, values in zip(views, result.abundances, strict=False):
            few, _ = thin(values, GRID_PIXELS // len(members))
            view.set_picture(paint(few, 0.0, 1.0), (lines, samples), table)
        self.bar.set_scale(table, 0.0, 1.0, "Abundance")
        which = "all endmembers" if len(members) == result.rank else f"the first {len(members)} endmembers"
        self.caption.setText(f"Abundances of {which}, one scale")

    def _draw_marks(self) -> None:
        marks: list[Mark] = [
            (e.source.line, e.source.sample, e.colour, "o")
            for e in self._document.endmembers
            if e.visible and e.source.line is not None and e.source.sample is not None
        ]
        marks += [(p.line, p.sample, pin_colour(k), "d") for k, p in enumerate(self._document.pins)]
        self.single.set_marks(marks)

    # Intents

    def _on_tab(self, index: int) -> None:
        self.intent.emit(ShowPage(list(PAGES)[index]))

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
