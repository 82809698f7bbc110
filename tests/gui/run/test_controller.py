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
from hsunmix.gui import commands as cmd
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.run import controller as run
from hsunmix.gui.run.state import RunState
from hsunmix.gui.state import scenes
from hsunmix.gui.state.store import Store
from hsunmix.methods import get
from hsunmix.methods.running.pipeline import Request, unmix
from hsunmix.methods.shared.locked import replace_most_similar
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step, finish
from hsunmix.model.unmixing import Unmixing, Weights
from hsunmix.session.document import Document, RunSettings
from tests.beyond_memory import MEMORY, little_memory, values, write_envi
from tests.conftest import make_cube
from tests.gui.conftest import unmixing_of

Wait = Callable[[Callable[[], bool]], None]


def names_of(method: str) -> set[str]:
    return {parameter.name for parameter in get(method).parameters}


@pytest.fixture
def cube() -> Cube:
    return make_cube(30, 20, noise=0.002)


@pytest.fixture
def open_store(store: Store, cube: Cube, wait: Wait) -> Store:
    store.history.reset(Document(cube=cube))
    wait(lambda: not store.state.tasks)
    return store


def test_a_huge_cube_is_not_brought_into_memory_unasked(
    store: Store, document: Document, wait: Wait, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("hsunmix.gui.state.scenes.UNASKED", 100)
    store.history.reset(document)
    wait(lambda: not store.state.tasks and store.state[ImageState].picture is not None)
    assert store.state[RunState].estimate is None
    assert store.scenes.here(document.cube) is None
    store.send(cmd.EstimateRank())
    wait(lambda: store.state[RunState].estimate is not None)
    assert store.scenes.here(document.cube) is not None


def test_the_picture_comes_before_what_nobody_asked_for(store: Store, document: Document, wait: Wait):
    painted = threading.Event()

    def picture() -> Generator[None, None, None]:
        while not painted.is_set():
            yield
            time.sleep(0.001)

    store.start("picture", "Reading the image", picture(), lambda _: None)
    work = store.ahead(document.cube)
    assert next(work) is None
    assert next(work) is None
    assert store.scenes.here(document.cube) is None
    painted.set()
    wait(lambda: not store.channels["picture"].busy)
    assert finish(work).shape == document.cube.shape[:2]


def test_the_estimate_is_filled_in_unless_something_was_chosen(store: Store, wait: Wait):
    cube = make_cube(30, 20, materials=6, noise=0.002)
    store.history.reset(Document(cube=cube))
    wait(lambda: store.state[RunState].estimate is not None)
    assert store.state[RunState].estimate.rank == store.document.settings.rank == 6
    assert not store.history.modified
    store.send(cmd.SetRun(RunSettings(rank=3)))
    store.send(cmd.EstimateRank())
    wait(lambda: not store.state.tasks)
    assert store.document.settings.rank == 3
    for chosen, rank in ((RunSettings(rank=5), 5), (RunSettings("vca"), 6)):
        store.history.reset(Document(cube=make_cube(30, 20, materials=6, noise=0.002), settings=chosen))
        wait(lambda: store.state[RunState].estimate is not None)
        assert store.document.settings == replace(chosen, rank=rank)


def test_unmix_waits_for_the_estimate_instead_of_taking_the_placeholder(store: Store, wait: Wait):
    store.history.reset(Document(cube=make_cube(30, 20, materials=6, noise=0.002)))
    assert "rank" in store.state.tasks
    store.send(cmd.Unmix())
    assert store.state.running is None
    assert "as soon as" in store.state.message.text
    wait(lambda: store.document.unmixing is not None)
    assert store.document.unmixing.rank == store.state[RunState].estimate.rank == 6


def test_unmix_does_not_wait_where_a_number_was_chosen(store: Store, wait: Wait):
    store.history.reset(Document(cube=make_cube(30, 20, materials=6, noise=0.002)))
    store.send(cmd.SetRun(RunSettings(rank=3)))
    store.send(cmd.Unmix())
    assert store.state.running is not None
    wait(lambda: store.document.unmixing is not None)
    assert store.document.unmixing.rank == 3


def test_a_cancelled_estimate_says_that_the_number_is_a_placeholder(store: Store, wait: Wait):
    store.history.reset(Document(cube=make_cube(30, 20, materials=6, noise=0.002)))
    store.send(cmd.Unmix())
    store.cancel("rank")
    wait(lambda: "rank" not in store.state.tasks)
    assert "placeholder" in store.state.message.text
    assert store.state.running is None
    store.send(store.state.message.actions[0][1])
    wait(lambda: store.state[RunState].estimate is not None)


def test_a_run_that_replaces_what_came_by_hand_says_so(open_store: Store, wait: Wait):
    store = open_store
    store.send(cmd.SetRun(RunSettings("spa", 3)))
    store.send(cmd.Unmix())
    wait(lambda: store.document.unmixing is not None)
    store.send(cmd.Unmix())
    wait(lambda: store.document.run_count == 2 and not store.state.tasks)
    assert store.state.message is None  # nothing was there by hand
    store.send(cmd.AddPixel(7, 3))
    wait(lambda: not store.state.tasks and not store.document.unmixing.provisional)
    store.send(cmd.Unmix())
    wait(lambda: len(store.document.endmembers) == 3 and not store.state.tasks)
    assert "Pixel 7, 3" in store.state.message.text
    store.send(store.state.message.actions[0][1])
    assert [e.name for e in store.document.endmembers][-1] == "Pixel 7, 3"


def test_a_cube_that_was_opened_gets_its_estimate_and_picture(open_store: Store):
    assert open_store.state[RunState].estimate is not None
    assert open_store.state[RunState].estimate.rank >= 1
    assert open_store.state[ImageState].picture.rgba.shape == (30, 20, 4)


@pytest.mark.parametrize("method", ["auto", "spa", "hals"])
def test_unmixing_shows_the_maps_and_can_be_undone(open_store: Store, wait: Wait, method: str):
    store = open_store
    store.send(cmd.SetRun(RunSettings(method, 3)))
    store.send(cmd.Unmix())
    assert store.state.running is not None
    wait(lambda: store.document.unmixing is not None)
    document = store.document
    assert document.unmixing.method == method
    assert document.unmixing.abundances.shape == (3, 30, 20)
    assert document.view.page == "maps"
    assert store.state.running is None
    assert store.history.undo_label.startswith("Unmix (")
    store.send(cmd.Undo())
    assert store.document.unmixing is None
    store.send(cmd.Redo())
    assert store.document.unmixing is document.unmixing


def test_the_parameters_of_the_panel_reach_the_method(open_store: Store, wait: Wait):
    # Far from the end, where every iteration lowers the error and so counts.
    chosen = {"max_iterations": 2, "tolerance": 0.0, "init": "random", "multilevel": False, "compress": False}
    settings = RunSettings("hals", 3, "fcls", 5, {"factorization/hals": chosen})
    open_store.send(cmd.SetRun(settings))
    open_store.send(cmd.Unmix())
    wait(lambda: open_store.document.unmixing is not None)
    result = open_store.document.unmixing
    assert (result.iterations, result.abundance, result.seed) == (2, "fcls", 5)
    np.testing.assert_allclose(np.nansum(result.abundances, axis=0), 1, atol=1e-4)


def test_a_refused_request_is_a_message_and_the_result_is_kept(open_store: Store, wait: Wait):
    store = open_store
    store.send(cmd.SetRun(RunSettings("spa", 3)))
    store.send(cmd.Unmix())
    wait(lambda: store.document.unmixing is not None)
    kept = store.document
    store.send(cmd.SetRun(RunSettings("spa", 150)))
    store.send(cmd.Unmix())
    wait(lambda: store.state.message is not None)
    assert store.state.message.level == "error"
    assert "150" in store.state.message.text
    assert store.document.unmixing is kept.unmixing
    store.send(cmd.SetRun(RunSettings("spa", 2)))
    store.send(cmd.Unmix())
    assert store.state.message is None  # a new try clears the old message


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


def test_cancel_ends_the_work_and_changes_nothing(open_store: Store, gate: Gate, wait: Wait):
    store = open_store
    before = store.document
    store.send(cmd.Unmix())
    wait(lambda: store.state.running is not None and store.state.running.step is not None)
    assert store.state.running.step.message == "Working"
    store.send(cmd.CancelWork())
    wait(lambda: store.state.running is None)
    assert gate.closed == 1
    assert store.document is before
    assert store.state.message is None


def test_a_second_press_replaces_the_first(open_store: Store, gate: Gate, wait: Wait):
    store = open_store
    store.send(cmd.Unmix())
    wait(lambda: gate.runs == 1)
    store.send(cmd.Unmix())
    wait(lambda: gate.closed == 1 and gate.runs == 2)
    gate.open.set()
    wait(lambda: store.document.unmixing is gate.result)
    assert store.history.undo_label
    store.send(cmd.Undo())
    assert not store.history.undo_label  # there was one result, not two


def test_a_result_of_the_cube_before_is_dropped(open_store: Store, gate: Gate, wait: Wait):
    store = open_store
    store.send(cmd.Unmix())
    wait(lambda: gate.runs == 1)
    other = make_cube(7, 11, seed=5)
    store.history.reset(Document(cube=other))
    gate.open.set()
    wait(lambda: not store.state.tasks)
    assert store.document.cube is other
    assert store.document.unmixing is None


@pytest.mark.parametrize(
    "method",
    ["auto", "hals", "mu", "sparse", "weighted", "minvol", "orthogonal", "convex", "sequential", "vca"],
)
def test_locked_endmembers_stay_bit_for_bit(open_store: Store, wait: Wait, method: str):
    """Also a second time, with another number of endmembers."""
    store = open_store
    store.send(cmd.SetRun(RunSettings("spa", 3)))
    store.send(cmd.Unmix())
    wait(lambda: store.document.unmixing is not None)
    store.send(cmd.Rename(1, "Kept"))
    store.send(cmd.Lock(1, True))
    kept = store.document.endmembers[1]
    few = {f"factorization/{method}": {"max_iterations": 5}} if "max_iterations" in names_of(method) else {}
    for rank in (4, 3):
        before = store.document.unmixing
        store.send(cmd.SetRun(RunSettings(method, rank, parameters=few)))
        store.send(cmd.Unmix())
        wait(lambda before=before: store.document.unmixing is not before)
        document = store.document
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
    spectra, columns = replace_most_similar(found, locked)
    assert columns == (2, 0)
    np.testing.assert_array_equal(spectra[:3, 2], locked[:3, 0])
    np.testing.assert_array_equal(spectra[:, 1], found[:, 1])
    with pytest.raises(ValueError, match="2 endmembers are locked, but only 1 asked for"):
        replace_most_similar(found[:, :1], locked)


def test_settings_are_no_change_worth_saving(open_store: Store):
    open_store.send(cmd.SetRun(replace(open_store.document.settings, rank=9)))
    assert open_store.document.settings.rank == 9
    assert not open_store.history.modified
    assert open_store.history.undo_label == ""


def test_a_cube_larger_than_memory_is_shown_and_unmixing_it_is_refused(
    store: Store, cube: Cube, wait: Wait, monkeypatch: pytest.MonkeyPatch
):
    def too_large(_: Cube, **__: object) -> Generator[None, None, None]:
        raise TooLargeError("the pixels of the scene would take 20.0 GB, and 8.0 GB are free")
        yield

    monkeypatch.setattr(scenes, "load", too_large)
    store.history.reset(Document(cube=cube))
    wait(lambda: store.state[ImageState].picture is not None and not store.state.tasks)
    assert store.state.message is None  # nobody asked for anything yet
    store.send(cmd.Hover(3, 4))
    wait(lambda: store.state.cursor.measured is not None)
    store.send(cmd.Unmix())
    wait(lambda: store.state.message is not None)
    assert "20.0 GB" in store.state.message.text
    assert store.document.cube is cube


def test_bands_of_noise_are_proposed_to_be_left_out(store: Store, wait: Wait):
    values = make_cube(60, 50, bands=40, noise=0.002).read(0, 60)
    values[:, :, 20:23] = np.abs(0.3 * np.random.default_rng(3).standard_normal((60, 50, 3)))
    store.history.reset(Document(cube=Cube.from_array(values, np.linspace(400, 2400, 40))))
    wait(lambda: store.state[RunState].estimate is not None)
    assert "3 bands are mostly noise: 1426 to 1528 nm" in store.state.message.text
    before = store.state[RunState].estimate
    store.send(store.state.message.actions[0][1])
    assert np.flatnonzero(~store.document.cube.good_bands).tolist() == [20, 21, 22]
    wait(lambda: store.state[RunState].estimate not in (None, before))
    assert store.state[RunState].estimate.rank == 3


def test_a_proposal_is_made_once_and_taken_back_with_its_bands(store: Store, wait: Wait):
    values = make_cube(60, 50, bands=40, noise=0.002).read(0, 60)
    values[:, :, 20:23] = np.abs(0.3 * np.random.default_rng(3).standard_normal((60, 50, 3)))
    cube = Cube.from_array(values, np.linspace(400, 2400, 40))
    store.history.reset(Document(cube=cube))
    wait(lambda: store.state[RunState].estimate is not None)
    assert store.state.message.about == "noise"
    store.send(cmd.LeaveOut((5,)))  # other bands are used now: what was proposed may not hold
    assert store.state.message is None
    wait(lambda: store.state[RunState].estimate is not None)
    assert store.state.message is None  # it was to be read before
    store.send(cmd.EstimateRank())
    wait(lambda: "rank" not in store.state.tasks)
    assert store.state.message.about == "noise"  # now it was asked for


def test_a_proposal_is_read_though_unmixing_waited_for_the_estimate(store: Store, wait: Wait):
    values = make_cube(60, 50, bands=40, noise=0.002).read(0, 60)
    values[:, :, 20:23] = np.abs(0.3 * np.random.default_rng(3).standard_normal((60, 50, 3)))
    keep_all = RunSettings(parameters={"factorization/auto": {"screen": False}})
    cube = Cube.from_array(values, np.linspace(400, 2400, 40))
    store.history.reset(Document(cube=cube, settings=keep_all))
    store.send(cmd.Unmix())
    wait(lambda: store.document.unmixing is not None)
    assert any(message.about == "noise" for message in store.state.messages)


def test_weights_of_a_session_are_read_again(
    open_store: Store, cube: Cube, wait: Wait, tmp_path: Path
) -> None:
    weights = np.random.default_rng(0).random((cube.lines, cube.samples, 1)).astype(np.float32)
    np.save(tmp_path / "weights.npy", weights)
    given = Weights(str(tmp_path / "weights.npy"), "of before", weights.shape)
    own = {"factorization/weighted": {"max_iterations": 5}}
    open_store.send(cmd.SetRun(RunSettings("weighted", 3, parameters=own, weights=given)))
    open_store.send(cmd.Unmix())
    wait(lambda: open_store.document.unmixing is not None)
    request = Request(Choice("weighted", own["factorization/weighted"]), 3, weights=weights)
    expected = finish(unmix(finish(load(cube)), request))
    np.testing.assert_array_equal(open_store.document.unmixing.abundances, expected.abundances)
    kept = open_store.document.runs[-1].settings.weights
    assert kept.path == given.path
    assert kept.sha256 == sha256(tmp_path / "weights.npy")  # what the run had


def test_a_method_without_weights_leaves_them_out_and_says_so(open_store: Store, tmp_path: Path) -> None:
    given = Weights(str(tmp_path / "weights.npy"), "", (30, 20, 1))
    open_store.send(cmd.SetRun(RunSettings("weighted", 3, weights=given)))
    assert open_store.document.settings.weights == given
    assert open_store.state.notice is None
    open_store.send(cmd.SetRun(RunSettings("hals", 3, weights=given)))
    assert open_store.document.settings == RunSettings("hals", 3)
    assert "takes no weights: those of weights.npy were left out" in open_store.state.notice.text


def test_a_missing_value_that_the_weights_name_costs_no_pixel(
    store: Store, cube: Cube, tmp_path: Path, wait: Wait
) -> None:
    values = cube.read(0, cube.lines)
    values[4, 7, 3] = np.nan
    weights = np.ones(values.shape, np.float32)
    weights[4, 7, 3] = 0
    np.save(tmp_path / "weights.npy", weights)
    given = Weights(str(tmp_path / "weights.npy"), "", weights.shape)
    store.history.reset(Document(cube=Cube.from_array(values, cube.wavelengths)))
    wait(lambda: not store.state.tasks)
    own = {"factorization/weighted": {"max_iterations": 3}}
    store.send(cmd.SetRun(RunSettings("weighted", 3, parameters=own, weights=given)))
    store.send(cmd.Unmix())
    wait(lambda: store.document.unmixing is not None)
    assert np.isfinite(store.document.unmixing.abundances).all()


def test_the_endmembers_of_the_table_make_a_run_of_their_own(open_store: Store, wait: Wait, tmp_path: Path):
    store = open_store
    for line, sample in ((2, 1), (3, 3), (4, 5)):
        store.send(cmd.AddPixel(line, sample))
        wait(lambda: not store.state.tasks)
    store.send(cmd.Rename(1, "Soil"))
    store.send(cmd.SetRun(replace(store.document.settings, abundance="fcls")))
    wait(lambda: not store.state.tasks)
    before = store.document
    store.send(cmd.UseEndmembers())
    wait(lambda: not store.state.tasks and bool(store.document.runs))
    new = store.document
    run = new.runs[-1]
    assert (run.unmixing, run.edited) == (new.unmixing, False)
    assert (run.settings.method, new.settings.method) == ("fcls", before.settings.method)
    assert run.label.endswith("of given endmembers, r = 3")
    assert [e.name for e in new.endmembers] == [e.name for e in before.endmembers]
    assert new.endmembers[1].source == before.endmembers[1].source
    w = np.stack([e.spectrum for e in new.endmembers], axis=1)
    expected = hsunmix.abundances(new.cube, w, "fcls")
    np.testing.assert_array_equal(new.unmixing.abundances, expected)
    store.send(cmd.Undo())
    wait(lambda: not store.state.tasks)
    assert [e.name for e in store.document.endmembers] == [e.name for e in before.endmembers]
    assert store.document.runs[-1].label == run.label  # it is still among the runs
    store.send(cmd.RestoreRun(run.number))
    assert store.document.unmixing is run.unmixing
    assert store.document.settings.method == before.settings.method


def test_a_run_of_no_endmembers_is_none(open_store: Store):
    open_store.send(cmd.UseEndmembers())
    assert "run" not in open_store.state.tasks
    assert open_store.document.runs == ()


@pytest.mark.parametrize("method", ["auto", "hals"])
def test_a_cube_larger_than_memory_is_told_and_unmixed(
    store: Store, wait: Wait, tmp_path: Path, method: str, monkeypatch: pytest.MonkeyPatch
):
    cube = hsunmix.open_cube(write_envi(tmp_path / "scene", values()))
    with little_memory():
        known = hsunmix.unmix(cube, method, rank=4)
        monkeypatch.setattr("hsunmix.engine.footprint.available", lambda: MEMORY / 0.8)
        store.history.reset(Document(cube=cube))
        wait(lambda: not store.state.tasks and store.state[ImageState].picture is not None)
        assert store.scenes.here(cube) is None
        message = store.state.message
        assert message is not None
        assert (
            "To be unmixed, scene.hdr is read three times; this needs at most 1 MB of memory" in message.text
        )
        store.send(cmd.SetRun(replace(store.document.settings, method=method, rank=4)))
        store.send(cmd.Unmix())
        wait(lambda: store.document.unmixing is not None and not store.state.tasks)
    found = store.document.unmixing
    assert found is not None
    np.testing.assert_allclose(found.endmembers, known.endmembers, rtol=1e-6)
    np.testing.assert_allclose(found.abundances, known.abundances, atol=1e-5)


def test_bands_of_noise_leave_with_the_run_and_come_back_by_undo(store: Store, wait: Wait) -> None:
    rng = np.random.default_rng(0)
    w = 0.1 + 0.5 * rng.random((1, 3)) + np.cumsum(rng.standard_normal((40, 3)), axis=0) ** 2 / 200
    h = rng.dirichlet(np.ones(3) / 2, 600)
    values = h @ w.T + 0.001 * rng.standard_normal((600, 40))
    values[:, [7, 30]] += 2 * rng.random((600, 2))
    cube = Cube.from_array(values.reshape(30, 20, 40).astype(np.float32))
    settings = RunSettings(rank=3)
    store.history.reset(Document(cube=cube, settings=settings))
    wait(lambda: not store.state.tasks)
    store.send(cmd.Unmix())
    wait(lambda: store.document.unmixing is not None and not store.state.tasks)
    good = store.document.cube.good_bands
    assert np.flatnonzero(~good).tolist() == [7, 30]
    np.testing.assert_array_equal(store.document.unmixing.used_bands, good)
    store.history.undo()
    assert store.document.unmixing is None
    assert store.document.cube.good_bands.all()
