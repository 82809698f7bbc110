"""The menu Library."""

# ruff: noqa: E501 - one entry a line reads best

from __future__ import annotations

from hsunmix.gui import commands as i
from hsunmix.gui.state.action import Action, has_members, idle, opened
from hsunmix.gui.state.workbench import Workbench

TITLE = "&Library"
ORDER = 60


def _own_libraries(bench: Workbench) -> bool:
    return bool(bench.settings.preferences.libraries)


def _compared(bench: Workbench) -> bool:
    return bench.live.compared is not None


ACTIONS = (
    Action("matches", "&What is this endmember?…", "Spectra of the library that are like the selected endmember", lambda _: i.ShowMatches(), "Ctrl+M", has_members),
    Action("hideMatch", "&Hide the library's spectrum", "Take the library's spectrum out of the spectra plot", lambda _: i.Compare(), "Ctrl+Shift+M", _compared),
    Action("addFromLibrary", "&Add from the library…", "Make spectra of the library endmembers and solve again", lambda _: i.AddFromLibrary(), "Ctrl+L", idle, "plus", line=True),
    Action("openLibrary", "&Open a library…", "Look endmembers up in another spectral library as well", lambda _: i.OpenLibrary(), "Ctrl+Shift+L", opened, "open"),
    Action("closeLibraries", "Use only the &built-in library", "Look endmembers up only in the library that comes with the program", lambda _: i.CloseLibraries(), when=_own_libraries),
)  # fmt: skip
