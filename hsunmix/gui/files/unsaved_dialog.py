"""What to do with changes that are not saved."""

from __future__ import annotations

from PySide6.QtWidgets import QDialogButtonBox, QWidget

from hsunmix.gui.widgets.dialog import Dialog
from hsunmix.gui.widgets.panel import named

__all__ = ["UnsavedDialog"]


class UnsavedDialog(Dialog):
    """Its ``answer`` is ``save``, ``discard`` or ``cancel``."""

    def __init__(self, parent: QWidget | None, name: str) -> None:
        super().__init__(
            parent,
            "unsavedDialog",
            "Save the changes?",
            f"The work on {name} has changes that are not saved.",
            "Save",
        )
        self.answer = "cancel"
        self.discard_button = self.buttons.addButton(
            "Don't save", QDialogButtonBox.ButtonRole.DestructiveRole
        )
        named(self.discard_button, "unsavedDialogDiscard", "Don't save")
        self.discard_button.clicked.connect(self._discard)

    def accept(self) -> None:
        """Save."""
        self.answer = "save"
        super().accept()

    def _discard(self) -> None:
        self.answer = "discard"
        super().accept()
