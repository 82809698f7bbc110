"""What all dialogs share: a heading, fields, and two buttons in the platform's order."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from hsunmix.gui.state.settings import Settings
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.placement import place, placed
from hsunmix.gui.widgets.tooltips import shorten_tips

__all__ = ["Dialog", "agreed", "chosen_path", "settings_of"]


class Dialog(QDialog):
    """A dialog with a sentence, room for fields (``self.body``), and buttons.

    Parameters
    ----------
    parent : QWidget or None
    name, title, sentence : str
    accept : str
        What the button that agrees is called.
    cancel : str
        What the other one is called; empty for none.
    """

    def __init__(
        self,
        parent: QWidget | None,
        name: str,
        title: str,
        sentence: str,
        accept: str,
        cancel: str = "Cancel",
    ) -> None:
        super().__init__(parent)
        named(self, name, title)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setMinimumWidth(440)
        self.sentence = named(QLabel(sentence), f"{name}Sentence", sentence)
        self.sentence.setWordWrap(True)
        self.buttons = named(QDialogButtonBox(), f"{name}Buttons", "Buttons")
        self.accept_button = self.buttons.addButton(accept, QDialogButtonBox.ButtonRole.AcceptRole)
        named(self.accept_button, f"{name}Accept", accept)
        self.accept_button.setProperty("role", "primary")
        self.accept_button.setDefault(True)
        if cancel:
            button = self.buttons.addButton(cancel, QDialogButtonBox.ButtonRole.RejectRole)
            named(button, f"{name}Cancel", cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(14)
        layout.addWidget(self.sentence)
        layout.addLayout(self.body)
        layout.addWidget(self.buttons)


def agreed(dialog: QDialog) -> bool:
    """Run a dialog to its end; its place is remembered, and nothing of it stays."""
    settings = settings_of(dialog)
    name = dialog.objectName()
    if settings is not None and name in settings.preferences.tools:
        place(dialog, settings.preferences.tools[name])
    first = placed(dialog)
    shorten_tips(dialog)
    try:
        return bool(dialog.exec())
    finally:
        if settings is not None and placed(dialog) != first:
            settings.change(tools={**settings.preferences.tools, name: placed(dialog)})
        dialog.deleteLater()


def settings_of(dialog: QDialog) -> Settings | None:
    """Return the settings of the window that a dialog belongs to."""
    return getattr(getattr(dialog.parent(), "store", None), "settings", None)


def chosen_path(answer: tuple[str, str]) -> Path | None:
    """Return what was chosen in one of Qt's own dialogs for files."""
    return Path(answer[0]) if answer[0] else None
