"""The menu Edit."""

# ruff: noqa: E501 - one entry a line reads best

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.endmembers.state import EndmembersState
from hsunmix.gui.state.action import Action, has_members, idle, on_pixel
from hsunmix.gui.state.store import Store
from hsunmix.model.spectra import Endmember

MENU = "&Edit"
ORDER = 20


def _pin_cursor(store: Store) -> cmd.Command:
    seen = store.state.cursor
    return cmd.Pin(seen.line, seen.sample) if seen else cmd.ClearPins()


def _add_cursor(store: Store) -> cmd.Command:
    seen = store.state.cursor
    return cmd.AddPixel(seen.line, seen.sample) if seen else cmd.CloseMessage()


def _selected(store: Store) -> Endmember | None:
    members = store.document.endmembers
    return members[min(store.document.view.endmember, len(members) - 1)] if members else None


def _visible(store: Store) -> bool:
    member = _selected(store)
    return member is not None and member.visible


def _locked(store: Store) -> bool:
    member = _selected(store)
    return member is not None and member.locked


def _moved(store: Store, by: int) -> cmd.Command:
    index = store.document.view.endmember
    return cmd.Reorder(index, index + by)


def _suggested(store: Store) -> bool:
    suggested = store.state[EndmembersState].suggested
    return suggested is not None and suggested.found is not None


ACTIONS = (
    Action("undo", "&Undo", "Take the last change back", lambda _: cmd.Undo(), "Ctrl+Z", lambda b: bool(b.history.undo_label), "undo"),
    Action("redo", "&Redo", "Do it again", lambda _: cmd.Redo(), "Ctrl+Shift+Z", lambda b: bool(b.history.redo_label), "redo"),
    Action("rename", "Re&name endmember", "Type a name for the selected endmember", lambda _: cmd.EditName(), "F2", has_members, line=True),
    Action("colour", "&Colour of the endmember", "Choose a colour for the selected endmember", lambda _: cmd.EditColour(), "Shift+F2", has_members),
    Action("hide", "&Show the endmember", "Show the selected endmember in the plots, or hide it", lambda b: cmd.Visible(b.document.view.endmember, not _visible(b)), "Ctrl+H", has_members, checked=_visible),
    Action("lock", "Loc&k the endmember", "Keep the selected endmember as it is when a factorization runs", lambda b: cmd.Lock(b.document.view.endmember, not _locked(b)), "Ctrl+Alt+L", has_members, checked=_locked),
    Action("delete", "&Delete endmember", "Delete the selected endmember and solve again", lambda b: cmd.Delete(b.document.view.endmember), "Ctrl+Del", lambda b: has_members(b) and idle(b), "trash"),
    Action("addPixel", "&Add pixel as endmember", "Make the pixel under the cursor an endmember and solve again", _add_cursor, "Ctrl+Shift+A", lambda b: on_pixel(b) and idle(b), "plus"),
    Action("addSuggested", "Add &what is missing", "Make the spectrum that the residual asks for an endmember and solve again", lambda _: cmd.AddSuggested(), "Ctrl+Shift+N", _suggested),
    Action("duplicate", "Dup&licate endmember", "Copy the selected endmember, to change one of the two", lambda b: cmd.Duplicate(b.document.view.endmember), "Ctrl+D", has_members),
    Action("merge", "&Merge with the next", "Make one endmember of the selected one and the next, and solve again", lambda b: cmd.Merge((b.document.view.endmember, b.document.view.endmember + 1)), "Ctrl+J", lambda b: b.document.view.endmember + 1 < len(b.document.endmembers)),
    Action("moveUp", "Move up in the table", "Move the selected endmember one place up", lambda b: _moved(b, -1), "Alt+Up", lambda b: has_members(b) and b.document.view.endmember > 0),
    Action("moveDown", "Move down in the table", "Move the selected endmember one place down", lambda b: _moved(b, 1), "Alt+Down", lambda b: b.document.view.endmember + 1 < len(b.document.endmembers)),
    Action("pin", "&Pin pixel", "Pin the pixel under the cursor into the spectra plot, or take it out", _pin_cursor, "Ctrl+P", on_pixel, "pin", line=True),
    Action("clearPins", "Remove all pins", "Take all pinned pixels out of the spectra plot", lambda _: cmd.ClearPins(), "Ctrl+Shift+P", lambda b: bool(b.document.pins)),
)  # fmt: skip
