"""Menus as data: what is said, the shortcut, the intent, and when it can be chosen."""

# ruff: noqa: E501 - one entry a line reads best

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hsunmix.gui import intents as i
from hsunmix.gui.workbench import Workbench

__all__ = ["ACTIONS", "MENUS", "Action"]

When = Callable[[Workbench], bool]


@dataclass(frozen=True)
class Action:
    """One entry of a menu.

    Attributes
    ----------
    id : str
        The object name.
    menu : str
        The menu's title.
    text : str
    tip : str
        For the tool tip and the status line; the shortcut is added to it.
    intent : callable
        Gets the workbench and returns the intent.
    shortcut : str
        As Qt writes them.
    when : callable
        Whether it can be chosen now.
    icon : str
    checked : callable or None
        For an entry that is ticked.
    line : bool
        Whether a line is drawn above it.
    """

    id: str
    menu: str
    text: str
    tip: str
    intent: Callable[[Workbench], i.Intent]
    shortcut: str = ""
    when: When = lambda _: True
    icon: str = ""
    checked: When | None = None
    line: bool = False


MENUS = ("&File", "&Edit", "&View", "&Unmix", "&Help")
FILE, EDIT, VIEW, UNMIX, HELP = MENUS


def _open(bench: Workbench) -> bool:
    return bench.document.cube is not None


def _result(bench: Workbench) -> bool:
    return bench.document.unmixing is not None


def _members(bench: Workbench) -> bool:
    return bool(bench.document.endmembers)


def _idle(bench: Workbench) -> bool:
    return _open(bench) and bench.live.running is None


def _pixel(bench: Workbench) -> bool:
    return _open(bench) and bench.live.cursor is not None


def _pin_cursor(bench: Workbench) -> i.Intent:
    seen = bench.live.cursor
    return i.Pin(seen.line, seen.sample) if seen else i.ClearPins()


def _add_cursor(bench: Workbench) -> i.Intent:
    seen = bench.live.cursor
    return i.AddPixel(seen.line, seen.sample) if seen else i.CloseMessage()


def _page(page: str) -> Callable[[Workbench], i.Intent]:
    return lambda _: i.ShowPage(page)


def _theme(choice: str) -> Action:
    return Action(
        f"theme{choice.capitalize()}",
        VIEW,
        {"system": "Theme of the system", "light": "Light theme", "dark": "Dark theme"}[choice],
        "Colours of the window",
        lambda _: i.SetTheme(choice),
        checked=lambda bench: bench.settings.preferences.theme == choice,
        line=choice == "system",
    )


ACTIONS: tuple[Action, ...] = (
    Action("open", FILE, "&Open…", "Open a cube or a session", lambda _: i.Open(), "Ctrl+O", icon="open"),
    Action("sample", FILE, "Open the sample cube", "A small scene with known materials", lambda _: i.OpenSample()),
    Action("save", FILE, "&Save session", "Save the work on this cube", lambda _: i.Save(), "Ctrl+S", _open, "save", line=True),
    Action("saveAs", FILE, "Save session &as…", "Save the work under another name", lambda _: i.Save(True), "Ctrl+Shift+S", _open),
    Action("export", FILE, "&Export…", "Write maps, spectra and the record of the run", lambda _: i.Export(), "Ctrl+E", _result, "export"),
    Action("quit", FILE, "&Quit", "Close the window", lambda _: i.Quit(), "Ctrl+Q", line=True),
    Action("undo", EDIT, "&Undo", "Take the last change back", lambda _: i.Undo(), "Ctrl+Z", lambda b: bool(b.history.undo_label), "undo"),
    Action("redo", EDIT, "&Redo", "Do it again", lambda _: i.Redo(), "Ctrl+Shift+Z", lambda b: bool(b.history.redo_label), "redo"),
    Action("rename", EDIT, "Re&name endmember", "Type a name for the selected endmember", lambda _: i.EditName(), "F2", _members, line=True),
    Action("delete", EDIT, "&Delete endmember", "Delete the selected endmember and solve again", lambda b: i.Delete(b.document.view.endmember), "Ctrl+Del", lambda b: _members(b) and _idle(b), "trash"),
    Action("addPixel", EDIT, "&Add pixel as endmember", "Make the pixel under the cursor an endmember and solve again", _add_cursor, "Ctrl+Shift+A", lambda b: _pixel(b) and _idle(b), "plus"),
    Action("pin", EDIT, "&Pin pixel", "Pin the pixel under the cursor into the spectra plot, or take it out", _pin_cursor, "Ctrl+P", _pixel, "pin", line=True),
    Action("clearPins", EDIT, "Remove all pins", "Take all pinned pixels out of the spectra plot", lambda _: i.ClearPins(), "Ctrl+Shift+P", lambda b: bool(b.document.pins)),
    Action("pageRgb", VIEW, "&RGB", "The colour image", _page("rgb"), "Ctrl+1", _open),
    Action("pageMap", VIEW, "Abundance &map", "The map of the selected endmember", _page("map"), "Ctrl+2", _result),
    Action("pageMaps", VIEW, "&All maps", "The maps of all endmembers", _page("maps"), "Ctrl+3", _result),
    Action("pageResidual", VIEW, "Re&sidual", "Where the endmembers fit badly", _page("residual"), "Ctrl+4", _result),
    Action("next", VIEW, "&Next endmember", "Select the next endmember", lambda _: i.ShowEndmember(step=1), "Ctrl+Down", _members, line=True),
    Action("previous", VIEW, "&Previous endmember", "Select the one before", lambda _: i.ShowEndmember(step=-1), "Ctrl+Up", _members),
    Action("zoomIn", VIEW, "Zoom &in", "Show less of the scene, larger", lambda _: i.Zoom(1.25), "Ctrl++", _open, line=True),
    Action("zoomOut", VIEW, "Zoom &out", "Show more of the scene, smaller", lambda _: i.Zoom(0.8), "Ctrl+-", _open),
    Action("zoomFit", VIEW, "&Whole scene", "Show the whole scene", lambda _: i.Zoom(), "Ctrl+0", _open, "fit"),
    _theme("system"),
    _theme("light"),
    _theme("dark"),
    Action("unmix", UNMIX, "&Unmix", "Find endmembers and abundances", lambda _: i.Unmix(), "Ctrl+R", _idle),
    Action("estimate", UNMIX, "&Estimate the number of endmembers", "By HySime", lambda _: i.EstimateRank(), "Ctrl+Shift+R", _open),
    Action("cancel", UNMIX, "&Cancel", "Cancel the work under way, or close the message", lambda _: i.CancelWork(), "Esc", lambda b: bool(b.live.tasks) or b.live.message is not None),
    Action("about", HELP, "&About hsunmix", "Versions, for bug reports", lambda _: i.About()),
)  # fmt: skip
