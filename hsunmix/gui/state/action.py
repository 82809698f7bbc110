"""What an entry of a menu says, and the conditions under which it can be chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hsunmix.gui import commands as i
from hsunmix.gui.state.workbench import Workbench

__all__ = ["Action", "When", "has_members", "has_result", "idle", "on_pixel", "opened"]

When = Callable[[Workbench], bool]


@dataclass(frozen=True)
class Action:
    """One entry of a menu.

    Attributes
    ----------
    id : str
        The object name.
    text : str
    tip : str
        For the tool tip and the status line; the shortcut is added to it.
    intent : callable
        Gets the workbench and returns the intent.
    shortcut : str
        As Qt writes them.
    when : callable
        Whether it can be chosen now.
    icon : str
    checked : callable or None
        For an entry that is ticked.
    line : bool
        Whether a line is drawn above it.
    everywhere : bool
        Whether its shortcut works in the windows beside the main one as well.
    also : str
        Another shortcut, that is not told: the same key without Shift.
    """

    id: str
    text: str
    tip: str
    intent: Callable[[Workbench], i.Intent]
    shortcut: str = ""
    when: When = lambda _: True
    icon: str = ""
    checked: When | None = None
    line: bool = False
    everywhere: bool = False
    also: str = ""


def opened(bench: Workbench) -> bool:
    """A cube is open."""
    return bench.document.cube is not None


def has_result(bench: Workbench) -> bool:
    """There is a result."""
    return bench.document.unmixing is not None


def has_members(bench: Workbench) -> bool:
    """There are endmembers."""
    return bool(bench.document.endmembers)


def idle(bench: Workbench) -> bool:
    """A cube is open and no unmixing runs."""
    return opened(bench) and bench.live.running is None


def on_pixel(bench: Workbench) -> bool:
    """The cursor is over a pixel."""
    return opened(bench) and bench.live.cursor is not None
