"""Going back to results, deleting them, comparing two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui import commands as i
from hsunmix.gui.run import runs_controller as module
from hsunmix.gui.run.menu import to_leave
from hsunmix.gui.state.workbench import Workbench
from hsunmix.model.cube import Cube
from hsunmix.session.document import Document, RunSettings
from hsunmix.session.runs import with_run
from tests.conftest import make_cube
from tests.gui.conftest import unmixing_of

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def two(cube: Cube) -> Document:
    one = with_run(Document(cube=cube), unmixing_of(cube, seed=1))
    return with_run(one, unmixing_of(cube, seed=2))


@pytest.fixture
def loaded(bench: Workbench, two: Document, wait: Wait) -> Workbench:
    bench.history.reset(two)
    wait(lambda: not bench.live.tasks)
    return bench


def compared(bench: Workbench, wait: Wait, first: int | None, second: int | None) -> None:
    before = bench.live.comparing
    bench.send(i.CompareRuns(first, second))
    wait(lambda: bench.live.comparing is not before)


def test_every_run_of_the_window_is_kept(bench: Workbench, wait: Wait):
    bench.history.reset(Document(cube=make_cube(30, 20, noise=0.002)))
    for rank in (3, 2):
        bench.send(i.SetRun(RunSettings("spa", rank)))
        before = bench.document.unmixing
        bench.send(i.Unmix())
        wait(lambda b=before: bench.document.unmixing is not b)
    assert [(r.number, r.settings.rank) for r in bench.document.runs] == [(1, 3), (2, 2)]
    bench.send(i.Undo())
    assert [r.number for r in bench.document.runs] == [1, 2]  # its maps are gone, the entry is not
    assert bench.document.unmixing is bench.document.runs[0].unmixing
    bench.send(i.BackTo(2))
    assert bench.document.unmixing is bench.document.runs[1].unmixing


def test_going_back_is_one_step_that_can_be_undone(loaded: Workbench, two: Document):
    loaded.send(i.BackTo(1))
    document = loaded.document
    assert document.unmixing is two.runs[0].unmixing
    assert loaded.history.undo_label == "Back to run 1"
    loaded.send(i.BackTo(1))
    assert loaded.document is document  # it is there already
    loaded.send(i.Undo())
    assert loaded.document.unmixing is two.unmixing
    loaded.send(i.Redo())
    assert loaded.document.unmixing is two.runs[0].unmixing


def test_a_deletion_can_be_undone(loaded: Workbench):
    loaded.send(i.DeleteRun(1))
    assert [r.number for r in loaded.document.runs] == [2]
    loaded.send(i.Undo())
    assert [r.number for r in loaded.document.runs] == [1, 2]
    loaded.send(i.Redo())
    assert [r.number for r in loaded.document.runs] == [2]
    loaded.send(i.DeleteRun(1))
    assert "no run 1" in loaded.live.message.text


def test_a_run_whose_maps_were_dropped_gives_its_settings(bench: Workbench, two: Document, wait: Wait):
    first = replace(two.runs[0], unmixing=None, settings=RunSettings("spa", 7))
    bench.history.reset(replace(two, runs=(first, two.runs[1])))
    wait(lambda: not bench.live.tasks)
    bench.send(i.BackTo(1))
    assert bench.document.settings.rank == 7
    assert bench.document.unmixing is two.unmixing
    assert bench.live.message.actions == (("Unmix", i.Unmix()),)
    bench.send(i.CompareRuns(None, 1))
    assert "dropped" in bench.live.message.text


def test_an_edited_result_is_kept_on_request(loaded: Workbench, cube: Cube):
    loaded.send(i.KeepResult())
    assert "already" in loaded.live.message.text
    other = unmixing_of(cube, seed=9)
    loaded.history.apply("Edit", replace(loaded.document, unmixing=other, endmembers=other.as_endmembers()))
    loaded.send(i.KeepResult())
    assert [r.edited for r in loaded.document.runs] == [False, False, True]
    loaded.send(i.Undo())
    assert len(loaded.document.runs) == 2


def test_two_results_are_compared(loaded: Workbench, two: Document, wait: Wait):
    compared(loaded, wait, None, 1)
    shown = loaded.live.comparing
    assert loaded.document.view.page == "compare"
    assert (shown.first.label, shown.second.label) == ("Shown (run 2)", "Run 1")
    assert [(p.first, p.second) for p in shown.agreement.pairs] == [(0, 0), (1, 1), (2, 2)]
    expected = np.nanmean((two.runs[0].unmixing.abundances[0] - two.unmixing.abundances[0]) ** 2) ** 0.5
    assert shown.agreement.pairs[0].rmse == pytest.approx(expected, rel=1e-5)
    loaded.send(i.ShowPair(2))
    assert loaded.live.comparing.row == 2
    loaded.send(i.ShowPair(9))
    assert loaded.live.comparing.row == 2
    loaded.send(i.StopComparing())
    assert loaded.live.comparing is None
    assert loaded.document.view.page == "maps"
    assert not loaded.history.modified


def test_a_comparison_follows_the_result_shown(loaded: Workbench, two: Document, wait: Wait, cube: Cube):
    compared(loaded, wait, None, 1)
    loaded.send(i.Rename(0, "Tree"))
    assert loaded.live.comparing.first.endmembers[0].name == "Tree"
    before = loaded.live.comparing
    third = unmixing_of(cube, seed=5)
    loaded.history.apply("Unmix", with_run(loaded.document, third))
    wait(lambda: loaded.live.comparing is not before)
    assert loaded.live.comparing.first.unmixing is third
    assert loaded.live.comparing.second.unmixing is two.runs[0].unmixing


def test_a_comparison_ends_with_the_scene(loaded: Workbench, wait: Wait):
    compared(loaded, wait, 1, 2)
    loaded.history.reset(Document(cube=make_cube(7, 8)))
    assert loaded.live.comparing is None


def test_escape_ends_a_comparison_after_what_lies_over_it(loaded: Workbench, wait: Wait):
    compared(loaded, wait, None, 1)
    loaded.send(i.Flicker(True))
    loaded.say("something")
    assert to_leave(loaded)
    loaded.send(i.Escape())
    assert loaded.live.message is None
    assert loaded.live.comparing is not None
    assert to_leave(loaded)
    loaded.send(i.Escape())
    assert loaded.live.comparing is None
    assert loaded.document.view.page != "compare"
    assert not to_leave(loaded)


def test_a_result_is_not_compared_with_itself(loaded: Workbench):
    loaded.send(i.CompareRuns(None, 2))
    assert "one and the same" in loaded.live.message.text
    assert not loaded.lanes["compare"].busy


def test_a_late_comparison_of_the_scene_before_is_dropped(loaded: Workbench, wait: Wait):
    loaded.send(i.CompareRuns(None, 1))
    loaded.history.reset(Document(cube=make_cube(7, 8)))
    wait(lambda: not loaded.lanes["compare"].busy)
    assert loaded.live.comparing is None


def test_flicker_shows_the_two_in_turn(loaded: Workbench, wait: Wait, monkeypatch: pytest.MonkeyPatch):
    compared(loaded, wait, None, 1)
    loaded.send(i.Flicker(True))
    assert loaded._handlers[i.BackTo].__self__._timer.interval() == module.BLINK
    loaded._handlers[i.BackTo].__self__._timer.setInterval(10)
    wait(lambda: loaded.live.comparing.turn == 1)
    wait(lambda: loaded.live.comparing.turn == 0)
    loaded.send(i.Flicker(False))
    assert not loaded._handlers[i.BackTo].__self__._timer.isActive()
    loaded.send(i.Flicker(True))
    loaded.send(i.StopComparing())
    assert not loaded._handlers[i.BackTo].__self__._timer.isActive()
