"""What is found out behind every result, and that nothing of an older one is used."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hsunmix.bench.planted import planted
from hsunmix.engine.loading import load
from hsunmix.gui import commands as cmd
from hsunmix.gui.endmembers import diagnostics_controller as diagnostics
from hsunmix.gui.endmembers.state import EndmembersState
from hsunmix.gui.library.state import LibraryState
from hsunmix.gui.state.store import Store
from hsunmix.methods.running import pipeline
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from hsunmix.model.spectra import Source
from hsunmix.session.document import Document

Wait = Callable[[Callable[[], bool]], None]
Settled = Callable[[], None]

LEFT_OUT = 2


@pytest.fixture(scope="module")
def lacking() -> Document:
    """A planted scene, solved without one of its materials."""
    truth = planted("pure", 0)
    values = truth.x.T.reshape(100, 100, -1).astype(np.float32)
    cube = Cube.from_array(values, np.linspace(400, 2450, values.shape[2]))
    kept = [k for k in range(5) if k != LEFT_OUT]
    result = finish(pipeline.solve(finish(load(cube)), truth.endmembers[:, kept]))
    return Document(cube, result.as_endmembers(), result)


def known(store: Store) -> bool:
    result, state = store.document.unmixing, store.state
    return (
        state[EndmembersState].checked is not None
        and state[EndmembersState].suggested is not None
        and state[EndmembersState].checked.result is result
        and state[EndmembersState].suggested.result is result
    )


def test_one_click_adds_the_material_that_was_left_out(
    store: Store, lacking: Document, wait: Wait, settled: Settled
):
    store.history.reset(lacking)
    wait(lambda: known(store))
    found = store.state[EndmembersState].suggested.found
    store.send(cmd.AddSuggested())
    settled()
    document = store.document
    truth = planted("pure", 0).endmembers[:, LEFT_OUT]
    added = document.endmembers[-1]
    cosine = added.spectrum @ truth / np.linalg.norm(added.spectrum) / np.linalg.norm(truth)
    assert np.degrees(np.arccos(cosine)) <= 3.0
    assert (added.source.kind, added.source.line, added.source.sample) == (
        "smoothed", found.line, found.sample,
    )  # fmt: skip
    assert document.unmixing.relative_error < 0.3 * lacking.unmixing.relative_error  # the noise
    assert store.history.undo_label == f"Add what is missing near {found.line}, {found.sample}"
    wait(lambda: known(store))
    assert store.state[EndmembersState].suggested.found is None  # what is left is noise
    assert store.state[EndmembersState].checked.check.missing < 0.01
    store.send(cmd.Undo())
    assert store.document.unmixing is lacking.unmixing


def test_the_constraints_are_those_of_the_result(store: Store, lacking: Document, wait: Wait):
    store.history.reset(lacking)
    wait(lambda: known(store))
    assert store.state[EndmembersState].checked.check.missing > 0.2
    assert not store.state[EndmembersState].checked.check.sum_to_one
    store.send(cmd.SolveAgain("fcls"))
    wait(lambda: known(store) and store.document.unmixing.abundance == "fcls")
    assert store.state[EndmembersState].checked.check.sum_to_one


def test_what_an_older_result_asked_for_is_not_added(store: Store, lacking: Document, wait: Wait):
    store.history.reset(lacking)
    wait(lambda: known(store))
    store.send(cmd.Delete(0))
    edited = store.document
    store.send(cmd.AddSuggested())
    assert store.document is edited


def test_an_answer_that_comes_too_late_is_dropped(
    solved_store: Store, wait: Wait, settled: Settled, monkeypatch: pytest.MonkeyPatch
):
    store, event, suggest = solved_store, threading.Event(), diagnostics.suggest
    wait(lambda: known(store))
    calls = []

    def waiting(*args: object) -> object:
        calls.append(args)
        while not event.wait(0.005):
            yield None
        return (yield from suggest(*args))

    monkeypatch.setattr(diagnostics, "suggest", waiting)
    store.send(cmd.Delete(1))
    settled()
    wait(lambda: len(calls) == 1)
    first = store.document.unmixing
    store.send(cmd.Delete(1))
    settled()
    event.set()
    wait(lambda: known(store))
    assert store.state[EndmembersState].suggested.result is store.document.unmixing
    assert store.state[EndmembersState].suggested.result is not first


def test_long_work_is_shown_and_can_be_cancelled(
    solved_store: Store, wait: Wait, settled: Settled, monkeypatch: pytest.MonkeyPatch
):
    def endless(*_: object) -> object:
        while True:
            yield None

    store = solved_store
    wait(lambda: known(store))
    before = store.state[EndmembersState].checked
    monkeypatch.setattr(diagnostics, "LONG", 0)
    monkeypatch.setattr(diagnostics, "check", endless)
    store.send(cmd.Delete(1))
    wait(lambda: "check" in store.state.tasks)
    assert store.state.tasks["check"].title == "Checking the constraints"
    store.send(cmd.CancelWork())
    wait(lambda: not store.state.tasks)
    assert store.state[EndmembersState].checked is before
    assert len(store.document.endmembers) == 4


def test_a_result_of_other_bands_has_no_doubts(store: Store, lacking: Document, wait: Wait):
    bad = np.zeros(lacking.cube.bands, bool)
    bad[3] = True
    store.history.reset(replace(lacking, cube=lacking.cube.with_bad_bands(bad)))
    wait(lambda: not store.state.tasks and bool(store.state[LibraryState].likenesses))
    assert store.state[EndmembersState].checked is None


def test_another_cube_has_no_doubts_of_the_old(solved_store: Store, wait: Wait):
    store = solved_store
    wait(lambda: known(store))
    store.history.reset(Document())
    assert store.state[EndmembersState].checked is None
    assert store.state[EndmembersState].suggested is None


def test_a_smoothed_source_says_so():
    assert str(Source("smoothed", 3, 4, "suggested by the residual")) == "around pixel 3, 4"
