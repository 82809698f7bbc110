"""One line under the endmembers: what they don't explain, and what would."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from hsunmix.gui.commands import ShowPage
from hsunmix.gui.endmembers.state import EndmembersState
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.tooltips import wrapped
from hsunmix.methods.trust.constraints import Check
from hsunmix.session.document import Document

__all__ = ["DiagnosticsBar", "in_short"]


class DiagnosticsBar(QWidget):
    """Two links: to the page of the constraints, and to that of the residual."""

    command = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        named(self, "diagnosticsBar", "What the endmembers don't explain")
        self.constraints = named(QPushButton(), "constraintDiagnosis", "What the constraints hide")
        self.residual = named(QPushButton(), "residualDiagnosis", "What is missing most")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(5, 0, 5, 0)
        layout.setSpacing(2)
        for button, page in ((self.constraints, "constraints"), (self.residual, "residual")):
            button.setProperty("role", "link")
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, page=page: self.command.emit(ShowPage(page)))
            layout.addWidget(button)
        layout.addStretch(1)
        self.hide()

    def present(self, document: Document, state: ViewState) -> None:
        """Show what is known of the result; what is known of an older one is not clicked."""
        result = document.unmixing
        checked, suggested = state[EndmembersState].checked, state[EndmembersState].suggested
        self.setVisible(result is not None and checked is not None)
        if checked is not None:
            self.constraints.setText(in_short(checked.check))
            self.constraints.setToolTip(wrapped(f"{checked.check.sentence}\nClick to see where."))
            self.constraints.setEnabled(checked.result is result)
        found = suggested.found if suggested is not None and suggested.result is result else None
        self.residual.setVisible(found is not None)
        if found is not None:
            self.residual.setText(f"Missing near {found.line}, {found.sample}")
            self.residual.setToolTip(
                f"Here the misfit is {found.times:.1f} times the usual, and {len(found.pixels)} pixels look "
                "alike.\nClick to see where, and to add the spectrum."
            )


def in_short(check: Check) -> str:
    """Return the share of pixels that violate the constraints, in few words."""
    share = 100 * check.missing
    if share == 0:
        return "No constraint is violated"
    number = f"{share:.0f} %" if share >= 1 else "Under 1 %"
    return f"{number} of pixels violate the constraints"
