"""The menu bar, made of the subjects' menus; a shortcut works wherever the focus is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from hsunmix.gui.app.subjects import menus
from hsunmix.gui.app.welcome import recent_label
from hsunmix.gui.commands import ClearRecent, Open
from hsunmix.gui.state.action import Action
from hsunmix.gui.state.store import Store
from hsunmix.gui.widgets.icons import icon
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.theme import Theme
from hsunmix.gui.widgets.tooltips import wrapped

__all__ = ["Menus", "with_mnemonics"]


class Menus:
    """Fills a window's menu bar and keeps it true.

    Parameters
    ----------
    window : QMainWindow
    store : Store
    """

    def __init__(self, window: QMainWindow, store: Store) -> None:
        self._store = store
        bar = named(window.menuBar(), "menuBar", "Menus")
        entries_of = menus()
        self._entries = [action for entries in entries_of.values() for action in entries]
        plain = {title: title.replace("&", "") for title in entries_of}
        self._menus = {t: named(bar.addMenu(t), f"menu{plain[t]}", plain[t]) for t in entries_of}
        for menu in self._menus.values():
            menu.setToolTipsVisible(True)
        self.actions: dict[str, QAction] = {}
        self._texts: dict[str, str] = {}
        self._shown: dict[str, tuple[bool, bool]] = {}  # whether each can be chosen, and is ticked
        for title, entries in entries_of.items():
            taken = ["Open &recent"] if title == "&File" else []
            texts = with_mnemonics([*taken, *(action.text for action in entries)])
            self._texts |= zip((action.id for action in entries), texts[len(taken) :], strict=True)
            for action in entries:
                self._add(window, title, action)
        self._recent = named(QMenu("Open &recent", window), "menuRecent", "Open recent")
        self._recent.setToolTipsVisible(True)
        self._menus["&File"].insertMenu(self.actions["sample"], self._recent)
        self._recent.aboutToShow.connect(self._fill_recent)

    def refresh(self) -> None:
        """Grey out what can't be chosen; say what undo would take back."""
        store = self._store
        for action in self._entries:
            state = action.when(store), action.checked is not None and action.checked(store)
            if self._shown.get(action.id) != state:  # asked at every move of the mouse
                self._shown[action.id] = state
                made = self.actions[action.id]
                made.setEnabled(state[0])
                made.setChecked(state[1])
        for name, label in (("undo", store.history.undo_label), ("redo", store.history.redo_label)):
            word = name.capitalize()
            self.actions[name].setText(f"&{word} {label.replace('&', '&&')}".rstrip())
        self._recent.setEnabled(bool(store.settings.preferences.recent))

    def dress(self, theme: Theme) -> None:
        """Draw the icons in the theme's ink."""
        for action in self._entries:
            if action.icon:
                self.actions[action.id].setIcon(icon(action.icon, theme.muted))

    def _add(self, window: QMainWindow, title: str, action: Action) -> None:
        menu = self._menus[title]
        if action.line:
            menu.addSeparator()
        made = QAction(self._texts[action.id], window)
        made.setObjectName(f"action_{action.id}")
        tip = f"{action.tip} ({action.shortcut})" if action.shortcut else action.tip
        made.setToolTip(wrapped(tip))
        made.setStatusTip(tip)
        if action.shortcut:
            made.setShortcuts([QKeySequence(keys) for keys in (action.shortcut, action.also) if keys])
            if action.everywhere:
                made.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
        if action.checked is not None:
            made.setCheckable(True)
        made.triggered.connect(lambda _=False: self._store.send(action.command(self._store)))
        menu.addAction(made)
        self.actions[action.id] = made

    def _fill_recent(self) -> None:
        self._recent.clear()
        for text in self._store.settings.preferences.recent:
            path = Path(text)
            entry = self._recent.addAction(recent_label(path))
            entry.setToolTip(text)
            entry.triggered.connect(lambda _=False, p=path: self._store.send(Open(p)))
        self._recent.addSeparator()
        self._recent.addAction("Forget these").triggered.connect(lambda: self._store.send(ClearRecent()))


def with_mnemonics(texts: Sequence[str]) -> list[str]:
    """Return the texts of a menu, where those without a letter of their own have got one that is free."""
    result = list(texts)
    plain = [text.replace("&&", "") for text in texts]
    taken = {text[text.index("&") + 1].lower() for text in plain if "&" in text}
    left = {k for k, text in enumerate(plain) if "&" not in text}

    def free(k: int) -> list[int]:
        return [n for n, c in enumerate(texts[k]) if c.isascii() and c.isalnum() and c.lower() not in taken]

    while left:
        k = min(left, key=lambda k: (len({texts[k][n].lower() for n in free(k)}), k))  # who can choose least
        left.remove(k)
        places = free(k)
        if places:
            first = min(
                places, key=lambda n: (n > 0 and texts[k][n - 1] != " ", n)
            )  # words begin with the best
            taken.add(texts[k][first].lower())
            result[k] = f"{texts[k][:first]}&{texts[k][first:]}"
    return result
