"""The maps follow the endmembers: what is seen first, the newest only, and nothing is left half done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.gui import commands as cmd
from hsunmix.gui.run import solve_controller as controller
from hsunmix.gui.state.store import Store
from hsunmix.methods.running import pipeline
from hsunmix.session.document import Document
from hsunmix.session.members import unsolved
from tests.gui.conftest import solved_document
from tests.scenes import with_numbers

Wait = Callable[[Callable[[], bool]], None]
Settled = Callable[[], None]


@pytest.fixture
def small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the scene were large: every other line and sample is what can be solved at once."""
    monkeypatch.setattr(controller, "LONG", 0.0)
    monkeypatch.setattr(controller, "within", lambda *args: _within(*args, budget=20 * 4 * 13 * 11 / 3.9))


def _within(*args: object, budget: float) -> object:
    from hsunmix.methods.running.preview import within

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


def documents(store: Store) -> list[Document]:
    seen: list[Document] = []
    store.history.subscribe(lambda _, new: seen.append(new))
    return seen


@pytest.mark.usefixtures("small_budget")
def test_what_is_seen_comes_before_the_whole(
    solved_store: Store, held: threading.Event, wait: Wait, settled: Settled
):
    store = solved_store
    store.send(cmd.LookAt((4, 9, 2, 8)))
    seen = documents(store)
    store.send(cmd.Delete(1))
    wait(lambda: len(seen) == 2)
    carried, part = (d.unmixing for d in seen)
    assert carried.provisional
    assert part.provisional
    assert store.state.tasks["solve"].title == "Solving for abundances"
    held.set()
    settled()
    whole = store.document.unmixing
    np.testing.assert_array_equal(part.abundances[:, 4:9, 2:8], whole.abundances[:, 4:9, 2:8])
    np.testing.assert_array_equal(part.rmse[4:9, 2:8], whole.rmse[4:9, 2:8])
    np.testing.assert_array_equal(part.abundances[:, :4], carried.abundances[:, :4])
    assert not np.array_equal(whole.abundances[:, 4:9, 2:8], carried.abundances[:, 4:9, 2:8])
    assert store.history.undo_label == "Delete M1"
    store.send(cmd.Undo())
    assert store.history.undo_label == ""
    assert len(store.document.endmembers) == 5


@pytest.mark.usefixtures("small_budget")
def test_all_of_a_scene_that_is_seen_is_thinned(solved_store: Store, held: threading.Event, wait: Wait):
    store = solved_store
    seen = documents(store)
    store.send(cmd.Delete(1))
    wait(lambda: len(seen) == 2)
    part = seen[1].unmixing.abundances
    np.testing.assert_array_equal(part[:, 4, 6], part[:, 5, 7])  # blocks of two by two
    held.set()


def test_the_newest_edit_counts(solved_store: Store, held: threading.Event, wait: Wait, settled: Settled):
    store = solved_store
    store.send(cmd.Delete(4))
    store.send(cmd.Delete(0))
    wait(lambda: store.channels["preview_solve"].busy)
    seen = documents(store)
    held.set()
    settled()
    assert [e.name for e in store.document.endmembers] == ["M1", "M2", "M3"]
    assert store.document.unmixing.rank == 3
    assert all(d.unmixing.rank == 3 for d in seen)  # the first edit's result came to nothing
    store.send(cmd.Undo())
    assert unsolved(store.document)  # it never was: now it is solved
    settled()
    assert [e.name for e in store.document.endmembers] == ["M0", "M1", "M2", "M3"]
    assert store.document.unmixing.rank == 4


def test_undo_in_mid_solve_drops_it(solved_store: Store, held: threading.Event, wait: Wait):
    store, before = solved_store, solved_store.document
    store.send(cmd.Delete(1))
    store.send(cmd.Undo())
    held.set()
    wait(lambda: not store.channels["preview_solve"].busy)
    assert store.document.unmixing is before.unmixing
    assert store.document.endmembers is before.endmembers


def test_maps_that_came_all_the_same_are_not_told_as_missing(
    solved_store: Store, held: threading.Event, settled: Settled
):
    """Work may end in the moment in which it is cancelled."""
    store = solved_store
    store.send(cmd.Delete(1))
    store.show(stopped=True)
    held.set()
    settled()
    assert not store.document.unmixing.provisional
    assert not store.state.stopped


def test_a_new_name_in_mid_solve_is_kept(solved_store: Store, held: threading.Event, settled: Settled):
    store = solved_store
    store.send(cmd.Delete(1))
    store.send(cmd.Rename(0, "Quick hand"))
    held.set()
    settled()
    assert [e.name for e in store.document.endmembers] == ["Quick hand", "M2", "M3", "M4"]
    assert not store.document.unmixing.provisional
    store.send(cmd.Undo())
    assert store.document.endmembers[0].name == "M0"
    settled()


def test_another_cube_in_mid_solve_drops_it(solved_store: Store, held: threading.Event, wait: Wait):
    store, other = solved_store, solved_document(2)
    store.send(cmd.Delete(1))
    store.history.reset(other)
    held.set()
    wait(lambda: not store.channels["preview_solve"].busy and not store.state.tasks)
    assert store.document.unmixing is other.unmixing


def test_what_can_not_be_solved_is_taken_back(
    solved_store: Store, wait: Wait, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object) -> object:
        yield None
        raise InputError("the solver gave up")

    monkeypatch.setattr(controller, "pipeline", SimpleNamespace(solve=broken))
    store, before = solved_store, solved_store.document
    store.send(cmd.Delete(1))
    wait(lambda: store.state.message is not None)
    assert store.state.message.text == "the solver gave up"
    assert store.document.unmixing is before.unmixing
    assert len(store.document.endmembers) == 5


@pytest.mark.usefixtures("small_budget", "held")
def test_cancel_takes_the_edit_back(solved_store: Store, wait: Wait):
    store, before = solved_store, solved_store.document
    store.send(cmd.Delete(1))
    wait(lambda: "solve" in store.state.tasks)
    store.send(cmd.CancelWork())
    wait(lambda: not store.state.tasks)
    assert store.document.unmixing is before.unmixing


def test_another_constraint_is_solved_and_undone(solved_store: Store, settled: Settled):
    store, before = solved_store, solved_store.document
    store.send(cmd.SetRun(replace(before.settings, abundance="fcls")))
    assert unsolved(store.document)
    settled()
    result = store.document.unmixing
    assert (result.abundance, result.method) == ("fcls", "fcls")
    np.testing.assert_allclose(result.abundances.sum(axis=0), 1, atol=1e-5)
    assert store.history.undo_label == "Solve by fcls"
    store.send(cmd.Delete(0))
    assert store.document.unmixing.abundance == "fcls"
    settled()
    store.send(cmd.Undo())
    store.send(cmd.Undo())
    assert store.document.unmixing is before.unmixing
    assert store.document.settings.abundance == "fcls"  # what the panel says is no change of the result


def test_a_session_opened_in_mid_edit_is_solved(store: Store, settled: Settled):
    document = solved_document(3)
    half = replace(with_numbers(document.unmixing, np.zeros((3, 13, 11), np.float32)), provisional=True)
    store.history.reset(replace(document, unmixing=half))
    settled()
    np.testing.assert_array_equal(store.document.unmixing.abundances, document.unmixing.abundances)
    assert not store.history.modified
