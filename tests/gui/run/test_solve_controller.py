"""The maps follow the endmembers: what is seen first, the newest only, and nothing is left half done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.gui import commands as i
from hsunmix.gui.run import solve_controller as controller
from hsunmix.gui.state.workbench import Workbench
from hsunmix.methods import pipeline
from hsunmix.session.document import Document
from hsunmix.session.members import unsolved
from tests.gui.conftest import solved_document

Wait = Callable[[Callable[[], bool]], None]
Settled = Callable[[], None]


@pytest.fixture
def small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the scene were large: every other line and sample is what can be solved at once."""
    monkeypatch.setattr(controller, "LONG", 0.0)
    monkeypatch.setattr(controller, "within", lambda *args: _within(*args, budget=20 * 4 * 13 * 11 / 3.9))


def _within(*args: object, budget: float) -> object:
    from hsunmix.methods.preview import within

    return within(*args, budget=budget)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Solving the whole scene waits until this is set."""
    event, solve = threading.Event(), pipeline.solve

    def waiting(*args: object) -> object:
        while not event.wait(0.005):
            yield None
        return (yield from solve(*args))

    monkeypatch.setattr(controller, "pipeline", SimpleNamespace(solve=waiting))
    return event


def documents(bench: Workbench) -> list[Document]:
    seen: list[Document] = []
    bench.history.subscribe(lambda _, new: seen.append(new))
    return seen


@pytest.mark.usefixtures("small_budget")
def test_what_is_seen_comes_before_the_whole(
    solved_bench: Workbench, held: threading.Event, wait: Wait, settled: Settled
):
    bench = solved_bench
    bench.send(i.LookAt((4, 9, 2, 8)))
    seen = documents(bench)
    bench.send(i.Delete(1))
    wait(lambda: len(seen) == 2)
    carried, part = (d.unmixing for d in seen)
    assert carried.provisional
    assert part.provisional
    assert bench.live.tasks["solve"].title == "Solving for abundances"
    held.set()
    settled()
    whole = bench.document.unmixing
    np.testing.assert_array_equal(part.abundances[:, 4:9, 2:8], whole.abundances[:, 4:9, 2:8])
    np.testing.assert_array_equal(part.rmse[4:9, 2:8], whole.rmse[4:9, 2:8])
    np.testing.assert_array_equal(part.abundances[:, :4], carried.abundances[:, :4])
    assert not np.array_equal(whole.abundances[:, 4:9, 2:8], carried.abundances[:, 4:9, 2:8])
    assert bench.history.undo_label == "Delete M1"
    bench.send(i.Undo())
    assert bench.history.undo_label == ""
    assert len(bench.document.endmembers) == 5


@pytest.mark.usefixtures("small_budget")
def test_all_of_a_scene_that_is_seen_is_thinned(solved_bench: Workbench, held: threading.Event, wait: Wait):
    bench = solved_bench
    seen = documents(bench)
    bench.send(i.Delete(1))
    wait(lambda: len(seen) == 2)
    part = seen[1].unmixing.abundances
    np.testing.assert_array_equal(part[:, 4, 6], part[:, 5, 7])  # blocks of two by two
    held.set()


def test_the_newest_edit_counts(solved_bench: Workbench, held: threading.Event, wait: Wait, settled: Settled):
    bench = solved_bench
    bench.send(i.Delete(4))
    bench.send(i.Delete(0))
    wait(lambda: bench.lanes["glance"].busy)
    seen = documents(bench)
    held.set()
    settled()
    assert [e.name for e in bench.document.endmembers] == ["M1", "M2", "M3"]
    assert bench.document.unmixing.rank == 3
    assert all(d.unmixing.rank == 3 for d in seen)  # the first edit's result came to nothing
    bench.send(i.Undo())
    assert unsolved(bench.document)  # it never was: now it is solved
    settled()
    assert [e.name for e in bench.document.endmembers] == ["M0", "M1", "M2", "M3"]
    assert bench.document.unmixing.rank == 4


def test_undo_in_mid_solve_drops_it(solved_bench: Workbench, held: threading.Event, wait: Wait):
    bench, before = solved_bench, solved_bench.document
    bench.send(i.Delete(1))
    bench.send(i.Undo())
    held.set()
    wait(lambda: not bench.lanes["glance"].busy)
    assert bench.document.unmixing is before.unmixing
    assert bench.document.endmembers is before.endmembers


def test_a_new_name_in_mid_solve_is_kept(solved_bench: Workbench, held: threading.Event, settled: Settled):
    bench = solved_bench
    bench.send(i.Delete(1))
    bench.send(i.Rename(0, "Quick hand"))
    held.set()
    settled()
    assert [e.name for e in bench.document.endmembers] == ["Quick hand", "M2", "M3", "M4"]
    assert not bench.document.unmixing.provisional
    bench.send(i.Undo())
    assert bench.document.endmembers[0].name == "M0"
    settled()


def test_another_cube_in_mid_solve_drops_it(solved_bench: Workbench, held: threading.Event, wait: Wait):
    bench, other = solved_bench, solved_document(2)
    bench.send(i.Delete(1))
    bench.history.reset(other)
    held.set()
    wait(lambda: not bench.lanes["glance"].busy and not bench.live.tasks)
    assert bench.document.unmixing is other.unmixing


def test_what_can_not_be_solved_is_taken_back(
    solved_bench: Workbench, wait: Wait, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object) -> object:
        yield None
        raise InputError("the solver gave up")

    monkeypatch.setattr(controller, "pipeline", SimpleNamespace(solve=broken))
    bench, before = solved_bench, solved_bench.document
    bench.send(i.Delete(1))
    wait(lambda: bench.live.message is not None)
    assert bench.live.message.text == "the solver gave up"
    assert bench.document.unmixing is before.unmixing
    assert len(bench.document.endmembers) == 5


@pytest.mark.usefixtures("small_budget", "held")
def test_cancel_takes_the_edit_back(solved_bench: Workbench, wait: Wait):
    bench, before = solved_bench, solved_bench.document
    bench.send(i.Delete(1))
    wait(lambda: "solve" in bench.live.tasks)
    bench.send(i.CancelWork())
    wait(lambda: not bench.live.tasks)
    assert bench.document.unmixing is before.unmixing


def test_another_constraint_is_solved_and_undone(solved_bench: Workbench, settled: Settled):
    bench, before = solved_bench, solved_bench.document
    bench.send(i.SetRun(replace(before.settings, abundance="fcls")))
    assert unsolved(bench.document)
    settled()
    result = bench.document.unmixing
    assert (result.abundance, result.method) == ("fcls", "fcls")
    np.testing.assert_allclose(result.abundances.sum(axis=0), 1, atol=1e-5)
    assert bench.history.undo_label == "Solve by fcls"
    bench.send(i.Delete(0))
    assert bench.document.unmixing.abundance == "fcls"
    settled()
    bench.send(i.Undo())
    bench.send(i.Undo())
    assert bench.document.unmixing is before.unmixing
    assert bench.document.settings.abundance == "fcls"  # what the panel says is no change of the result


def test_a_session_opened_in_mid_edit_is_solved(bench: Workbench, settled: Settled):
    document = solved_document(3)
    half = replace(document.unmixing, provisional=True, abundances=np.zeros((3, 13, 11), np.float32))
    bench.history.reset(replace(document, unmixing=half))
    settled()
    np.testing.assert_array_equal(bench.document.unmixing.abundances, document.unmixing.abundances)
    assert not bench.history.modified
