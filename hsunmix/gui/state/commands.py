"""What every command is, and those about the window and its work, which any part may send."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "CancelWork",
    "CloseMessage",
    "Escape",
    "Intent",
    "Quit",
    "ResetLayout",
    "SetTheme",
    "ShowTool",
    "Tell",
]


@dataclass(frozen=True)
class Intent:
    """Base of all intents."""


@dataclass(frozen=True)
class Quit(Intent):
    """Close the window."""


@dataclass(frozen=True)
class SetTheme(Intent):
    """Choose ``system``, ``light`` or ``dark``."""

    choice: str


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


@dataclass(frozen=True)
class CancelWork(Intent):
    """Cancel what runs."""


@dataclass(frozen=True)
class Escape(Intent):
    """Leave what is innermost: the tool in hand, the mask that is planned, the work, the message."""


@dataclass(frozen=True)
class Tell(Intent):
    """Tell for a moment why something that was asked for changes nothing."""

    text: str = ""


@dataclass(frozen=True)
class CloseMessage(Intent):
    """Close the message bar."""
