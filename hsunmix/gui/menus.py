"""The menu bar, made of ``actions``; a shortcut works wherever the focus is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from hsunmix.gui.actions import ACTIONS, MENUS, Action
from hsunmix.gui.icons import icon
from hsunmix.gui.intents import ClearRecent, Open
from hsunmix.gui.panel import named
from hsunmix.gui.theme import Theme
from hsunmix.gui.workbench import Workbench

__all__ = ["Menus"]


class Menus:
    """Fills a window's menu bar and keeps it true.

    Parameters
    ----------
    window : QMainWindow
    bench : Workbench
    """

    def __init__(self, window: QMainWindow, bench: Workbench) -> None:
        self._bench = bench
        bar = named(window.menuBar(), "menuBar", "Menus")
        plain = {title: title.replace("&", "") for title in MENUS}
        self._menus = {t: named(bar.addMenu(t), f"menu{plain[t]}", plain[t]) for t in MENUS}
        for menu in self._menus.values():
            menu.setToolTipsVisible(True)
        self.actions: dict[str, QAction] = {}
        for title, entries in MENUS.items():
            for action in entries:
                self._add(window, title, action)
        self._recent = named(QMenu("Open &recent", window), "menuRecent", "Open recent")
        self._recent.setToolTipsVisible(True)
        self._menus["&File"].insertMenu(self.actions["sample"], self._recent)
        self._recent.aboutToShow.connect(self._fill_recent)

    def refresh(self) -> None:
        """Grey out what can't be chosen; say what undo would take back."""
        bench = self._bench
        for action in ACTIONS:
            made = self.actions[action.id]
            made.setEnabled(action.when(bench))
            if action.checked is not None:
                made.setChecked(action.checked(bench))
        for name, label in (("undo", bench.history.undo_label), ("redo", bench.history.redo_label)):
            word = name.capitalize()
            self.actions[name].setText(f"&{word} {label.replace('&', '&&')}".rstrip())
        self._recent.setEnabled(bool(bench.settings.preferences.recent))

    def dress(self, theme: Theme) -> None:
        """Draw the icons in the theme's ink."""
        for action in ACTIONS:
            if action.icon:
                self.actions[action.id].setIcon(icon(action.icon, theme.muted))

    def _add(self, window: QMainWindow, title: str, action: Action) -> None:
        menu = self._menus[title]
        if action.line:
            menu.addSeparator()
        made = QAction(action.text, window)
        made.setObjectName(f"action_{action.id}")
        tip = f"{action.tip} ({action.shortcut})" if action.shortcut else action.tip
        made.setToolTip(tip)
        made.setStatusTip(tip)
        if action.shortcut:
            made.setShortcut(QKeySequence(action.shortcut))
            if action.everywhere:
                made.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
        if action.checked is not None:
            made.setCheckable(True)
        made.triggered.connect(lambda _=False: self._bench.send(action.intent(self._bench)))
        menu.addAction(made)
        self.actions[action.id] = made

    def _fill_recent(self) -> None:
        self._recent.clear()
        for text in self._bench.settings.preferences.recent:
            path = Path(text)
            entry = self._recent.addAction(path.name.replace("&", "&&"))
            entry.setToolTip(text)
            entry.triggered.connect(lambda _=False, p=path: self._bench.send(Open(p)))
        self._recent.addSeparator()
        self._recent.addAction("Forget these").triggered.connect(lambda: self._bench.send(ClearRecent()))
