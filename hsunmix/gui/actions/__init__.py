"""Menus as data: one file a menu, with ``TITLE``, ``ORDER`` (its place in the bar) and ``ACTIONS``.

An entry says what it is called, its shortcut, its intent, and when it can be chosen.
"""

from __future__ import annotations

from hsunmix.gui.actions._action import Action
from hsunmix.registry import modules

__all__ = ["ACTIONS", "MENUS", "Action"]

MENUS: dict[str, tuple[Action, ...]] = {
    module.TITLE: module.ACTIONS for _, module in sorted(modules(__name__), key=lambda found: found[1].ORDER)
}
ACTIONS: tuple[Action, ...] = tuple(action for entries in MENUS.values() for action in entries)
