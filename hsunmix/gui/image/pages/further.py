"""What a method found of every pixel besides abundances: one map at a time, by its kind."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QHBoxLayout

from hsunmix.gui.commands import ShowMap
from hsunmix.gui.image.drawing import Drawing, Pane, Scale, Scaled
from hsunmix.gui.image.images import stretch_ends, thin
from hsunmix.gui.image.pages import PageControls
from hsunmix.gui.image.pages._maps import on_scale
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.colour_bar import limits
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.quiet import QuietComboBox
from hsunmix.model.map_kinds import class_colour
from hsunmix.model.maps import AnyMap, Map
from hsunmix.session.document import Document

TITLE = "More"
TIP = "What the method found of every pixel besides abundances, such as shade, a class or how sure it is"
ORDER = 55
SHORTCUT = "Ctrl+Alt+4"
CORE = False

PALETTE = 255  # classes that can be told apart
PERCENTILES = 1.0, 99.0


class Entry(NamedTuple):
    """A layer of a map: what it is called, and where it is."""

    label: str
    name: str
    layer: int


def available(document: Document, _state: ViewState) -> bool:
    """Whether the result has other maps."""
    return document.unmixing is not None and bool(document.unmixing.further_maps)


def entries(document: Document) -> list[Entry]:
    """Return every layer of every map that can be shown, in order."""
    result, members = document.unmixing, [member.name for member in document.endmembers]
    found = []
    for name, one in result.further_maps.items() if result is not None else ():
        for k, layer in enumerate(one.layer_names(members)):
            found.append(Entry(f"{one.titled(name)}: {layer}" if layer else one.titled(name), name, k))
    return found


def entry_shown(document: Document) -> Entry:
    """Return what a document shows: its own choice where there is such a map, else the first."""
    known, view = entries(document), document.view
    return next((e for e in known if (e.name, e.layer) == (view.map, view.map_layer)), known[0])


def scaled(document: Document, _state: ViewState) -> Scaled | None:
    """Return the numbers of the map; classes have no scale."""
    result, entry = document.unmixing, entry_shown(document)
    assert result is not None  # the page is available
    one = result.maps[entry.name]
    if one.whole and _classes(document, one):
        return None
    values = one.layer(entry.layer)
    shown = np.where(values < 0, np.nan, values + 1.0) if one.whole else values
    label = f"{entry.label}, {one.unit}" if one.unit else entry.label
    return Scaled(f"map:{entry.name}", label, shown, lambda: _ends(one, shown), one.terms.colours)


def depends(document: Document, _state: ViewState) -> tuple[object, ...]:
    """What the drawing is made of."""
    looks = tuple((member.name, member.colour) for member in document.endmembers)
    entry = entry_shown(document)
    return document.unmixing, entry, looks, document.view.look(f"map:{entry.name}")


def draw(document: Document, state: ViewState, most: int) -> Drawing:
    """Paint the map: classes in their colours, numbers on a scale."""
    result, entry = document.unmixing, entry_shown(document)
    assert result is not None  # the page is available
    one = result.maps[entry.name]
    values = one.layer(entry.layer)
    label = f"{entry.label}, {one.unit}" if one.unit else entry.label
    if one.whole and (classes := _classes(document, one)):
        few, _ = thin(values, most)
        table = ",".join(colour for _, colour in classes)
        names = tuple(name for name, _ in classes)
        pane, scale = Pane((few + 1).astype(np.uint8), table), Scale(table, 0, len(names), label, names)
        return Drawing(values.shape, (pane,), label, (scale,))
    shown = scaled(document, state)
    assert shown is not None  # it is not of classes
    return on_scale(document, shown, most)


def value(document: Document, state: ViewState) -> str:
    """Say the number, or the class, at the cursor."""
    result, cursor, entry = document.unmixing, state.cursor, entry_shown(document)
    if result is None or cursor is None:
        return ""
    one = result.maps[entry.name]
    found = one.at(cursor.line, cursor.sample)[entry.layer]
    if not (np.isfinite(found) and (found >= 0 or not one.whole)):
        return f"{entry.label}: none"
    if not one.whole:
        return f"{entry.label} {found:.4g} {one.unit}".strip()
    names = one.class_names([member.name for member in document.endmembers])
    return f"{entry.label}: {names[found] if names else found + 1}"


class Controls(PageControls):
    """A list of maps."""

    def __init__(self) -> None:
        super().__init__("furtherControls", "The map shown")
        self.box = named(QuietComboBox(), "furtherChoice", "Map shown")
        self.box.setToolTip("The map shown")
        self.box.setMaximumWidth(320)
        self.box.activated.connect(lambda k: self.command.emit(ShowMap(*self._entries[k][1:])))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)
        self._entries: list[Entry] = []

    def present(self, document: Document, state: ViewState) -> None:  # noqa: ARG002
        """List the maps."""
        found = entries(document)
        if found != self._entries:
            self._entries = found
            self.box.clear()
            self.box.addItems([entry.label for entry in found])
        if found:
            self.box.setCurrentIndex(found.index(entry_shown(document)))


def _ends(one: AnyMap, values: NDArray[np.float32]) -> tuple[float, float]:
    """Return what the lowest and the highest colour mean."""
    terms = one.terms
    if terms.lowest is not None:
        return (terms.lowest, terms.highest) if terms.highest is not None else limits(values)
    return stretch_ends(values, PERCENTILES)


def _classes(document: Document, one: AnyMap) -> list[tuple[str, str]]:
    """Return names and colours of classes; none where there are too many to be told apart."""
    if not isinstance(one, Map) or one.most >= PALETTE:
        return []
    if one.of_endmembers:
        return [(member.name, member.colour) for member in document.endmembers]
    names = one.classes or tuple(str(k + 1) for k in range(one.most + 1))
    return [(name, class_colour(k)) for k, name in enumerate(names[:PALETTE])]
