"""All abundance maps beside each other."""

from __future__ import annotations

from hsunmix.gui.commands import ShowEndmember
from hsunmix.gui.image.drawing import Drawing, Scale
from hsunmix.gui.image.pages._map_controls import Controls  # noqa: F401 - a part of the page
from hsunmix.gui.image.pages._maps import (
    ABUNDANCES,
    all_shares,
    has_result,
    map_pane,
    scaled_abundances,
    shown_on,
    shown_share,
)
from hsunmix.gui.state.view_state import ViewState
from hsunmix.session.document import Document

TITLE = "All maps"
TIP = "The abundance maps of all endmembers"
ORDER = 30
SHORTCUT = "Ctrl+4"

MAX_MAPS = 30  # more could neither be seen nor drawn quickly

available = has_result
numbers = all_shares
value = shown_share
scaled = scaled_abundances


def depends(document: Document, _state: ViewState) -> tuple[object, ...]:
    """What the drawing is made of."""
    looks = tuple((e.name, e.colour) for e in document.endmembers)
    return document.unmixing, looks, document.view.map_stretch, document.view.look(ABUNDANCES)


def draw(document: Document, state: ViewState, most: int) -> Drawing:
    """Paint the maps."""
    result = document.unmixing
    assert result is not None  # the page is available
    members = document.endmembers[:MAX_MAPS]
    shown = scaled(document, state)
    assert shown is not None
    table, low, high = shown_on(document, shown)
    panes = tuple(
        map_pane(
            result.abundances[k],
            (low, high),
            most // len(members),
            table,
            title=member.name,
            colour=member.colour,
            chosen=ShowEndmember(k, "map"),
        )
        for k, member in enumerate(members)
    )
    which = "all endmembers" if len(members) == result.rank else f"the first {len(members)} endmembers"
    caption = f"Abundances of {which}, one scale"
    shape = result.abundances.shape[1:]
    return Drawing((shape[0], shape[1]), panes, caption, (Scale(table, low, high, "Abundance"),))
