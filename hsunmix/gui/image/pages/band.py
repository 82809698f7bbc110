"""One band in grey."""

from __future__ import annotations

import numpy as np

from hsunmix.gui.image.drawing import Drawing, Scale
from hsunmix.gui.image.images import stretch_limits
from hsunmix.gui.image.pages import PageControls
from hsunmix.gui.image.pages._maps import map_pane
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.view_state import ViewState
from hsunmix.session.document import Document

TITLE = "Band"
TIP = "One band of the cube in grey, chosen by its wavelength"
ORDER = 10
SHORTCUT = "Ctrl+6"

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


def depends(document: Document, state: ViewState) -> tuple[object, ...]:
    """What the drawing is made of."""
    return document.cube and document.cube.pixels, state[ImageState].grey, document.view.stretch


def draw(document: Document, state: ViewState, most: int) -> Drawing:
    """Paint the band that was read last."""
    cube, grey = document.cube, state[ImageState].grey
    shape = cube.shape[:2] if cube is not None else (0, 0)
    if cube is None or grey is None:
        return Drawing(shape, (), "" if cube is None else "Reading the band…")
    (low,), (high,) = stretch_limits(grey.values[:, :, None], document.view.stretch)
    label = band_name(document, grey.band)
    if not cube.good_bands[grey.band]:
        label += " · bad, not used"
    pane = map_pane(grey.values, (low, high), most, COLOURS)
    return Drawing(shape, (pane,), label, (Scale(COLOURS, low, high, label),))


def value(_document: Document, state: ViewState) -> str:
    """Say the value at the cursor."""
    cursor, grey = state.cursor, state[ImageState].grey
    if cursor is None or grey is None:
        return ""
    found = grey.values[cursor.line // grey.step, cursor.sample // grey.step]
    return f"band {grey.band + 1}: {found:.4g}" if np.isfinite(found) else "no data"


def controls() -> PageControls:
    """Choose the band by a slider."""
    from hsunmix.gui.image.pages._band_controls import Controls

    return Controls()
