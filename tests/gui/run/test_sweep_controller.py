"""Runs with several numbers of endmembers in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator

import numpy as np
import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.run import sweep_controller as module
from hsunmix.gui.run.state import RunState
from hsunmix.gui.state.store import Store
from hsunmix.methods.running.pipeline import Request
from hsunmix.methods.running.sweep import Sweep, SweepStep
from hsunmix.model.choice import Choice
from hsunmix.session.document import Document, RunSettings
from tests.conftest import make_cube

Wait = Callable[[Callable[[], bool]], None]


def known(errors: float) -> Sweep:
    nothing = np.full(2, np.nan)
    return Sweep("spa", (2, 3), np.full((2, 2), errors), nothing, nothing)


@pytest.fixture
def loaded(store: Store, wait: Wait) -> Store:
    store.history.reset(Document(cube=make_cube(30, 20, noise=0.002)))
    wait(lambda: not store.state.tasks)
    return store


class Gate:
    """A sweep that goes on until it is let through."""

    def __init__(self) -> None:
        self.open, self.closed = threading.Event(), 0
        self.asked: list[tuple[Request, list[int], int]] = []

    def sweep(
        self, scene: object, request: Request, ranks: range, seeds: int
    ) -> Generator[SweepStep, None, Sweep]:
        self.asked.append((request, list(ranks), seeds))
        try:
            while not self.open.wait(0.005):
                yield SweepStep(0.5, message="Half", sweep=known(0.5))
        except GeneratorExit:
            self.closed += 1
            raise
        return known(0.1)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    made = Gate()
    monkeypatch.setattr(module, "sweep", made.sweep)
    return made


def test_the_method_of_the_run_panel_is_run_with_every_number(loaded: Store, wait: Wait):
    loaded.send(cmd.SetRun(RunSettings("spa", 3)))
    before = loaded.document
    loaded.send(cmd.StartSweep(2, 4, 2))
    wait(lambda: loaded.state[RunState].sweep is not None)
    found = loaded.state[RunState].sweep
    assert (found.method, found.ranks, found.seeds) == ("spa", (2, 3, 4), 2)
    assert np.isfinite(found.worst).all()
    assert loaded.document is before  # nothing is changed by looking
    assert "sweep" not in loaded.state.tasks


def test_its_settings_reach_the_runs(loaded: Store, gate: Gate, wait: Wait):
    loaded.send(cmd.SetRun(RunSettings("hals", 3, "fcls", 5, {"factorization/hals": {"max_iterations": 7}})))
    loaded.send(cmd.StartSweep(2, 3))
    wait(lambda: bool(gate.asked))
    request, ranks, seeds = gate.asked[0]
    assert (request.method, request.abundance) == (Choice("hals", {"max_iterations": 7}), Choice("fcls"))
    assert request.seed == 5
    assert (ranks, seeds) == ([2, 3], 3)


def test_what_was_found_stays_when_it_is_cancelled(loaded: Store, gate: Gate, wait: Wait):
    loaded.send(cmd.StartSweep(2, 3))
    wait(lambda: loaded.state.tasks["sweep"].step is not None)
    assert loaded.state[RunState].sweep is None
    loaded.send(cmd.CancelSweep())
    wait(lambda: loaded.state[RunState].sweep is not None)
    assert gate.closed == 1
    assert loaded.state[RunState].sweep.errors[0, 0] == 0.5
    assert loaded.state.message is None


def test_escape_cancels_it_too(loaded: Store, gate: Gate, wait: Wait):
    loaded.send(cmd.StartSweep(2, 3))
    wait(lambda: "sweep" in loaded.state.tasks)
    loaded.send(cmd.CancelWork())
    wait(lambda: "sweep" not in loaded.state.tasks)


@pytest.mark.parametrize(
    ("masked", "why"), [(False, "another scene was opened"), (True, "other pixels or bands are used")]
)
def test_that_of_the_scene_before_is_dropped_with_a_word(
    masked: bool, why: str, loaded: Store, gate: Gate, wait: Wait
):
    told: list[str] = []
    loaded.watch(lambda _, new: told.append(new.notice.text if new.notice else ""))
    loaded.send(cmd.StartSweep(2, 3))
    wait(lambda: loaded.state.tasks["sweep"].step is not None)
    cube = loaded.document.cube.with_selection(np.tri(30, 20) > 0) if masked else make_cube(7, 8)
    loaded.history.reset(Document(cube=cube))
    gate.open.set()
    wait(lambda: not loaded.channels["sweep"].busy)
    assert loaded.state[RunState].sweep is None
    assert any(text.startswith("Running ") and f"not done, because {why}" in text for text in told)


def test_unmixing_goes_on_beside_it(loaded: Store, gate: Gate, wait: Wait):
    loaded.send(cmd.StartSweep(2, 3))
    loaded.send(cmd.SetRun(RunSettings("spa", 3)))
    loaded.send(cmd.Unmix())
    wait(lambda: loaded.document.unmixing is not None)
    gate.open.set()
    wait(lambda: loaded.state[RunState].sweep is not None)
    assert loaded.state[RunState].sweep.errors[0, 0] == 0.1


def test_an_impossible_request_is_a_message(loaded: Store, wait: Wait):
    loaded.send(cmd.StartSweep(40, 50))
    wait(lambda: loaded.state.message is not None)
    assert "none of the numbers" in loaded.state.message.text
