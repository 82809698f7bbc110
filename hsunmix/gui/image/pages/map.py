"""The abundance map of one endmember."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsunmix.gui.image.drawing import Drawing, Scale
from hsunmix.gui.image.pages._map_controls import Controls  # noqa: F401 - a part of the page
from hsunmix.gui.image.pages._maps import (
    all_shares,
    has_result,
    map_pane,
    shown_range,
    shown_share,
)
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.view_state import ViewState
from hsunmix.session.document import Document

TITLE = "Map"
TIP = "The abundance map of the selected endmember"
ORDER = 20
SHORTCUT = "Ctrl+3"

available = has_result
value = shown_share


def numbers(document: Document, state: ViewState) -> list[tuple[str, NDArray[np.float32]]]:
    """Return the map."""
    return all_shares(document, state)[_index(document) :][:1]


def depends(document: Document, state: ViewState) -> tuple[object, ...]:
    """What the drawing is made of."""
    index, own = _index(document), state[ImageState]
    return (
        document.unmixing,
        index,
        document.endmembers[index].name,
        document.view.map_stretch,
        own.levels,
        own.colours,
    )


def draw(document: Document, state: ViewState, most: int) -> Drawing:
    """Paint the map."""
    result, index = document.unmixing, _index(document)
    assert result is not None  # the page is available
    low, high = shown_range(document, state)
    table = state[ImageState].colours
    values = result.abundances[index]
    label = f"Abundance of {document.endmembers[index].name}"
    pane = map_pane(values, (low, high), most, table)
    return Drawing(values.shape, (pane,), label, (Scale(table, low, high, label),))


def _index(document: Document) -> int:
    return min(document.view.endmember, len(document.endmembers) - 1)
