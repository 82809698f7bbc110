"""What the subjects have in their folders, found by the names of files.

A subject is a package beside this one, or a single file. The files of a package, in the program and in a
package of the same name of ``HSUNMIX_PLUGINS``, are named after what they have:

``panel.py``, ``<name>_panel.py``
    a part of the window: ``TITLE``, ``AREA``, ``ORDER``, ``View`` (see ``hsunmix.gui.widgets.panel``);
``controller.py``, ``<name>_controller.py``
    ``Controller``: its constructor gets the store and says which commands it carries out,
    ``changed(old, new)`` hears of every new document; and ``CHANNELS`` for the jobs that it starts;
``menu.py``, ``<name>_menu.py``
    ``ACTIONS``, the entries of the menu ``MENU``; ``ORDER`` is the place of a menu in the bar.

A subject that is a single file has any of these together. It is imported before the window shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from types import ModuleType
from typing import Protocol

from PySide6.QtGui import QKeySequence

from hsunmix.errors import InputError
from hsunmix.gui.state.action import Action
from hsunmix.gui.state.store import Store
from hsunmix.registry import modules, names
from hsunmix.session.document import Document

__all__ = ["Controlling", "install", "menus", "panels"]

_ROOT = "hsunmix.gui"
_SHARED = ("commands", "state", "widgets")  # no subjects
_HAS = {"panel": "View", "controller": "Controller", "menu": "ACTIONS"}


class Controlling(Protocol):
    """What a controller is to the window."""

    def changed(self, old: Document, new: Document) -> None:
        """A new document is shown."""


def panels() -> Iterator[tuple[str, ModuleType]]:
    """Yield every panel's file by the panel's name: ``runs`` for ``runs_panel.py``."""
    return _parts("panel")


def install(store: Store) -> list[Controlling]:
    """Open every channel, and make every controller for a store."""
    found = [module for _, module in _parts("controller")]
    for module in found:
        store.open_channels(getattr(module, "CHANNELS", {}))
    controllers: list[Controlling] = [module.Controller(store) for module in found]
    for controller in controllers:
        store.history.subscribe(controller.changed)
    return controllers


def menus() -> dict[str, tuple[Action, ...]]:
    """Return the entries of every menu, the menus in their order.

    Raises
    ------
    InputError
        Two entries have the same identifier or the same shortcut.
    """
    found: dict[str, tuple[Action, ...]] = {}
    for module in sorted((module for _, module in _parts("menu")), key=_place):
        found[module.MENU] = (*found.get(module.MENU, ()), *module.ACTIONS)
    seen: dict[str, Action] = {}
    for action in (action for entries in found.values() for action in entries):
        for key in filter(None, (action.id, QKeySequence(action.shortcut).toString())):
            if key in seen:
                raise InputError(f"The menu entries {seen[key].text!r} and {action.text!r} both have {key}.")
            seen[key] = action
    return found


def _place(module: ModuleType) -> tuple[bool, int]:
    """Files that are a menu come first: what a subject in one file has is put behind theirs."""
    return hasattr(module, "View"), module.ORDER


def _parts(kind: str) -> Iterator[tuple[str, ModuleType]]:
    """Yield the files of a kind: ``run`` for ``run/panel.py``, ``how_many`` for ``run/how_many_panel.py``."""
    packages = {name for name in names(_ROOT) if name not in _SHARED and _is_package(name)}
    for name in sorted(packages):
        for file, module in modules(f"{_ROOT}.{name}", ending=kind):
            yield file[: -len(kind)].rstrip("_") or name, module
    for name, module in modules(_ROOT, leaving=(*_SHARED, *packages)):
        if hasattr(module, _HAS[kind]):
            yield name, module


def _is_package(name: str) -> bool:
    spec = find_spec(f"{_ROOT}.{name}")
    return spec is not None and spec.submodule_search_locations is not None
