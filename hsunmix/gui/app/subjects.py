"""What the subjects have in their folders, found by the names of files.

A subject is a package beside this one. In it, and in a package of the same name of ``HSUNMIX_PLUGINS``,

``panel.py``, ``<name>_panel.py``
    is a part of the window: ``TITLE``, ``AREA``, ``ORDER``, ``View`` (see ``hsunmix.gui.widgets.panel``).
``controller.py``, ``<name>_controller.py``
    has a class ``Controller``: its constructor gets the store and says which commands it carries
    out, ``changed(old, new)`` hears of every new document.
``menu.py``, ``<name>_menu.py``
    is a menu as data: ``TITLE``, ``ORDER`` (its place in the bar) and ``ACTIONS``. An entry says what it
    is called, its shortcut, its command, and when it can be chosen.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Protocol

from hsunmix.gui.state.action import Action
from hsunmix.gui.state.store import Store
from hsunmix.registry import modules, names
from hsunmix.session.document import Document

__all__ = ["ACTIONS", "MENUS", "Controlling", "install", "panels"]

_ROOT = "hsunmix.gui"
_SHARED = ("state", "widgets")  # packages that are no subjects


class Controlling(Protocol):
    """What a controller is to the window."""

    def changed(self, old: Document, new: Document) -> None:
        """A new document is shown."""


def panels() -> Iterator[tuple[str, ModuleType]]:
    """Yield every panel's file by the panel's name: ``runs`` for ``runs_panel.py``."""
    return _parts("panel")


def install(store: Store) -> list[Controlling]:
    """Make every controller for a store."""
    found: list[Controlling] = [module.Controller(store) for _, module in _parts("controller")]
    for controller in found:
        store.history.subscribe(controller.changed)
    return found


def _parts(kind: str) -> Iterator[tuple[str, ModuleType]]:
    """Yield the files of a kind: ``run`` for ``run/panel.py``, ``how_many`` for ``run/how_many_panel.py``."""
    for subject in _subjects():
        for name, module in modules(f"{_ROOT}.{subject}", ending=kind):
            yield name[: -len(kind)].rstrip("_") or subject, module


def _subjects() -> list[str]:
    found = (name for name in names(_ROOT) if name not in _SHARED)
    return [name for name in found if hasattr(import_module(f"{_ROOT}.{name}"), "__path__")]


MENUS: dict[str, tuple[Action, ...]] = {
    module.TITLE: module.ACTIONS for _, module in sorted(_parts("menu"), key=lambda found: found[1].ORDER)
}
ACTIONS: tuple[Action, ...] = tuple(action for entries in MENUS.values() for action in entries)
