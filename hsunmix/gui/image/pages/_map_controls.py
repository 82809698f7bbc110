"""The stretch of the abundance maps."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from hsunmix.gui.commands import StretchMaps
from hsunmix.gui.image.pages._controls import PageControls
from hsunmix.gui.image.stretch_chooser import StretchChooser
from hsunmix.gui.state.view_state import ViewState
from hsunmix.session.document import Document

__all__ = ["Controls"]


class Controls(PageControls):
    """One stretch for all maps, so that colours mean the same on each."""

    def __init__(self) -> None:
        super().__init__("mapControls", "Stretch of the maps")
        self.stretch = StretchChooser("mapStretch", "Stretch of all maps together", none="0 to 1")
        self.stretch.chosen.connect(lambda pair: self.command.emit(StretchMaps(pair)))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.stretch)

    def present(self, document: Document, state: ViewState) -> None:  # noqa: ARG002
        """Show what is chosen."""
        self.stretch.show_choice(document.view.map_stretch)
