"""What is found out behind every result, and that nothing of an older one is used."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hsunmix.bench.planted import planted
from hsunmix.engine.loading import load
from hsunmix.gui import commands as i
from hsunmix.gui.endmembers import diagnostics_controller as doubts
from hsunmix.gui.state.workbench import Workbench
from hsunmix.methods import pipeline
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


def known(bench: Workbench) -> bool:
    result, live = bench.document.unmixing, bench.live
    return (
        live.checked is not None
        and live.suggested is not None
        and live.checked.result is result
        and live.suggested.result is result
    )


def test_one_click_adds_the_material_that_was_left_out(
    bench: Workbench, lacking: Document, wait: Wait, settled: Settled
):
    bench.history.reset(lacking)
    wait(lambda: known(bench))
    found = bench.live.suggested.found
    bench.send(i.AddSuggested())
    settled()
    document = bench.document
    truth = planted("pure", 0).endmembers[:, LEFT_OUT]
    added = document.endmembers[-1]
    cosine = added.spectrum @ truth / np.linalg.norm(added.spectrum) / np.linalg.norm(truth)
    assert np.degrees(np.arccos(cosine)) <= 3.0
    assert (added.source.kind, added.source.line, added.source.sample) == (
        "smoothed", found.line, found.sample,
    )  # fmt: skip
    assert document.unmixing.relative_error < 0.3 * lacking.unmixing.relative_error  # the noise
    assert bench.history.undo_label == f"Add what is missing near {found.line}, {found.sample}"
    wait(lambda: known(bench))
    assert bench.live.suggested.found is None  # what is left is noise
    assert bench.live.checked.check.missing < 0.01
    bench.send(i.Undo())
    assert bench.document.unmixing is lacking.unmixing


def test_the_constraints_are_those_of_the_result(bench: Workbench, lacking: Document, wait: Wait):
    bench.history.reset(lacking)
    wait(lambda: known(bench))
    assert bench.live.checked.check.missing > 0.2
    assert not bench.live.checked.check.sum_to_one
    bench.send(i.SolveAgain("fcls"))
    wait(lambda: known(bench) and bench.document.unmixing.abundance == "fcls")
    assert bench.live.checked.check.sum_to_one


def test_what_an_older_result_asked_for_is_not_added(bench: Workbench, lacking: Document, wait: Wait):
    bench.history.reset(lacking)
    wait(lambda: known(bench))
    bench.send(i.Delete(0))
    edited = bench.document
    bench.send(i.AddSuggested())
    assert bench.document is edited


def test_an_answer_that_comes_too_late_is_dropped(
    solved_bench: Workbench, wait: Wait, settled: Settled, monkeypatch: pytest.MonkeyPatch
):
    bench, event, suggest = solved_bench, threading.Event(), doubts.suggest
    wait(lambda: known(bench))
    calls = []

    def waiting(*args: object) -> object:
        calls.append(args)
        while not event.wait(0.005):
            yield None
        return (yield from suggest(*args))

    monkeypatch.setattr(doubts, "suggest", waiting)
    bench.send(i.Delete(1))
    settled()
    wait(lambda: len(calls) == 1)
    first = bench.document.unmixing
    bench.send(i.Delete(1))
    settled()
    event.set()
    wait(lambda: known(bench))
    assert bench.live.suggested.result is bench.document.unmixing
    assert bench.live.suggested.result is not first


def test_long_work_is_shown_and_can_be_cancelled(
    solved_bench: Workbench, wait: Wait, settled: Settled, monkeypatch: pytest.MonkeyPatch
):
    def endless(*_: object) -> object:
        while True:
            yield None

    bench = solved_bench
    wait(lambda: known(bench))
    before = bench.live.checked
    monkeypatch.setattr(doubts, "LONG", 0)
    monkeypatch.setattr(doubts, "check", endless)
    bench.send(i.Delete(1))
    wait(lambda: "check" in bench.live.tasks)
    assert bench.live.tasks["check"].title == "Checking the constraints"
    bench.send(i.CancelWork())
    wait(lambda: not bench.live.tasks)
    assert bench.live.checked is before
    assert len(bench.document.endmembers) == 4


def test_a_result_of_other_bands_has_no_doubts(bench: Workbench, lacking: Document, wait: Wait):
    bad = np.zeros(lacking.cube.bands, bool)
    bad[3] = True
    bench.history.reset(replace(lacking, cube=lacking.cube.with_bad_bands(bad)))
    wait(lambda: not bench.live.tasks and bool(bench.live.likenesses))
    assert bench.live.checked is None


def test_another_cube_has_no_doubts_of_the_old(solved_bench: Workbench, wait: Wait):
    bench = solved_bench
    wait(lambda: known(bench))
    bench.history.reset(Document())
    assert bench.live.checked is None
    assert bench.live.suggested is None


def test_a_smoothed_source_says_so():
    assert str(Source("smoothed", 3, 4, "suggested by the residual")) == "around pixel 3, 4"
