"""The menu Unmix."""

# ruff: noqa: E501 - one entry a line reads best

from __future__ import annotations

from hsunmix.gui import intents as i
from hsunmix.gui.actions._action import Action, has_result, idle, opened

TITLE = "&Unmix"
ORDER = 50


ACTIONS = (
    Action("unmix", "&Unmix", "Find endmembers and abundances", lambda _: i.Unmix(), "Ctrl+R", idle),
    Action("estimate", "&Estimate the number of endmembers", "By HySime", lambda _: i.EstimateRank(), "Ctrl+Shift+R", opened),
    Action("copyCommand", "Copy as &command", "Copy the command line that makes this result again", lambda _: i.CopyCommand(), "Ctrl+Alt+C", has_result, line=True),
    Action("copyScript", "Copy as &Python script", "Copy a Python script that makes this result again, edits included", lambda _: i.CopyScript(), "Ctrl+Alt+P", has_result),
    Action("cancel", "&Cancel", "Cancel the work under way, or close the message", lambda _: i.CancelWork(), "Esc", lambda b: bool(b.live.tasks) or b.live.message is not None),
)  # fmt: skip
