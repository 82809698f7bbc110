"""Asks the analyst, by dialogs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QWidget

from hsunmix.gui.state.dialogs import Prompt

__all__ = ["QtDialogs"]

A = TypeVar("A")


class QtDialogs:
    """Shows every prompt as a dialog over a window.

    Parameters
    ----------
    window : callable
        Returns the window that the dialogs belong to.
    """

    def __init__(self, window: Callable[[], QWidget | None]) -> None:
        self._window = window

    def ask(self, prompt: Prompt[A]) -> A:
        """Return what the analyst answers."""
        return prompt.show(self._window())
