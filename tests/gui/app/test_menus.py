from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtGui import QKeySequence

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.app.subjects import menus
from hsunmix.gui.state.store import Store
from hsunmix.model.band_maths import compiled, evaluate
from hsunmix.model.cube import Cube
from hsunmix.session.document import Document

MENUS = menus()
ACTIONS = [action for entries in MENUS.values() for action in entries]


def test_names_and_shortcuts_are_unique():
    names = [a.id for a in ACTIONS]
    assert len(set(names)) == len(names)
    shortcuts = [QKeySequence(a.shortcut).toString() for a in ACTIONS if a.shortcut]
    assert all(shortcuts)
    assert len(set(shortcuts)) == len(shortcuts)
    assert sum(map(len, MENUS.values())) == len(ACTIONS)


def test_every_command_is_carried_out_by_someone(window: MainWindow):
    handled = set(window.store._handlers)
    panels = {cmd.Zoom, cmd.EditName, cmd.EditColour, cmd.PutDown}
    kinds = set(cmd.Command.__subclasses__())
    assert kinds - handled - panels == set()


def test_an_empty_window_offers_only_what_it_can(window: MainWindow):
    window._refresh()
    on = {name for name, action in window.menus.actions.items() if action.isEnabled()}
    assert on == {
        "open", "sample", "quit", "themeSystem", "themeLight", "themeDark", "about", "licences",
        "resetLayout", "manual", "tour", "keys", "newWindow", "preferences",
    }  # fmt: skip


def test_with_a_result_everything_is_offered(window: MainWindow, document: object, wait: object):
    store: Store = window.store
    store.history.reset(document)
    wait(lambda: not store.state.tasks)
    store.history.apply("Pin", document.__class__(**{**document.__dict__, "pins": ()}))
    store.history.undo()
    store.send(cmd.Hover(1, 1))
    off = {name for name, action in window.menus.actions.items() if not action.isEnabled()}
    need_a_mask = {"saveMask", "invertMask", "clearMask"}
    need_a_region = {"maskRegion", "maskRegionOut", "regionMean", "regionDelete", "regionsExport"}
    need_a_layer = {"pageLayer", "pageFurther", "scores"}
    need_another_run = {"pageCompare", "compare", "flicker"}
    need_a_hint = {"addSuggested", "hideMatch", "closeLibraries"}
    need_choices = {"layout", "wavelengths"}
    need_scenes = {
        "nextScene", "previousScene", "removeScene", "commonEndmembers", "unmixAll", "exportAll",
        "pageChange",
    }  # fmt: skip
    need_more = need_a_mask | need_a_region | need_a_layer | need_another_run | need_a_hint | need_choices
    need_more |= need_scenes
    assert off - need_more == {"undo", "clearPins", "cancel", "solve", "moveUp"}
    assert need_more - {"addSuggested"} <= off  # the residual may suggest one by now
    assert window.menus.actions["redo"].text() == "&Redo Pin"


def test_tips_name_their_shortcut(window: MainWindow):
    for action in ACTIONS:
        tip = window.menus.actions[action.id].toolTip()
        assert not action.shortcut or tip.endswith(f"({action.shortcut})")


def test_what_is_offered_to_write_fits_the_scene_and_counts_as_the_labels_do(store: Store, cube: Cube):
    planned = {a.id: a.command for a in ACTIONS}
    for scene in (cube, replace(cube, wavelengths=None)):
        document = Document(cube=scene)
        store.history.reset(replace(document, view=replace(document.view, page="band", band=2)))
        assert planned["maskBand"](store) == cmd.PlanMask("band[3]")
        np.testing.assert_array_equal(evaluate(scene, "band[3]"), scene.read(0, scene.lines)[:, :, 2])
        for name in ("maskVegetation", "maskExpression"):
            assert compiled(replace(scene, bad_bands=None), planned[name](store).text)


def test_what_can_be_chosen_does_something_or_says_why_not(full: MainWindow, wait: object):
    store, actions = full.store, full.menus.actions
    store.send(cmd.ShowEndmember(0))
    assert [actions[name].isEnabled() for name in ("moveUp", "moveDown")] == [False, True]
    store.send(cmd.ShowEndmember(2))
    assert [actions[name].isEnabled() for name in ("moveUp", "moveDown")] == [True, False]
    for name, words in (("zoomFit", "whole scene"), ("resetLayout", "first sizes")):
        store.show(notice=None)
        actions[name].trigger()
        assert words in store.state.notice.text
    for name, words, times in (("zoomOut", "far", 9), ("zoomIn", "near", 20), ("bandNext", "last", 25)):
        store.show(notice=None)
        for _ in range(times):
            actions[name].trigger()
        assert words in store.state.notice.text
    store.send(cmd.Delete(0, (1,)))
    assert not actions["next"].isEnabled()
    assert not actions["previous"].isEnabled()
    actions["keepResult"].trigger()  # still being solved
    assert "still being solved" in store.state.message.text
    wait(lambda: not store.channels["preview_solve"].busy)
