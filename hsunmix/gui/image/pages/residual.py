"""Where the endmembers fit badly."""

from __future__ import annotations

import numpy as np

from hsunmix.gui.endmembers.state import EndmembersState
from hsunmix.gui.image.drawing import Drawing, Scale
from hsunmix.gui.image.pages import Mark, PageControls
from hsunmix.gui.image.pages._maps import has_result, map_pane
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.colour_bar import limits
from hsunmix.model.wording import quantity
from hsunmix.session.document import Document

TITLE = "Residual"
TIP = "Where the endmembers fit badly: root mean square error per pixel"
ORDER = 50
SHORTCUT = "Ctrl+4"

COLOURS = "inferno"
MARK = "#2fd6e0"  # the mark of what fits worst: seen on every colour of the table
LABEL = "Residual: RMSE per pixel, in the cube's units"

available = has_result


def depends(document: Document, _state: ViewState) -> tuple[object, ...]:
    """What the drawing is made of."""
    return (document.unmixing,)


def draw(document: Document, _state: ViewState, most: int) -> Drawing:
    """Paint the residual."""
    result = document.unmixing
    assert result is not None  # the page is available
    low, high = limits(result.rmse)
    pane = map_pane(result.rmse, (low, high), most, COLOURS)
    return Drawing(result.rmse.shape, (pane,), LABEL, (Scale(COLOURS, low, high, LABEL),))


def value(document: Document, state: ViewState) -> str:
    """Say the residual at the cursor."""
    result, cursor = document.unmixing, state.cursor
    if result is None or cursor is None:
        return ""
    brightest = float(np.nanmax(np.abs(result.endmembers), initial=0))
    return f"RMSE {quantity(float(result.rmse[cursor.line, cursor.sample]), brightest)}"


def marks(document: Document, state: ViewState) -> tuple[Mark, ...]:
    """Mark where a spectrum is missing."""
    suggested = state[EndmembersState].suggested
    if suggested is None or suggested.found is None or suggested.result is not document.unmixing:
        return ()
    return ((suggested.found.line, suggested.found.sample, MARK, "s"),)


def controls() -> PageControls:
    """Offer to add it."""
    from hsunmix.gui.image.pages._residual_controls import Controls

    return Controls()
