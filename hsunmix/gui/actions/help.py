"""The menu Help."""

from __future__ import annotations

from hsunmix.gui import intents as i
from hsunmix.gui.actions._action import Action

TITLE = "&Help"
ORDER = 80


ACTIONS = (
    Action("about", "&About hsunmix", "Versions, for bug reports", lambda _: i.About()),
    Action("licences", "&Licences", "Of hsunmix and of everything in it", lambda _: i.Licences()),
)  # fmt: skip
