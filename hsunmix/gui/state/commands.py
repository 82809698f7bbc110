"""What every command is, and those about the window and its work, which any part may send."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "CancelWork",
    "CloseMessage",
    "Command",
    "CopyPicture",
    "CopyValues",
    "Escape",
    "NewWindow",
    "Quit",
    "ResetLayout",
    "SavePicture",
    "SetPreferences",
    "SetTheme",
    "ShowTool",
    "Tell",
]


@dataclass(frozen=True)
class Command:
    """Base of all commands."""


@dataclass(frozen=True)
class Quit(Command):
    """Close the window."""


@dataclass(frozen=True)
class NewWindow(Command):
    """Open another window, which knows nothing of this one."""


@dataclass(frozen=True)
class SetPreferences(Command):
    """Ask for the preferences, and follow them."""


@dataclass(frozen=True)
class SetTheme(Command):
    """Choose ``system``, ``light`` or ``dark``."""

    choice: str


@dataclass(frozen=True)
class ShowTool(Command):
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
class ResetLayout(Command):
    """Give all parts of the window their first sizes again."""


@dataclass(frozen=True)
class CopyPicture(Command):
    """Copy a plot or a map as a picture; an empty name means what has the focus."""

    name: str = ""


@dataclass(frozen=True)
class CopyValues(Command):
    """Copy the numbers that a plot or a map shows; an empty name means what has the focus."""

    name: str = ""


@dataclass(frozen=True)
class SavePicture(Command):
    """Save a plot or a map as PNG or SVG; an empty name means what has the focus."""

    name: str = ""


@dataclass(frozen=True)
class CancelWork(Command):
    """Cancel what runs."""


@dataclass(frozen=True)
class Escape(Command):
    """Leave what is innermost: the tool in hand, the mask that is planned, the work, the message."""


@dataclass(frozen=True)
class Tell(Command):
    """Tell for a moment why something that was asked for changes nothing."""

    text: str = ""


@dataclass(frozen=True)
class CloseMessage(Command):
    """Close the message bar."""
