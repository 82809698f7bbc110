"""Where the endmembers fit badly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from hsunmix.gui.commands import AddSuggested
from hsunmix.gui.endmembers.state import EndmembersState
from hsunmix.gui.image.drawing import Drawing, Scaled
from hsunmix.gui.image.pages import Mark, PageControls
from hsunmix.gui.image.pages._maps import has_result, on_scale
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.colour_bar import limits
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.spoken import SpokenLabel
from hsunmix.methods.trust.suggestion import Suggestion
from hsunmix.model.wording import quantity
from hsunmix.session.document import Document

TITLE = "Residual"
TIP = "Where the endmembers fit badly: root mean square error per pixel"
ORDER = 50
SHORTCUT = "Ctrl+6"

COLOURS = "inferno"
MARK = "#2fd6e0"  # the mark of what fits worst: seen on every colour of the table
LABEL = "Residual: RMSE per pixel, in the cube's units"

available = has_result


def scaled(document: Document, _state: ViewState) -> Scaled | None:
    """Return the residual."""
    rmse = None if document.unmixing is None else document.unmixing.rmse
    return None if rmse is None else Scaled("residual", LABEL, rmse, lambda: limits(rmse), COLOURS)


def depends(document: Document, _state: ViewState) -> tuple[object, ...]:
    """What the drawing is made of."""
    return document.unmixing, document.view.look("residual")


def draw(document: Document, state: ViewState, most: int) -> Drawing:
    """Paint the residual."""
    shown = scaled(document, state)
    assert shown is not None  # the page is available
    return on_scale(document, shown, most)


def numbers(document: Document, _state: ViewState) -> list[tuple[str, NDArray[np.float32]]]:
    """Return the residual."""
    return [] if document.unmixing is None else [("RMSE", document.unmixing.rmse)]


def value(document: Document, state: ViewState) -> str:
    """Say the residual at the cursor."""
    result, cursor = document.unmixing, state.cursor
    if result is None or cursor is None:
        return ""
    brightest = float(np.nanmax(np.abs(result.endmembers), initial=0))
    return f"RMSE {quantity(float(result.rmse[cursor.line, cursor.sample]), brightest)}"


def marks(document: Document, state: ViewState) -> tuple[Mark, ...]:
    """Mark where a spectrum is missing."""
    suggested = state[EndmembersState].suggested
    if suggested is None or suggested.found is None or suggested.result is not document.unmixing:
        return ()
    return ((suggested.found.line, suggested.found.sample, MARK, "s"),)


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
