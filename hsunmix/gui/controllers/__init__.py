"""Intents become new documents.

A controller is a file in this folder with a class ``Controller``: its constructor gets the workbench
and says which intents it carries out, ``changed(old, new)`` hears of every new document.
"""

from __future__ import annotations

from typing import Protocol

from hsunmix.gui.workbench import Workbench
from hsunmix.registry import modules
from hsunmix.session.document import Document

__all__ = ["Controlling", "install"]


class Controlling(Protocol):
    """What a controller is to the window."""

    def changed(self, old: Document, new: Document) -> None:
        """A new document is shown."""


def install(bench: Workbench) -> list[Controlling]:
    """Make every controller of this folder for a workbench."""
    found: list[Controlling] = [module.Controller(bench) for _, module in modules(__name__)]
    for controller in found:
        bench.history.subscribe(controller.changed)
    return found
