"""The abundance map of one endmember."""

from __future__ import annotations

from hsunmix.gui.image.drawing import Drawing, Scale
from hsunmix.gui.image.pages._map_controls import Controls  # noqa: F401 - a part of the page
from hsunmix.gui.image.pages._maps import ABUNDANCE, abundance_range, has_result, map_pane, shown_share
from hsunmix.gui.state.view_state import ViewState
from hsunmix.session.document import Document

TITLE = "Map"
TIP = "The abundance map of the selected endmember"
ORDER = 20
SHORTCUT = "Ctrl+3"

available = has_result
value = shown_share


def depends(document: Document, _state: ViewState) -> tuple[object, ...]:
    """What the drawing is made of."""
    index = _index(document)
    return document.unmixing, index, document.endmembers[index].name, document.view.map_stretch


def draw(document: Document, _state: ViewState, most: int) -> Drawing:
    """Paint the map."""
    result, index = document.unmixing, _index(document)
    assert result is not None  # the page is available
    low, high = abundance_range(result, document.view.map_stretch)
    values = result.abundances[index]
    label = f"Abundance of {document.endmembers[index].name}"
    pane = map_pane(values, (low, high), most)
    return Drawing(values.shape, (pane,), label, (Scale(ABUNDANCE, low, high, label),))


def _index(document: Document) -> int:
    return min(document.view.endmember, len(document.endmembers) - 1)
