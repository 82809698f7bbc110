"""The abundance map of one endmember."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsunmix.gui.image.drawing import Drawing
from hsunmix.gui.image.pages._map_controls import Controls  # noqa: F401 - a part of the page
from hsunmix.gui.image.pages._maps import (
    ABUNDANCES,
    all_shares,
    has_result,
    on_scale,
    scaled_abundances,
    shown_share,
)
from hsunmix.gui.state.view_state import ViewState
from hsunmix.session.document import Document

TITLE = "Map"
TIP = "The abundance map of the selected endmember"
ORDER = 20
SHORTCUT = "Ctrl+3"

available = has_result
value = shown_share
scaled = scaled_abundances


def numbers(document: Document, state: ViewState) -> list[tuple[str, NDArray[np.float32]]]:
    """Return the map."""
    return all_shares(document, state)[_index(document) :][:1]


def depends(document: Document, _state: ViewState) -> tuple[object, ...]:
    """What the drawing is made of."""
    index = _index(document)
    return (
        document.unmixing,
        index,
        document.endmembers[index].name,
        document.view.map_stretch,
        document.view.look(ABUNDANCES),
    )


def draw(document: Document, state: ViewState, most: int) -> Drawing:
    """Paint the map."""
    shown = scaled(document, state)
    assert shown is not None  # the page is available
    return on_scale(document, shown, most)


def _index(document: Document) -> int:
    return min(document.view.endmember, len(document.endmembers) - 1)
