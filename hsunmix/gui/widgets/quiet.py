"""Fields that a passing mouse wheel doesn't change, and that leave Ctrl+Z to the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
)

__all__ = ["QuietComboBox", "QuietDoubleSpinBox", "QuietSpinBox"]

AROUND = 2  # logical pixels that the style leaves free beside a text

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractSpinBox as Number
    from PySide6.QtWidgets import QWidget as Widget
else:  # a class can have only one of Qt's among its bases
    Widget = Number = object


def _takes_back(event: QEvent) -> bool:
    """Whether a key would undo or redo what was typed: a number has no history that anybody would miss."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    ours = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
    return any(event.matches(key) for key in ours)


class _Quiet(Widget):
    """What leaves the wheel to what lies behind, unless it has the focus; stands before a class of Qt."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class _QuietNumber(_Quiet, Number):
    """A number that leaves undo and redo to the window as well."""

    def __init__(self) -> None:
        super().__init__()
        self.lineEdit().setTextMargins(5, 0, 0, 0)  # a style sheet's padding doesn't reach it

    def event(self, event: QEvent) -> bool:
        """Leave undo and redo to the window."""
        if _takes_back(event):
            event.ignore()
            return True
        return super().event(event)


class QuietComboBox(_Quiet, QComboBox):
    """A list to choose from; what is chosen ends in … where there is no room for it."""

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """Give the style as much of the text as there is room for."""
        super().initStyleOption(option)
        control, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(control, option, part, self).width() - AROUND
        option.currentText = option.fontMetrics.elidedText(
            option.currentText, Qt.TextElideMode.ElideRight, room
        )


class QuietSpinBox(_QuietNumber, QSpinBox):
    """A whole number."""


class QuietDoubleSpinBox(_QuietNumber, QDoubleSpinBox):
    """A number with a fraction."""
