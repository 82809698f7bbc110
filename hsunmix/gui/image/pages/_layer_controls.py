"""Which layer is shown, its stretch, and how to get rid of it."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QToolButton

from hsunmix.gui.commands import DeleteLayer, SetStretch, ShowLayer
from hsunmix.gui.image.pages._controls import PageControls
from hsunmix.gui.image.stretch_chooser import StretchChooser
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.icons import icon
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.quiet import QuietComboBox
from hsunmix.gui.widgets.theme import Theme
from hsunmix.session.document import Document

__all__ = ["Controls"]


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
