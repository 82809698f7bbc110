"""The menu Unmix."""

# ruff: noqa: E501 - one entry a line reads best

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.run.state import RunState
from hsunmix.gui.state.action import Action, has_members, has_result, idle, opened
from hsunmix.gui.state.store import Store

MENU = "&Unmix"
ORDER = 50


def to_leave(store: Store) -> bool:
    """There is something that Escape leaves."""
    state = store.state
    innermost = (state.message, state[RegionsState].masking, state[RunState].comparing)
    return bool(state.cancellable or state[RegionsState].tool) or any(part is not None for part in innermost)


def _ready(store: Store) -> bool:
    """There are endmembers, and no unmixing runs."""
    return idle(store) and has_members(store)


ACTIONS = (
    Action("unmix", "&Unmix", "Find endmembers and abundances", lambda _: cmd.Unmix(), "Ctrl+R", idle),
    Action("useEndmembers", "Use these en&dmembers", "Find only the abundances of the endmembers in the table, as a run of its own", lambda _: cmd.UseEndmembers(), "Ctrl+Alt+R", _ready),
    Action("estimate", "&Estimate the number of endmembers", "Count the spectra that stand out of the noise: a number, or a range", lambda _: cmd.EstimateRank(), "Ctrl+Shift+R", opened),
    Action("solve", "&Solve for the maps", "Solve for the abundances where the maps shown are a first estimate", lambda _: cmd.SolveAgain(), when=lambda b: b.state.stopped),
    Action("copyCommand", "Copy as &command", "Copy the command line that makes this result again", lambda _: cmd.CopyCommand(), "Ctrl+Alt+C", has_result, line=True),
    Action("copyScript", "Copy as &Python script", "Copy a Python script that makes this result again, edits included", lambda _: cmd.CopyScript(), "Ctrl+Alt+P", has_result),
    Action("cancel", "Ca&ncel", "Put the tool down, drop the mask that is planned, cancel the work under way, close the message, or end the comparison", lambda _: cmd.Escape(), "Esc", to_leave),
)  # fmt: skip
