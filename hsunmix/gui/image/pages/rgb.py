"""The colour image."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QHBoxLayout

from hsunmix.gui.commands import SetStretch, ShowBands
from hsunmix.gui.image.band_chooser import BandChooser
from hsunmix.gui.image.drawing import Drawing, Pane
from hsunmix.gui.image.pages import PageControls
from hsunmix.gui.image.pages.band import band_name
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.view_state import ViewState
from hsunmix.session.document import Document

TITLE = "RGB"
TIP = "The colour image of the cube"
ORDER = 0
SHORTCUT = "Ctrl+1"


def available(document: Document, _state: ViewState) -> bool:
    """Whether there is a cube."""
    return document.cube is not None


def depends(document: Document, state: ViewState) -> tuple[object, ...]:
    """What the drawing is made of."""
    return document.cube, state[ImageState].picture


def draw(document: Document, state: ViewState, most: int) -> Drawing:
    """Show the picture that was read."""
    cube, picture = document.cube, state[ImageState].picture
    shape = cube.shape[:2] if cube is not None else (0, 0)
    if cube is None or picture is None:
        return Drawing(shape, (), "" if cube is None else "Reading the colour image…")
    subsampled = f" · every {picture.step}th pixel" if picture.step > 1 else ""
    rows, columns = picture.rgba.shape[:2]
    step = max(1, math.ceil(math.sqrt(rows * columns / most)))
    return Drawing(shape, (Pane(picture.rgba[::step, ::step]),), f"Colour image{subsampled}")


def numbers(document: Document, state: ViewState) -> list[tuple[str, NDArray[np.float32]]]:
    """Return the three bands, where all pixels of them were read."""
    picture = state[ImageState].picture
    if picture is None or picture.values is None:
        return []
    names = [band_name(document, band) for band in picture.bands]
    return [(name, picture.values[:, :, k]) for k, name in enumerate(names)]


def value(_document: Document, state: ViewState) -> str:
    """Say the three values at the cursor."""
    cursor, picture = state.cursor, state[ImageState].picture
    if cursor is None or cursor.measured is None or picture is None:
        return ""
    red, green, blue = (cursor.measured[band] for band in picture.bands)
    return f"R {red:.4g}  G {green:.4g}  B {blue:.4g}" if np.isfinite(red) else "no data"


class Controls(PageControls):
    """Red, green, blue, stretch."""

    def __init__(self) -> None:
        super().__init__("rgbControls", "Bands of the colour image")
        self.chooser = BandChooser()
        self.chooser.bands_chosen.connect(lambda bands: self.command.emit(ShowBands(bands)))
        self.chooser.stretch_chosen.connect(lambda pair: self.command.emit(SetStretch(pair)))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.chooser)

    def present(self, document: Document, state: ViewState) -> None:
        """Show the bands that were read."""
        self.chooser.set_cube(document.cube)
        picture = state[ImageState].picture
        if document.cube is not None and picture is not None:
            self.chooser.show_choice(picture.bands, document.view.stretch)
