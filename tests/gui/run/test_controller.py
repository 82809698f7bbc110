from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import hsunmix
from hsunmix.engine.loading import load
from hsunmix.errors import TooLargeError
from hsunmix.files import sha256
from hsunmix.gui import commands as i
from hsunmix.gui.run import controller as run
from hsunmix.gui.state import scenes
from hsunmix.gui.state.workbench import Workbench
from hsunmix.methods import get
from hsunmix.methods.locked import put_in
from hsunmix.methods.pipeline import Request, unmix
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step, finish
from hsunmix.model.unmixing import Unmixing, Weights
from hsunmix.session.document import Document, RunSettings
from tests.conftest import make_cube
from tests.gui.conftest import unmixing_of

Wait = Callable[[Callable[[], bool]], None]


def names_of(method: str) -> set[str]:
    return {parameter.name for parameter in get(method).parameters}


@pytest.fixture
def cube() -> Cube:
    return make_cube(30, 20, noise=0.002)


@pytest.fixture
def open_bench(bench: Workbench, cube: Cube, wait: Wait) -> Workbench:
    bench.history.reset(Document(cube=cube))
    wait(lambda: not bench.live.tasks)
    return bench


def test_a_huge_cube_is_not_brought_into_memory_unasked(
    bench: Workbench, document: Document, wait: Wait, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("hsunmix.gui.state.scenes.UNASKED", 100)
    bench.history.reset(document)
    wait(lambda: not bench.live.tasks and bench.live.picture is not None)
    assert bench.live.estimate is None
    assert bench.scenes.here(document.cube) is None
    bench.send(i.EstimateRank())
    wait(lambda: bench.live.estimate is not None)
    assert bench.scenes.here(document.cube) is not None


def test_the_picture_comes_before_what_nobody_asked_for(bench: Workbench, document: Document, wait: Wait):
    painted = threading.Event()

    def picture() -> Generator[None, None, None]:
        while not painted.is_set():
            yield
            time.sleep(0.001)

    bench.start("picture", "Reading the image", picture(), lambda _: None)
    work = bench.ahead(document.cube)
    assert next(work) is None
    assert next(work) is None
    assert bench.scenes.here(document.cube) is None
    painted.set()
    wait(lambda: not bench.lanes["picture"].busy)
    assert finish(work).shape == document.cube.shape[:2]


def test_the_estimate_is_filled_in_unless_something_was_chosen(bench: Workbench, wait: Wait):
    cube = make_cube(30, 20, materials=6, noise=0.002)
    bench.history.reset(Document(cube=cube))
    wait(lambda: bench.live.estimate is not None)
    assert bench.live.estimate.rank == bench.document.settings.rank == 6
    assert not bench.history.modified
    bench.send(i.SetRun(RunSettings(rank=3)))
    bench.send(i.EstimateRank())
    wait(lambda: not bench.live.tasks)
    assert bench.document.settings.rank == 3
    for chosen, rank in ((RunSettings(rank=5), 5), (RunSettings("vca"), 6)):
        bench.history.reset(Document(cube=make_cube(30, 20, materials=6, noise=0.002), settings=chosen))
        wait(lambda: bench.live.estimate is not None)
        assert bench.document.settings == replace(chosen, rank=rank)


def test_unmix_waits_for_the_estimate_instead_of_taking_the_placeholder(bench: Workbench, wait: Wait):
    bench.history.reset(Document(cube=make_cube(30, 20, materials=6, noise=0.002)))
    assert "rank" in bench.live.tasks
    bench.send(i.Unmix())
    assert bench.live.running is None
    assert "as soon as" in bench.live.message.text
    wait(lambda: bench.document.unmixing is not None)
    assert bench.document.unmixing.rank == bench.live.estimate.rank == 6


def test_unmix_does_not_wait_where_a_number_was_chosen(bench: Workbench, wait: Wait):
    bench.history.reset(Document(cube=make_cube(30, 20, materials=6, noise=0.002)))
    bench.send(i.SetRun(RunSettings(rank=3)))
    bench.send(i.Unmix())
    assert bench.live.running is not None
    wait(lambda: bench.document.unmixing is not None)
    assert bench.document.unmixing.rank == 3


def test_a_cancelled_estimate_says_that_the_number_is_a_placeholder(bench: Workbench, wait: Wait):
    bench.history.reset(Document(cube=make_cube(30, 20, materials=6, noise=0.002)))
    bench.send(i.Unmix())
    bench.cancel("rank")
    wait(lambda: "rank" not in bench.live.tasks)
    assert "placeholder" in bench.live.message.text
    assert bench.live.running is None
    bench.send(bench.live.message.actions[0][1])
    wait(lambda: bench.live.estimate is not None)


def test_a_run_that_replaces_what_came_by_hand_says_so(open_bench: Workbench, wait: Wait):
    bench = open_bench
    bench.send(i.SetRun(RunSettings("spa", 3)))
    bench.send(i.Unmix())
    wait(lambda: bench.document.unmixing is not None)
    bench.send(i.Unmix())
    wait(lambda: bench.document.run_count == 2 and not bench.live.tasks)
    assert bench.live.message is None  # nothing was there by hand
    bench.send(i.AddPixel(7, 3))
    wait(lambda: not bench.live.tasks and not bench.document.unmixing.provisional)
    bench.send(i.Unmix())
    wait(lambda: len(bench.document.endmembers) == 3 and not bench.live.tasks)
    assert "Pixel 7, 3" in bench.live.message.text
    bench.send(bench.live.message.actions[0][1])
    assert [e.name for e in bench.document.endmembers][-1] == "Pixel 7, 3"


def test_a_cube_that_was_opened_gets_its_estimate_and_picture(open_bench: Workbench):
    assert open_bench.live.estimate is not None
    assert open_bench.live.estimate.rank >= 1
    assert open_bench.live.picture.rgba.shape == (30, 20, 4)


@pytest.mark.parametrize("method", ["auto", "spa", "hals"])
def test_unmixing_shows_the_maps_and_can_be_undone(open_bench: Workbench, wait: Wait, method: str):
    bench = open_bench
    bench.send(i.SetRun(RunSettings(method, 3)))
    bench.send(i.Unmix())
    assert bench.live.running is not None
    wait(lambda: bench.document.unmixing is not None)
    document = bench.document
    assert document.unmixing.method == method
    assert document.unmixing.abundances.shape == (3, 30, 20)
    assert document.view.page == "maps"
    assert bench.live.running is None
    assert bench.history.undo_label.startswith("Unmix (")
    bench.send(i.Undo())
    assert bench.document.unmixing is None
    bench.send(i.Redo())
    assert bench.document.unmixing is document.unmixing


def test_the_parameters_of_the_panel_reach_the_method(open_bench: Workbench, wait: Wait):
    # Far from the end, where every iteration lowers the error and so counts.
    chosen = {"max_iterations": 2, "tolerance": 0.0, "init": "random", "multilevel": False, "compress": False}
    settings = RunSettings("hals", 3, "fcls", 5, {"factorization/hals": chosen})
    open_bench.send(i.SetRun(settings))
    open_bench.send(i.Unmix())
    wait(lambda: open_bench.document.unmixing is not None)
    result = open_bench.document.unmixing
    assert (result.iterations, result.abundance, result.seed) == (2, "fcls", 5)
    np.testing.assert_allclose(np.nansum(result.abundances, axis=0), 1, atol=1e-4)


def test_a_refused_request_is_a_message_and_the_result_is_kept(open_bench: Workbench, wait: Wait):
    bench = open_bench
    bench.send(i.SetRun(RunSettings("spa", 3)))
    bench.send(i.Unmix())
    wait(lambda: bench.document.unmixing is not None)
    kept = bench.document
    bench.send(i.SetRun(RunSettings("spa", 150)))
    bench.send(i.Unmix())
    wait(lambda: bench.live.message is not None)
    assert bench.live.message.level == "error"
    assert "150" in bench.live.message.text
    assert bench.document.unmixing is kept.unmixing
    bench.send(i.SetRun(RunSettings("spa", 2)))
    bench.send(i.Unmix())
    assert bench.live.message is None  # a new try clears the old message


class Gate:
    """A method that works until it is let through."""

    def __init__(self, result: Unmixing) -> None:
        self.open, self.closed, self.result, self.runs = threading.Event(), 0, result, 0

    def unmix(self, scene: object, request: object) -> Generator[Step | None, None, Unmixing]:
        self.runs += 1
        try:
            while not self.open.wait(0.005):
                yield Step(0.4, 0.1, message="Working")
        except GeneratorExit:
            self.closed += 1
            raise
        return self.result


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch, cube: Cube) -> Gate:
    made = Gate(unmixing_of(cube))
    monkeypatch.setattr(run.pipeline, "unmix", made.unmix)
    return made


def test_cancel_ends_the_work_and_changes_nothing(open_bench: Workbench, gate: Gate, wait: Wait):
    bench = open_bench
    before = bench.document
    bench.send(i.Unmix())
    wait(lambda: bench.live.running is not None and bench.live.running.step is not None)
    assert bench.live.running.step.message == "Working"
    bench.send(i.CancelWork())
    wait(lambda: bench.live.running is None)
    assert gate.closed == 1
    assert bench.document is before
    assert bench.live.message is None


def test_a_second_press_replaces_the_first(open_bench: Workbench, gate: Gate, wait: Wait):
    bench = open_bench
    bench.send(i.Unmix())
    wait(lambda: gate.runs == 1)
    bench.send(i.Unmix())
    wait(lambda: gate.closed == 1 and gate.runs == 2)
    gate.open.set()
    wait(lambda: bench.document.unmixing is gate.result)
    assert bench.history.undo_label
    bench.send(i.Undo())
    assert not bench.history.undo_label  # there was one result, not two


def test_a_result_of_the_cube_before_is_dropped(open_bench: Workbench, gate: Gate, wait: Wait):
    bench = open_bench
    bench.send(i.Unmix())
    wait(lambda: gate.runs == 1)
    other = make_cube(7, 11, seed=5)
    bench.history.reset(Document(cube=other))
    gate.open.set()
    wait(lambda: not bench.live.tasks)
    assert bench.document.cube is other
    assert bench.document.unmixing is None


@pytest.mark.parametrize(
    "method",
    ["auto", "hals", "mu", "sparse", "weighted", "minvol", "orthogonal", "convex", "sequential", "vca"],
)
def test_locked_endmembers_stay_bit_for_bit(open_bench: Workbench, wait: Wait, method: str):
    """Also a second time, with another number of endmembers."""
    bench = open_bench
    bench.send(i.SetRun(RunSettings("spa", 3)))
    bench.send(i.Unmix())
    wait(lambda: bench.document.unmixing is not None)
    bench.send(i.Rename(1, "Kept"))
    bench.send(i.Lock(1, True))
    kept = bench.document.endmembers[1]
    few = {f"factorization/{method}": {"max_iterations": 5}} if "max_iterations" in names_of(method) else {}
    for rank in (4, 3):
        before = bench.document.unmixing
        bench.send(i.SetRun(RunSettings(method, rank, parameters=few)))
        bench.send(i.Unmix())
        wait(lambda before=before: bench.document.unmixing is not before)
        document = bench.document
        (index,) = [k for k, e in enumerate(document.endmembers) if e.locked]
        member = document.endmembers[index]
        assert (member.name, member.colour, member.source) == ("Kept", kept.colour, kept.source)
        np.testing.assert_array_equal(member.spectrum, kept.spectrum)
        np.testing.assert_array_equal(document.unmixing.endmembers[:, index], kept.spectrum)
        assert len({e.colour for e in document.endmembers}) == rank
        assert document.unmixing.method == method


def test_locked_spectra_take_the_place_of_the_likest():
    found = np.eye(4)[:, :3] + 0.01
    found[3] = np.nan
    locked = np.array([[0.1, 0, 2.0, np.nan], [1.0, 0.2, 0, np.nan]]).T
    spectra, columns = put_in(found, locked)
    assert columns == (2, 0)
    np.testing.assert_array_equal(spectra[:3, 2], locked[:3, 0])
    np.testing.assert_array_equal(spectra[:, 1], found[:, 1])
    with pytest.raises(ValueError, match="2 endmembers are locked, but only 1 asked for"):
        put_in(found[:, :1], locked)


def test_settings_are_no_change_worth_saving(open_bench: Workbench):
    open_bench.send(i.SetRun(replace(open_bench.document.settings, rank=9)))
    assert open_bench.document.settings.rank == 9
    assert not open_bench.history.modified
    assert open_bench.history.undo_label == ""


def test_a_cube_larger_than_memory_is_shown_and_unmixing_it_is_refused(
    bench: Workbench, cube: Cube, wait: Wait, monkeypatch: pytest.MonkeyPatch
):
    def too_large(_: Cube) -> Generator[None, None, None]:
        raise TooLargeError("the pixels of the scene would take 20.0 GB, and 8.0 GB are free")
        yield

    monkeypatch.setattr(scenes, "load", too_large)
    bench.history.reset(Document(cube=cube))
    wait(lambda: bench.live.picture is not None and not bench.live.tasks)
    assert bench.live.message is None  # nobody asked for anything yet
    bench.send(i.Hover(3, 4))
    wait(lambda: bench.live.cursor.measured is not None)
    bench.send(i.Unmix())
    wait(lambda: bench.live.message is not None)
    assert "20.0 GB" in bench.live.message.text
    assert bench.document.cube is cube


def test_bands_of_noise_are_proposed_to_be_left_out(bench: Workbench, wait: Wait):
    values = make_cube(60, 50, bands=40, noise=0.002).read(0, 60)
    values[:, :, 20:23] = np.abs(0.3 * np.random.default_rng(3).standard_normal((60, 50, 3)))
    bench.history.reset(Document(cube=Cube.from_array(values, np.linspace(400, 2400, 40))))
    wait(lambda: bench.live.estimate is not None)
    assert "3 bands are mostly noise: 1426 to 1528 nm" in bench.live.message.text
    before = bench.live.estimate
    bench.send(bench.live.message.actions[0][1])
    assert np.flatnonzero(~bench.document.cube.good_bands).tolist() == [20, 21, 22]
    wait(lambda: bench.live.estimate not in (None, before))
    assert bench.live.estimate.rank == 3


def test_a_proposal_is_made_once_and_taken_back_with_its_bands(bench: Workbench, wait: Wait):
    values = make_cube(60, 50, bands=40, noise=0.002).read(0, 60)
    values[:, :, 20:23] = np.abs(0.3 * np.random.default_rng(3).standard_normal((60, 50, 3)))
    cube = Cube.from_array(values, np.linspace(400, 2400, 40))
    bench.history.reset(Document(cube=cube))
    wait(lambda: bench.live.estimate is not None)
    assert bench.live.message.about == "noise"
    bench.send(i.LeaveOut((5,)))  # other bands are used now: what was proposed may not hold
    assert bench.live.message is None
    wait(lambda: bench.live.estimate is not None)
    assert bench.live.message is None  # it was to be read before
    bench.send(i.EstimateRank())
    wait(lambda: "rank" not in bench.live.tasks)
    assert bench.live.message.about == "noise"  # now it was asked for


def test_a_proposal_is_read_though_unmixing_waited_for_the_estimate(bench: Workbench, wait: Wait):
    values = make_cube(60, 50, bands=40, noise=0.002).read(0, 60)
    values[:, :, 20:23] = np.abs(0.3 * np.random.default_rng(3).standard_normal((60, 50, 3)))
    bench.history.reset(Document(cube=Cube.from_array(values, np.linspace(400, 2400, 40))))
    bench.send(i.Unmix())
    wait(lambda: bench.document.unmixing is not None)
    assert any(message.about == "noise" for message in bench.live.messages)


def test_weights_of_a_session_are_read_again(
    open_bench: Workbench, cube: Cube, wait: Wait, tmp_path: Path
) -> None:
    weights = np.random.default_rng(0).random((cube.lines, cube.samples, 1)).astype(np.float32)
    np.save(tmp_path / "weights.npy", weights)
    given = Weights(str(tmp_path / "weights.npy"), "of before", weights.shape)
    own = {"factorization/weighted": {"max_iterations": 5}}
    open_bench.send(i.SetRun(RunSettings("weighted", 3, parameters=own, weights=given)))
    open_bench.send(i.Unmix())
    wait(lambda: open_bench.document.unmixing is not None)
    request = Request(Choice("weighted", own["factorization/weighted"]), 3, weights=weights)
    expected = finish(unmix(finish(load(cube)), request))
    np.testing.assert_array_equal(open_bench.document.unmixing.abundances, expected.abundances)
    kept = open_bench.document.runs[-1].settings.weights
    assert kept.path == given.path
    assert kept.sha256 == sha256(tmp_path / "weights.npy")  # what the run had


def test_a_missing_value_that_the_weights_name_costs_no_pixel(
    bench: Workbench, cube: Cube, tmp_path: Path, wait: Wait
) -> None:
    values = cube.read(0, cube.lines)
    values[4, 7, 3] = np.nan
    weights = np.ones(values.shape, np.float32)
    weights[4, 7, 3] = 0
    np.save(tmp_path / "weights.npy", weights)
    given = Weights(str(tmp_path / "weights.npy"), "", weights.shape)
    bench.history.reset(Document(cube=Cube.from_array(values, cube.wavelengths)))
    wait(lambda: not bench.live.tasks)
    own = {"factorization/weighted": {"max_iterations": 3}}
    bench.send(i.SetRun(RunSettings("weighted", 3, parameters=own, weights=given)))
    bench.send(i.Unmix())
    wait(lambda: bench.document.unmixing is not None)
    assert np.isfinite(bench.document.unmixing.abundances).all()


def test_the_endmembers_of_the_table_make_a_run_of_their_own(
    open_bench: Workbench, wait: Wait, tmp_path: Path
):
    bench = open_bench
    for line, sample in ((2, 1), (3, 3), (4, 5)):
        bench.send(i.AddPixel(line, sample))
        wait(lambda: not bench.live.tasks)
    bench.send(i.Rename(1, "Soil"))
    bench.send(i.SetRun(replace(bench.document.settings, abundance="fcls")))
    wait(lambda: not bench.live.tasks)
    before = bench.document
    bench.send(i.UseEndmembers())
    wait(lambda: not bench.live.tasks and bool(bench.document.runs))
    new = bench.document
    run = new.runs[-1]
    assert (run.unmixing, run.edited) == (new.unmixing, False)
    assert (run.settings.method, new.settings.method) == ("fcls", before.settings.method)
    assert run.label.endswith("of given endmembers, r = 3")
    assert [e.name for e in new.endmembers] == [e.name for e in before.endmembers]
    assert new.endmembers[1].source == before.endmembers[1].source
    w = np.stack([e.spectrum for e in new.endmembers], axis=1)
    expected = hsunmix.abundances(new.cube, w, "fcls")
    np.testing.assert_array_equal(new.unmixing.abundances, expected)
    bench.send(i.Undo())
    wait(lambda: not bench.live.tasks)
    assert [e.name for e in bench.document.endmembers] == [e.name for e in before.endmembers]
    assert bench.document.runs[-1].label == run.label  # it is still among the runs
    bench.send(i.BackTo(run.number))
    assert bench.document.unmixing is run.unmixing
    assert bench.document.settings.method == before.settings.method


def test_a_run_of_no_endmembers_is_none(open_bench: Workbench):
    open_bench.send(i.UseEndmembers())
    assert "run" not in open_bench.live.tasks
    assert open_bench.document.runs == ()
