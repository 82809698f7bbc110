"""What screen readers are told: the role of what paints itself, what it shows, and what happens.

A widget says its role by a class attribute ``accessible_role``; its name comes from ``named`` and what it
shows from ``setAccessibleDescription``.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QAccessibleWidget, QSplitterHandle, QWidget

__all__ = ["Role", "announce", "install"]

Role = QAccessible.Role


def install() -> None:
    """Let widgets tell their roles; once for the application."""
    QAccessible.installFactory(_interface)


def announce(widget: QWidget, text: str) -> None:
    """Let a screen reader say something now, if there is one."""
    if text and QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))


def _interface(_class_name: str, thing: QObject) -> QAccessibleWidget | None:
    role = getattr(type(thing), "accessible_role", None)
    if role is None and isinstance(thing, QSplitterHandle):
        role = Role.Splitter  # Qt says nothing of it
    return QAccessibleWidget(thing, role) if role is not None and isinstance(thing, QWidget) else None
