"""An image by band maths."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QToolButton

from hsunmix.gui.commands import DeleteLayer, SetStretch, ShowLayer
from hsunmix.gui.image.drawing import Drawing, Scaled
from hsunmix.gui.image.images import stretch_ends
from hsunmix.gui.image.pages import PageControls
from hsunmix.gui.image.pages._maps import on_scale
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.image.stretch_chooser import StretchChooser
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.icons import icon
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.quiet import QuietComboBox
from hsunmix.gui.widgets.theme import Theme
from hsunmix.session.document import Document, Layer

TITLE = "Layer"
TIP = "An image by band maths, such as a vegetation index"
ORDER = 90
SHORTCUT = "Ctrl+8"
CORE = False

COLOURS = "CET-L1"


def available(document: Document, _state: ViewState) -> bool:
    """Whether there is a layer."""
    return document.cube is not None and bool(document.layers)


def layer_shown(document: Document) -> Layer:
    """Return the layer that a document shows."""
    return document.layers[min(document.view.layer, len(document.layers) - 1)]


def scaled(document: Document, state: ViewState) -> Scaled | None:
    """Return the layer's values, once they are known."""
    layer, stretch = layer_shown(document), document.view.stretch
    values = state[ImageState].layers.get(layer.text)
    if values is None:
        return None
    label = layer.name if layer.name == layer.text else f"{layer.name}: {layer.text}"
    return Scaled(f"layer:{layer.text}", label, values, lambda: stretch_ends(values, stretch), COLOURS)


def depends(document: Document, state: ViewState) -> tuple[object, ...]:
    """What the drawing is made of."""
    layer, view = layer_shown(document), document.view
    known = id(state[ImageState].layers.get(layer.text))
    return layer, known, view.stretch, view.look(f"layer:{layer.text}")


def draw(document: Document, state: ViewState, most: int) -> Drawing:
    """Paint the layer."""
    cube, layer = document.cube, layer_shown(document)
    assert cube is not None  # the page is available
    shown = scaled(document, state)
    if shown is None:
        return Drawing(cube.shape[:2], (), f"Evaluating {layer.text} …")
    return on_scale(document, shown, most)


def numbers(document: Document, state: ViewState) -> list[tuple[str, NDArray[np.float32]]]:
    """Return the layer."""
    layer = layer_shown(document)
    values = state[ImageState].layers.get(layer.text)
    return [] if values is None else [(layer.name, values)]


def value(document: Document, state: ViewState) -> str:
    """Say the value at the cursor."""
    layer, cursor = layer_shown(document), state.cursor
    values = state[ImageState].layers.get(layer.text)
    if values is None or cursor is None:
        return ""
    found = values[cursor.line, cursor.sample]
    return f"{layer.name} {found:.4g}" if np.isfinite(found) else "no value"


class Controls(PageControls):
    """A list of layers."""

    def __init__(self) -> None:
        super().__init__("layerControls", "The layer shown")
        self.box = named(QuietComboBox(), "layerChoice", "Layer shown")
        self.box.setToolTip("The layer shown")
        self.box.setMaximumWidth(220)
        self.box.activated.connect(lambda k: self.command.emit(ShowLayer(k)))
        self.delete = named(QToolButton(), "layerDelete", "Delete the layer shown")
        self.delete.setToolTip("Delete the layer shown")
        self.delete.setIconSize(QSize(16, 16))
        self.delete.clicked.connect(lambda: self.command.emit(DeleteLayer()))
        self.stretch = StretchChooser("layerStretch", "Stretch of the layer, percentiles")
        self.stretch.chosen.connect(lambda pair: self.command.emit(SetStretch(pair)))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.box, self.delete, self.stretch):
            layout.addWidget(widget)
        self._names: list[str] = []

    def present(self, document: Document, state: ViewState) -> None:  # noqa: ARG002
        """List the layers."""
        names = [layer.name for layer in document.layers]
        if names != self._names:
            self._names = names
            self.box.clear()
            self.box.addItems(names)
        self.box.setCurrentIndex(min(document.view.layer, len(names) - 1))
        self.stretch.show_choice(document.view.stretch)

    def dress(self, theme: Theme) -> None:
        """Draw the icon in the theme's ink."""
        self.delete.setIcon(icon("trash", theme.muted))
