"""The tools that draw regions on the image."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from hsunmix.gui.commands import SetTool
from hsunmix.gui.widgets.icons import icon
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.theme import Theme

__all__ = ["ToolBar"]

TOOLS = {
    "rectangle": ("Rectangle", "Draw a rectangle: drag, or click two corners (Ctrl+Shift+1)"),
    "polygon": ("Polygon", "Draw a polygon: click its corners, double-click the last (Ctrl+Shift+2)"),
    "brush": (
        "Brush",
        "Paint a region: Shift takes away, [ and ] or Ctrl and the wheel change the width (Ctrl+Shift+3)",
    ),
}


class ToolBar(QWidget):
    """A button for each tool, one above the other; the one in hand is pressed."""

    command = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        named(self, "toolBar", "Tools that draw regions")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self.buttons: dict[str, QToolButton] = {}
        for tool, (name, tip) in TOOLS.items():
            button = named(QToolButton(), f"{tool}Tool", f"{name} region")
            button.setProperty("role", "tool")
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setIconSize(QSize(16, 16))
            button.clicked.connect(lambda _=False, tool=tool: self.command.emit(SetTool(tool)))
            layout.addWidget(button)
            self.buttons[tool] = button

    def show_tool(self, tool: str) -> None:
        """Press the button of the tool in hand."""
        for name, button in self.buttons.items():
            button.setChecked(name == tool)

    def dress(self, theme: Theme) -> None:
        """Draw the icons in the theme's ink."""
        for tool, button in self.buttons.items():
            button.setIcon(icon(tool, theme.muted))
