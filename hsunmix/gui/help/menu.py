"""The menu Help."""

# ruff: noqa: E501 - one entry a line reads best

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QWidget

from hsunmix.gui import commands as cmd
from hsunmix.gui.help.manual import CONTEXT, FIRST
from hsunmix.gui.state.action import Action

MENU = "&Help"
ORDER = 80


def _context() -> str:
    """Return the page on the part of the window that has the focus."""
    widget: QWidget | None = QApplication.focusWidget()
    while widget is not None:
        if widget.objectName() in CONTEXT:
            return CONTEXT[widget.objectName()]
        widget = widget.parentWidget()
    return FIRST


ACTIONS = (
    Action("manual", "&Manual", "The manual, at the part of the window that has the focus", lambda _: cmd.ShowTool("manual", _context()), "F1", everywhere=True),
    Action("tour", "&Guided start", "Three minutes on the sample cube, step by step", lambda _: cmd.StartTour()),
    Action("keys", "Menus and &keys", "Everything that can be chosen, and its shortcut", lambda _: cmd.ShowTool("manual", "menus.md")),
    Action("licences", "&Licences", "Of hsunmix and of everything in it", lambda _: cmd.Licences(), line=True),
    Action("about", "&About hsunmix", "Versions, for bug reports", lambda _: cmd.About()),
)  # fmt: skip
