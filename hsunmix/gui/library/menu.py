"""The menu Library."""

# ruff: noqa: E501 - one entry a line reads best

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.library.state import LibraryState
from hsunmix.gui.state.action import Action, has_members, idle, opened
from hsunmix.gui.state.store import Store

MENU = "&Library"
ORDER = 60


def _own_libraries(store: Store) -> bool:
    return bool(store.settings.preferences.libraries)


def _compared(store: Store) -> bool:
    return store.state[LibraryState].compared is not None


ACTIONS = (
    Action("matches", "&What is this endmember?…", "Spectra of the library that are like the selected endmember", lambda _: cmd.ShowMatches(), "Ctrl+M", has_members),
    Action("hideMatch", "&Hide the library's spectrum", "Take the library's spectrum out of the spectra plot", lambda _: cmd.Compare(), "Ctrl+Shift+M", _compared),
    Action("addFromLibrary", "&Add from the library…", "Make spectra of the library endmembers and solve again", lambda _: cmd.AddFromLibrary(), "Ctrl+L", idle, "plus", line=True),
    Action("openLibrary", "&Open a library…", "Look endmembers up in another spectral library as well", lambda _: cmd.OpenLibrary(), "Ctrl+Shift+L", opened, "open"),
    Action("closeLibraries", "Use only the &built-in library", "Look endmembers up only in the library that comes with the program", lambda _: cmd.CloseLibraries(), when=_own_libraries),
)  # fmt: skip
