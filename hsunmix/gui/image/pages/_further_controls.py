"""Which map is shown."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from hsunmix.gui.commands import ShowMap
from hsunmix.gui.image.pages._controls import PageControls
from hsunmix.gui.image.pages.further import Entry, entries, entry_shown
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.quiet import QuietComboBox
from hsunmix.session.document import Document

__all__ = ["Controls"]


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
