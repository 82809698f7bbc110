"""A label whose text changes, and that a screen reader is told."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from hsunmix.gui.widgets.panel import named

__all__ = ["SpokenLabel"]


class SpokenLabel(QLabel):
    """Its name says what kind of thing it tells; without a description nothing would say the text itself."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        named(self, name, title)

    def setText(self, text: str) -> None:
        """Show another text."""
        super().setText(text)
        self.setAccessibleDescription(text)
