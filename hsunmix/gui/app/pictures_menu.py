"""Pictures and numbers in the menu Edit."""

# ruff: noqa: E501 - one entry a line reads best

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.state.action import Action, opened

MENU = "&Edit"
ORDER = 21

ACTIONS = (
    Action("copyPicture", "Copy picture", "Copy the plot, the map or the image that has the focus", lambda _: cmd.CopyPicture(), "Ctrl+C", opened, line=True),
    Action("copyValues", "Copy values", "Copy its numbers, for a spreadsheet", lambda _: cmd.CopyValues(), "Ctrl+Alt+V", opened),
    Action("savePicture", "Save picture…", "Save it as PNG or SVG", lambda _: cmd.SavePicture(), "Ctrl+Alt+S", opened),
)  # fmt: skip
