"""The menu Window."""

# ruff: noqa: E501 - one entry a line reads best

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.run.state import RunState
from hsunmix.gui.state.action import Action, has_result, opened
from hsunmix.gui.state.store import Store

MENU = "&Window"
ORDER = 70


def _comparable(store: Store) -> bool:
    return has_result(store) and _other(store) is not None


def _other(store: Store) -> int | None:
    """Return the newest run with maps that is not the one shown."""
    document = store.document
    found = [r.number for r in document.runs if r.unmixing not in (None, document.unmixing)]
    return found[-1] if found else None


def _flickers(store: Store) -> bool:
    pair = store.state[RunState].comparing
    return pair is not None and pair.flicker


ACTIONS = (
    Action("howMany", "&How many endmembers?", "The estimate with its curve, and runs with several numbers of endmembers", lambda _: cmd.ShowTool("how_many"), "Ctrl+Shift+H", opened),
    Action("keepResult", "&Keep the result as a run", "Put the result shown into the list of runs as it is now", lambda _: cmd.KeepResult(), "Ctrl+K", has_result, line=True),
    Action("compare", "&Compare with the run before", "The result shown against the newest other run, endmember by endmember", lambda b: cmd.CompareRuns(None, _other(b)), "Ctrl+Shift+C", _comparable),
    Action("flicker", "&Flicker", "Show the two maps of a comparison in turn", lambda b: cmd.Flicker(not _flickers(b)), "Ctrl+Shift+F", lambda b: b.state[RunState].comparing is not None, checked=_flickers),
    Action("resetLayout", "&Reset the layout", "Give all parts of the window their first sizes", lambda _: cmd.ResetLayout(), line=True),
)  # fmt: skip
