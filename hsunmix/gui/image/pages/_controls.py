"""What stands under the image on one page."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.accessibility import Role
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.theme import Theme
from hsunmix.session.document import Document

__all__ = ["PageControls"]


class PageControls(QWidget):
    """Base of a page's controls: they emit commands, and show what document and view state say."""

    accessible_role = Role.Grouping
    command = Signal(object)

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        named(self, name, title)

    def present(self, document: Document, state: ViewState) -> None:
        """Show what is chosen; called while the page is shown, after every change of either."""

    def fit(self) -> None:
        """Take the room that is needed now: what changed while it was hidden asked for none."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.updateGeometry()

    def dress(self, theme: Theme) -> None:
        """Take on a theme's colours."""
