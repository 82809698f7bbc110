"""What an entry of a menu says, and the conditions under which it can be chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hsunmix.gui.state.commands import Command
from hsunmix.gui.state.store import Store

__all__ = ["Action", "When", "has_members", "has_result", "idle", "on_pixel", "opened"]

When = Callable[[Store], bool]


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
    command : callable
        Gets the store and returns the command.
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
    command: Callable[[Store], Command]
    shortcut: str = ""
    when: When = lambda _: True
    icon: str = ""
    checked: When | None = None
    line: bool = False
    everywhere: bool = False
    also: str = ""


def opened(store: Store) -> bool:
    """A cube is open."""
    return store.document.cube is not None


def has_result(store: Store) -> bool:
    """There is a result."""
    return store.document.unmixing is not None


def has_members(store: Store) -> bool:
    """There are endmembers."""
    return bool(store.document.endmembers)


def idle(store: Store) -> bool:
    """A cube is open and no unmixing runs."""
    return opened(store) and store.state.unmixing is None


def on_pixel(store: Store) -> bool:
    """The cursor is over a pixel."""
    return opened(store) and store.state.cursor is not None
