"""Going back to results, deleting them, comparing two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.run import runs_controller as module
from hsunmix.gui.run.menu import to_leave
from hsunmix.gui.run.state import RunState
from hsunmix.gui.state.store import Store
from hsunmix.model.cube import Cube
from hsunmix.session.document import Document, RunSettings
from hsunmix.session.runs import record_run
from tests.conftest import make_cube
from tests.gui.conftest import unmixing_of

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def two(cube: Cube) -> Document:
    one = record_run(Document(cube=cube), unmixing_of(cube, seed=1))
    return record_run(one, unmixing_of(cube, seed=2))


@pytest.fixture
def loaded(store: Store, two: Document, wait: Wait) -> Store:
    store.history.reset(two)
    wait(lambda: not store.state.tasks)
    return store


def compared(store: Store, wait: Wait, first: int | None, second: int | None) -> None:
    before = store.state[RunState].comparing
    store.send(cmd.CompareRuns(first, second))
    wait(lambda: store.state[RunState].comparing is not before)


def test_every_run_of_the_window_is_kept(store: Store, wait: Wait):
    store.history.reset(Document(cube=make_cube(30, 20, noise=0.002)))
    for rank in (3, 2):
        store.send(cmd.SetRun(RunSettings("spa", rank)))
        before = store.document.unmixing
        store.send(cmd.Unmix())
        wait(lambda b=before: store.document.unmixing is not b)
    assert [(r.number, r.settings.rank) for r in store.document.runs] == [(1, 3), (2, 2)]
    store.send(cmd.Undo())
    assert [r.number for r in store.document.runs] == [1, 2]  # its maps are gone, the entry is not
    assert store.document.unmixing is store.document.runs[0].unmixing
    store.send(cmd.RestoreRun(2))
    assert store.document.unmixing is store.document.runs[1].unmixing


def test_going_back_is_one_step_that_can_be_undone(loaded: Store, two: Document):
    loaded.send(cmd.RestoreRun(1))
    document = loaded.document
    assert document.unmixing is two.runs[0].unmixing
    assert loaded.history.undo_label == "Back to run 1"
    loaded.send(cmd.RestoreRun(1))
    assert loaded.document is document  # it is there already
    loaded.send(cmd.Undo())
    assert loaded.document.unmixing is two.unmixing
    loaded.send(cmd.Redo())
    assert loaded.document.unmixing is two.runs[0].unmixing


def test_a_deletion_can_be_undone(loaded: Store):
    loaded.send(cmd.DeleteRun(1))
    assert [r.number for r in loaded.document.runs] == [2]
    loaded.send(cmd.Undo())
    assert [r.number for r in loaded.document.runs] == [1, 2]
    loaded.send(cmd.Redo())
    assert [r.number for r in loaded.document.runs] == [2]
    loaded.send(cmd.DeleteRun(1))
    assert "no run 1" in loaded.state.message.text


def test_a_run_whose_maps_were_dropped_gives_its_settings(store: Store, two: Document, wait: Wait):
    first = replace(two.runs[0], unmixing=None, settings=RunSettings("spa", 7))
    store.history.reset(replace(two, runs=(first, two.runs[1])))
    wait(lambda: not store.state.tasks)
    store.send(cmd.RestoreRun(1))
    assert store.document.settings.rank == 7
    assert store.document.unmixing is two.unmixing
    assert store.state.message.actions == (("Unmix", cmd.Unmix()),)
    store.send(cmd.CompareRuns(None, 1))
    assert "dropped" in store.state.message.text


def test_an_edited_result_is_kept_on_request(loaded: Store, cube: Cube):
    loaded.send(cmd.KeepResult())
    assert "already" in loaded.state.message.text
    other = unmixing_of(cube, seed=9)
    loaded.history.apply("Edit", replace(loaded.document, unmixing=other, endmembers=other.as_endmembers()))
    loaded.send(cmd.KeepResult())
    assert [r.edited for r in loaded.document.runs] == [False, False, True]
    loaded.send(cmd.Undo())
    assert len(loaded.document.runs) == 2


def test_two_results_are_compared(loaded: Store, two: Document, wait: Wait):
    compared(loaded, wait, None, 1)
    shown = loaded.state[RunState].comparing
    assert loaded.document.view.page == "compare"
    assert (shown.first.label, shown.second.label) == ("Shown (run 2)", "Run 1")
    assert [(p.first, p.second) for p in shown.stability.pairs] == [(0, 0), (1, 1), (2, 2)]
    expected = np.nanmean((two.runs[0].unmixing.abundances[0] - two.unmixing.abundances[0]) ** 2) ** 0.5
    assert shown.stability.pairs[0].rmse == pytest.approx(expected, rel=1e-5)
    loaded.send(cmd.ShowPair(2))
    assert loaded.state[RunState].comparing.row == 2
    loaded.send(cmd.ShowPair(9))
    assert loaded.state[RunState].comparing.row == 2
    loaded.send(cmd.StopComparing())
    assert loaded.state[RunState].comparing is None
    assert loaded.document.view.page == "maps"
    assert not loaded.history.modified


def test_a_comparison_follows_the_result_shown(loaded: Store, two: Document, wait: Wait, cube: Cube):
    compared(loaded, wait, None, 1)
    loaded.send(cmd.Rename(0, "Tree"))
    assert loaded.state[RunState].comparing.first.endmembers[0].name == "Tree"
    before = loaded.state[RunState].comparing
    third = unmixing_of(cube, seed=5)
    loaded.history.apply("Unmix", record_run(loaded.document, third))
    wait(lambda: loaded.state[RunState].comparing is not before)
    assert loaded.state[RunState].comparing.first.unmixing is third
    assert loaded.state[RunState].comparing.second.unmixing is two.runs[0].unmixing


def test_a_comparison_ends_with_the_scene(loaded: Store, wait: Wait):
    compared(loaded, wait, 1, 2)
    loaded.history.reset(Document(cube=make_cube(7, 8)))
    assert loaded.state[RunState].comparing is None


def test_escape_ends_a_comparison_after_what_lies_over_it(loaded: Store, wait: Wait):
    compared(loaded, wait, None, 1)
    loaded.send(cmd.Flicker(True))
    loaded.say("something")
    assert to_leave(loaded)
    loaded.send(cmd.Escape())
    assert loaded.state.message is None
    assert loaded.state[RunState].comparing is not None
    assert to_leave(loaded)
    loaded.send(cmd.Escape())
    assert loaded.state[RunState].comparing is None
    assert loaded.document.view.page != "compare"
    assert not to_leave(loaded)


def test_a_result_is_not_compared_with_itself(loaded: Store):
    loaded.send(cmd.CompareRuns(None, 2))
    assert "one and the same" in loaded.state.message.text
    assert not loaded.channels["compare"].busy


def test_a_late_comparison_of_the_scene_before_is_dropped(loaded: Store, wait: Wait):
    loaded.send(cmd.CompareRuns(None, 1))
    loaded.history.reset(Document(cube=make_cube(7, 8)))
    wait(lambda: not loaded.channels["compare"].busy)
    assert loaded.state[RunState].comparing is None


def test_flicker_shows_the_two_in_turn(loaded: Store, wait: Wait, monkeypatch: pytest.MonkeyPatch):
    compared(loaded, wait, None, 1)
    loaded.send(cmd.Flicker(True))
    assert loaded._handlers[cmd.RestoreRun].__self__._timer.interval() == module.BLINK
    loaded._handlers[cmd.RestoreRun].__self__._timer.setInterval(10)
    wait(lambda: loaded.state[RunState].comparing.turn == 1)
    wait(lambda: loaded.state[RunState].comparing.turn == 0)
    loaded.send(cmd.Flicker(False))
    assert not loaded._handlers[cmd.RestoreRun].__self__._timer.isActive()
    loaded.send(cmd.Flicker(True))
    loaded.send(cmd.StopComparing())
    assert not loaded._handlers[cmd.RestoreRun].__self__._timer.isActive()
