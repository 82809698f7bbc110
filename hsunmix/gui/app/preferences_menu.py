"""The preferences in the menu Edit."""

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.state.action import Action

MENU = "&Edit"
ORDER = 22

ACTIONS = (
    Action(
        "preferences",
        "Preferences…",
        "Colours, text, memory, what is kept and written",
        lambda _: cmd.SetPreferences(),
        "Ctrl+,",
        line=True,
    ),
)
