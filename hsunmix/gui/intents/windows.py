"""Intents about windows beside the main one, and about the layout."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.gui.intents.base import Intent

__all__ = ["ResetLayout", "ShowTool"]


@dataclass(frozen=True)
class ShowTool(Intent):
    """Open a panel that has a window of its own.

    Attributes
    ----------
    name : str
        The panel's file.
    at : str
        A place in it; what that means is the panel's own.
    """

    name: str
    at: str = ""


@dataclass(frozen=True)
class ResetLayout(Intent):
    """Give all parts of the window their first sizes again."""
