"""The colours of the window in the menu Window."""

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.state.action import Action

MENU = "&Window"
ORDER = 72


def _theme(choice: str) -> Action:
    return Action(
        f"theme{choice.capitalize()}",
        {"system": "Theme of the system", "light": "Light theme", "dark": "Dark theme"}[choice],
        "Colours of the window",
        lambda _: cmd.SetTheme(choice),
        checked=lambda store: store.settings.preferences.theme == choice,
        line=choice == "system",
    )


ACTIONS = (_theme("system"), _theme("light"), _theme("dark"))
