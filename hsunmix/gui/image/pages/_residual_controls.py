"""What the residual asks for, and the button that adds it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton

from hsunmix.gui.commands import AddSuggested
from hsunmix.gui.endmembers.state import EndmembersState
from hsunmix.gui.image.pages._controls import PageControls
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.spoken import SpokenLabel
from hsunmix.methods.suggestion import Suggestion
from hsunmix.session.document import Document

__all__ = ["Controls", "describe"]


class Controls(PageControls):
    """One sentence, one button."""

    def __init__(self) -> None:
        super().__init__("residualControls", "What the residual asks for")
        self.sentence = SpokenLabel("suggestion", "What the residual asks for")
        self.sentence.setProperty("role", "muted")
        self.add = named(QPushButton("Add as endmember"), "addSuggested", "Add the missing spectrum")
        self.add.setToolTip("Make the spectrum that is missing most an endmember (Ctrl+Shift+N)")
        self.add.clicked.connect(lambda: self.command.emit(AddSuggested()))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.sentence)
        layout.addWidget(self.add)

    def present(self, document: Document, state: ViewState) -> None:
        """Say what is asked for, or that nothing is."""
        suggested = state[EndmembersState].suggested
        known = suggested is not None and suggested.result is document.unmixing
        found = suggested.found if suggested is not None and known else None
        self.add.setVisible(found is not None)
        if found is not None:
            self.sentence.setText(describe(found))
        else:
            self.sentence.setText("No pixels stand out from the usual misfit" if known else "")


def describe(found: Suggestion) -> str:
    """Return where a spectrum is missing, in few words."""
    return f"Worst near {found.line}, {found.sample}: {found.times:.1f} × the usual misfit"
