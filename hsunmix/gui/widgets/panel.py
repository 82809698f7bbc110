"""What every part of the window is: it emits commands and redraws what differs."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.accessibility import Role
from hsunmix.gui.widgets.theme import Theme
from hsunmix.session.document import Document

__all__ = ["AREAS", "Panel", "heading", "named", "shortened"]

AREAS = ("message", "centre", "right", "bottom", "status", "tool", "float")

W = TypeVar("W", bound=QWidget)


class Panel(QFrame):
    """Base of all panels.

    A panel is a file ``panel.py`` or ``<name>_panel.py`` of a subject with ``TITLE`` (its accessible
    name), ``AREA`` (one of ``AREAS``), ``ORDER`` (its place there) and a class ``View`` derived from this
    one. The window finds it by scanning the folders. Panels never call each other. One of the area
    ``tool`` has a window of its own, of the size ``SIZE`` at first, and is made when ``ShowTool`` asks
    for it; one of the area ``float`` lies over the others and puts itself where it belongs.

    Signals
    -------
    command : Command
        What the analyst asks for.
    room_wanted : int
        The height that shows all of it, in an area where panels lie one above the other.
    """

    accessible_role = Role.Grouping
    command = Signal(object)
    room_wanted = Signal(int)

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        named(self, name, title)

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]
        """Redraw what differs between two documents."""

    def follow(self, old: ViewState, new: ViewState) -> None:
        """Redraw what differs between two states of the cursor, the work and the messages."""

    def dress(self, theme: Theme) -> None:
        """Take on the colours of a theme, where palette and style sheet don't reach."""

    def carry_out(self, command: object) -> None:
        """Carry out a command that is about the window only, such as zooming."""


def named(widget: W, name: str, accessible: str) -> W:
    """Give a widget the name that tests use and the one that screen readers speak."""
    widget.setObjectName(name)
    widget.setAccessibleName(accessible)
    return widget


def heading(text: str, name: str) -> QLabel:
    """Return the heading of a panel or a group."""
    label = named(QLabel(text), name, text)
    label.setProperty("role", "heading")
    return label


def shortened(text: str, most: int) -> str:
    """Shorten a text in its middle: the ends of names tell the files of a campaign apart."""
    return text if len(text) <= most else f"{text[: most // 2]}…{text[-most // 2 + 1 :]}"
