"""The menu Window."""

# ruff: noqa: E501 - one entry a line reads best

from __future__ import annotations

from hsunmix.gui import commands as i
from hsunmix.gui.state.action import Action, has_result, opened
from hsunmix.gui.state.workbench import Workbench

TITLE = "&Window"
ORDER = 70


def _comparable(bench: Workbench) -> bool:
    return has_result(bench) and _other(bench) is not None


def _other(bench: Workbench) -> int | None:
    """Return the newest run with maps that is not the one shown."""
    document = bench.document
    found = [r.number for r in document.runs if r.unmixing not in (None, document.unmixing)]
    return found[-1] if found else None


ACTIONS = (
    Action("howMany", "&How many endmembers?", "The estimate with its curve, and runs with several numbers of endmembers", lambda _: i.ShowTool("how_many"), "Ctrl+Shift+H", opened),
    Action("keepResult", "&Keep the result as a run", "Put the result shown into the list of runs as it is now", lambda _: i.KeepResult(), "Ctrl+K", has_result, line=True),
    Action("compare", "&Compare with the run before", "The result shown against the newest other run, endmember by endmember", lambda b: i.CompareRuns(None, _other(b)), "Ctrl+Shift+C", _comparable),
    Action("flicker", "&Flicker", "Show the two maps of a comparison in turn", lambda b: i.Flicker(not (b.live.comparing and b.live.comparing.flicker)), "Ctrl+Shift+F", lambda b: b.live.comparing is not None, checked=lambda b: bool(b.live.comparing and b.live.comparing.flicker)),
    Action("resetLayout", "&Reset the layout", "Give all parts of the window their first sizes", lambda _: i.ResetLayout(), line=True),
)  # fmt: skip
