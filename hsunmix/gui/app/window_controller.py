"""Another window, and the preferences of all of them."""

from __future__ import annotations

import sys

from PySide6.QtCore import QProcess

from hsunmix.errors import InputError
from hsunmix.gui import commands as cmd
from hsunmix.gui.app.prompts import PreferencesOf
from hsunmix.gui.state.store import Store
from hsunmix.session.document import Document

__all__ = ["Controller", "program"]


class Controller:
    """Opens windows, and asks what the analyst prefers."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.handle(cmd.NewWindow, self.new_window)
        store.handle(cmd.SetPreferences, self.set_preferences)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def new_window(self, _command: cmd.NewWindow) -> None:
        """Start the program once more: what happens to one window then does nothing to the other.

        Raises
        ------
        InputError
            The system does not let it.
        """
        name, *words = program()
        if not QProcess.startDetached(name, words)[0]:
            raise InputError("Another window can't be opened: the system doesn't start the program again.")
        self.store.note("Another window opens.")

    def set_preferences(self, _command: cmd.SetPreferences) -> None:
        """Ask, keep the answers, and let what is shown follow."""
        settings = self.store.settings
        chosen = self.store.ask(PreferencesOf(settings.preferences))
        if chosen is None:
            return
        before = settings.preferences
        settings.change(**chosen)
        now = settings.preferences
        self.store.send(cmd.SetTheme(now.theme))
        self.store.send(cmd.SetUnit(now.wavelength_unit))
        room = (before.memory, before.scratch) != (now.memory, now.scratch)
        later = " Memory and scratch folder hold for what is read or run from now on." if room else ""
        self.store.note(f"The preferences are kept.{later}")


def program(*words: str) -> list[str]:
    """Return what starts the program anew, with these words behind it."""
    module = [] if getattr(sys, "frozen", False) else ["-m", "hsunmix"]
    return [sys.executable, *module, *words]
