"""Fields that a passing mouse wheel doesn't change, and that leave Ctrl+Z to the document."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence, QWheelEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSpinBox

__all__ = ["QuietComboBox", "QuietDoubleSpinBox", "QuietSpinBox"]


class QuietComboBox(QComboBox):
    """A list to choose from that leaves the wheel to what lies behind, unless it has the focus."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _takes_back(event: QEvent) -> bool:
    """Whether a key would undo or redo what was typed: a number has no history that anybody would miss."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    ours = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
    return any(event.matches(key) for key in ours)


class QuietSpinBox(QSpinBox):
    """A spin box that leaves the wheel to what lies behind, unless it has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.lineEdit().setTextMargins(5, 0, 0, 0)  # a style sheet's padding doesn't reach it

    def event(self, event: QEvent) -> bool:
        """Leave undo and redo to the window."""
        if _takes_back(event):
            event.ignore()
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class QuietDoubleSpinBox(QDoubleSpinBox):
    """A spin box for fractions that leaves the wheel to what lies behind, unless it has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.lineEdit().setTextMargins(5, 0, 0, 0)  # as above

    def event(self, event: QEvent) -> bool:
        """Leave undo and redo to the window."""
        if _takes_back(event):
            event.ignore()
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
