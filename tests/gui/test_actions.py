from __future__ import annotations

from PySide6.QtGui import QKeySequence

from hsunmix.gui import intents
from hsunmix.gui.actions import ACTIONS, MENUS
from hsunmix.gui.main_window import MainWindow
from hsunmix.gui.workbench import Workbench


def test_names_and_shortcuts_are_unique():
    names = [a.id for a in ACTIONS]
    assert len(set(names)) == len(names)
    shortcuts = [QKeySequence(a.shortcut).toString() for a in ACTIONS if a.shortcut]
    assert all(shortcuts)
    assert len(set(shortcuts)) == len(shortcuts)
    assert sum(map(len, MENUS.values())) == len(ACTIONS)


def test_every_intent_is_carried_out_by_someone(window: MainWindow):
    handled = set(window.bench._handlers)
    panels = {intents.Zoom, intents.EditName, intents.EditColour, intents.PutDown}
    kinds = set(intents.Intent.__subclasses__())
    assert kinds - handled - panels == set()


def test_an_empty_window_offers_only_what_it_can(window: MainWindow):
    window._refresh()
    on = {name for name, action in window.menus.actions.items() if action.isEnabled()}
    assert on == {
        "open", "sample", "quit", "themeSystem", "themeLight", "themeDark", "about", "licences",
        "resetLayout", "manual", "tour", "keys",
    }  # fmt: skip


def test_with_a_result_everything_is_offered(window: MainWindow, document: object, wait: object):
    bench: Workbench = window.bench
    bench.history.reset(document)
    wait(lambda: not bench.live.tasks)
    bench.history.apply("Pin", document.__class__(**{**document.__dict__, "pins": ()}))
    bench.history.undo()
    bench.send(intents.Hover(1, 1))
    off = {name for name, action in window.menus.actions.items() if not action.isEnabled()}
    need_a_mask = {"saveMask", "invertMask", "clearMask"}
    need_a_region = {"maskRegion", "maskRegionOut", "regionMean", "regionDelete", "regionsExport"}
    need_a_layer = {"pageLayer"}
    need_another_run = {"pageCompare", "compare", "flicker"}
    need_a_hint = {"addSuggested", "hideMatch", "closeLibraries"}
    need_choices = {"layout"}
    need_more = need_a_mask | need_a_region | need_a_layer | need_another_run | need_a_hint | need_choices
    assert off - need_more == {"undo", "clearPins", "cancel"}
    assert need_more - {"addSuggested"} <= off  # the residual may suggest one by now
    assert window.menus.actions["redo"].text() == "&Redo Pin"


def test_tips_name_their_shortcut(window: MainWindow):
    for action in ACTIONS:
        tip = window.menus.actions[action.id].toolTip()
        assert not action.shortcut or tip.endswith(f"({action.shortcut})")
