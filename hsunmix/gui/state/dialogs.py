"""What the analyst is asked, as plain data: the window answers by dialogs, a test by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

__all__ = ["Dialogs", "Prompt"]

A = TypeVar("A")


@dataclass(frozen=True)
class Prompt(Generic[A]):
    """Base of all that is asked. A subject has its own in ``prompts.py``."""

    def show(self, window: QWidget | None) -> A:
        """Ask by a dialog over a window, and return the answer."""
        raise NotImplementedError


class Dialogs(Protocol):
    """Who answers."""

    def ask(self, prompt: Prompt[A]) -> A:
        """Return the answer to a prompt."""
