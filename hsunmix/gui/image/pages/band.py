"""One band in grey."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QSlider

from hsunmix.gui.commands import SetStretch, ShowBand
from hsunmix.gui.image.drawing import Drawing, Scaled
from hsunmix.gui.image.images import stretch_ends
from hsunmix.gui.image.pages import PageControls
from hsunmix.gui.image.pages._maps import on_scale
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.image.stretch_chooser import StretchChooser
from hsunmix.gui.state.documents import band_shown
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.panel import named
from hsunmix.session.document import Document

TITLE = "Band"
TIP = "One band of the cube in grey, chosen by its wavelength"
ORDER = 10
SHORTCUT = "Ctrl+2"

COLOURS = "CET-L1"


def available(document: Document, _state: ViewState) -> bool:
    """Whether there is a cube."""
    return document.cube is not None


def band_name(document: Document, band: int) -> str:
    """Return what a band is called: by number (from 1) and by wavelength or name."""
    cube = document.cube
    if cube is None or not 0 <= band < cube.bands:
        return ""
    if cube.wavelengths is not None:
        return f"Band {band + 1} · {cube.wavelengths[band]:.1f} nm"
    return f"Band {band + 1}" + (f" · {cube.band_names[band]}" if cube.band_names else "")


def scaled(document: Document, state: ViewState) -> Scaled | None:
    """Return the band that was read last; levels set by hand are of all bands: so these compare."""
    grey, stretch = state[ImageState].grey, document.view.stretch
    if document.cube is None or grey is None:
        return None
    label = band_name(document, grey.band)
    return Scaled("band", label, grey.values, lambda: stretch_ends(grey.values, stretch), COLOURS)


def depends(document: Document, state: ViewState) -> tuple[object, ...]:
    """What the drawing is made of."""
    view = document.view
    return document.cube and document.cube.pixels, state[ImageState].grey, view.stretch, view.look("band")


def draw(document: Document, state: ViewState, most: int) -> Drawing:
    """Paint the band that was read last."""
    cube, grey = document.cube, state[ImageState].grey
    shape = cube.shape[:2] if cube is not None else (0, 0)
    shown = scaled(document, state)
    if cube is None or grey is None or shown is None:
        return Drawing(shape, (), "" if cube is None else "Reading the band…")
    bad = "" if cube.good_bands[grey.band] else " · bad, not used"
    drawing = on_scale(document, shown, most, shown.label + bad)
    return replace(drawing, shape=shape)


def numbers(document: Document, state: ViewState) -> list[tuple[str, NDArray[np.float32]]]:
    """Return the band, where all of it was read."""
    grey = state[ImageState].grey
    return [] if grey is None or grey.step > 1 else [(band_name(document, grey.band), grey.values)]


def value(_document: Document, state: ViewState) -> str:
    """Say the value at the cursor."""
    cursor, grey = state.cursor, state[ImageState].grey
    if cursor is None or grey is None:
        return ""
    found = grey.values[cursor.line // grey.step, cursor.sample // grey.step]
    return f"band {grey.band + 1}: {found:.4g}" if np.isfinite(found) else "no data"


class Controls(PageControls):
    """A slider with a step for every band."""

    def __init__(self) -> None:
        super().__init__("bandControls", "The band shown")
        self.slider = named(QSlider(Qt.Orientation.Horizontal), "bandSlider", "Band shown")
        self.slider.setToolTip("The band shown; Ctrl+Right and Ctrl+Left go to the next and the one before")
        self.slider.setMinimumWidth(160)
        self.slider.valueChanged.connect(lambda band: self.command.emit(ShowBand(band)))
        self.stretch = StretchChooser("bandStretch", "Stretch of the band, percentiles")
        self.stretch.chosen.connect(lambda pair: self.command.emit(SetStretch(pair)))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.stretch)

    def present(self, document: Document, state: ViewState) -> None:  # noqa: ARG002
        """Show the band that is wanted; its image may still be on its way."""
        bands = document.cube.bands if document.cube is not None else 1
        band = band_shown(document)
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, bands - 1)
            self.slider.setValue(band)
        self.slider.setAccessibleDescription(band_name(document, band))
        self.stretch.show_choice(document.view.stretch)
