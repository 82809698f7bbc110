"""The window keeps its word: listeners, jobs, scenes, edits and records, by the kinds of cause."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.gui import commands as cmd
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.library.state import LibraryState
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.run import solve_controller as solving
from hsunmix.gui.run.state import RunState
from hsunmix.gui.state.store import Store
from hsunmix.methods.running import pipeline
from hsunmix.model.region import Region
from hsunmix.session.document import Document, Layer, RunSettings
from hsunmix.session.members import unsolved
from hsunmix.session.runs import record_run
from tests.gui.conftest import FakeDialogs, solved_document, unmixing_of
from tests.gui.scenes_on_disk import write_scene
from tests.gui.test_commands import settle

Wait = Callable[[Callable[[], bool]], None]
Settled = Callable[[], None]


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Solving and saving wait until this is set."""
    from hsunmix.session import archive

    event, solve, save = threading.Event(), pipeline.solve, archive.save

    def waiting(*args: object) -> object:
        while not event.wait(0.005):
            yield None
        return (yield from solve(*args))

    def slowly(*args: object) -> object:
        event.wait(30)
        return save(*args)

    monkeypatch.setattr(solving, "pipeline", SimpleNamespace(solve=waiting))
    monkeypatch.setattr(archive, "save", slowly)
    yield event
    event.set()


@pytest.fixture
def filed(store: Store, dialogs: FakeDialogs, tmp_path: Path, wait: Wait) -> Store:
    """Scene A is open and unmixed; B lies beside it, and A's session would be ``a.hsu``."""
    for name, lines in (("a", 14), ("b", 11)):
        write_scene(tmp_path, name, lines, 12)
    store.send(cmd.Open(tmp_path / "a.hdr"))
    wait(lambda: store.document.cube is not None)
    settle(store, wait)
    store.send(cmd.SetRun(RunSettings("spa", 3)))
    store.send(cmd.Unmix())
    wait(lambda: store.document.unmixing is not None)
    settle(store, wait)
    dialogs.session = tmp_path / "a.hsu"
    return store


def names(store: Store) -> list[str]:
    return [e.name for e in store.document.endmembers]


# A listener that fails


def test_a_listener_that_fails_is_told_and_the_window_follows(solved_store: Store, settled: Settled):
    store, heard = solved_store, []

    def failing(*_: object) -> None:
        raise InputError("a fault")

    for subscribe in (store.history.subscribe, store.watch):
        subscribe(failing)
        subscribe(lambda *_: heard.append(1))
    store.send(cmd.Delete(0))
    settled()
    assert store.state.message.text == "a fault"
    assert heard
    store.send(cmd.CloseMessage())
    store.send(cmd.Pin(1, 1))
    assert store.state.message is None  # said once


def test_a_comparison_ends_with_a_run_that_is_deleted(solved_store: Store, wait: Wait, settled: Settled):
    store = solved_store
    document = store.document
    store.history.reset(record_run(record_run(document, unmixing_of(document.cube)), document.unmixing))
    settle(store, wait)
    store.send(cmd.CompareRuns(2, None))
    wait(lambda: store.state[RunState].comparing is not None)
    store.send(cmd.DeleteRun(2))
    assert store.state[RunState].comparing is None
    assert "Run 2" in store.state.notice.text
    store.send(cmd.Delete(0))
    settled()
    assert store.document.unmixing.rank == len(store.document.endmembers)
    assert store.state.message is None


def test_undo_keeps_the_runs_while_two_are_compared(filed: Store, wait: Wait):
    store = filed
    store.send(cmd.SetRun(RunSettings("vca", 3)))
    store.send(cmd.Unmix())
    wait(lambda: len(store.document.runs) == 2)
    settle(store, wait)
    store.send(cmd.RestoreRun(1))
    store.send(cmd.CompareRuns(None, 2))
    wait(lambda: store.state[RunState].comparing is not None)
    for _ in range(2):
        store.send(cmd.Undo())
        settle(store, wait)
    assert [run.number for run in store.document.runs] == [1, 2]
    assert store.state.message is None


# Channels


def test_all_that_is_asked_for_is_done_and_what_can_be_replaced_is(store: Store, wait: Wait):
    done: list[str] = []

    def work(name: str) -> Iterator[None]:
        yield
        yield
        return name

    for channel in store.kinds:
        for k in range(3):
            store.start(channel, channel, work(f"{channel} {k}"), done.append)
    wait(lambda: not any(channel.busy for channel in store.channels.values()))
    for channel, kind in store.kinds.items():
        expected = [f"{channel} {k}" for k in range(3)] if kind.in_turn else [f"{channel} 2"]
        assert [name for name in done if name.rpartition(" ")[0] == channel] == expected


def test_a_job_that_fails_or_is_cancelled_lets_the_next_begin(store: Store, wait: Wait):
    done, ended = [], threading.Event()

    def failing() -> Iterator[None]:
        yield
        raise InputError("a fault")

    def endless() -> Iterator[None]:
        while not ended.wait(0.001):
            yield

    def good() -> Iterator[None]:
        yield
        return 3

    def broken(_value: object) -> None:
        raise ValueError

    store.start("export", "first", failing(), done.append)
    store.start("export", "second", endless(), done.append)
    store.start("export", "third", good(), broken)
    store.start("export", "fourth", good(), done.append)
    wait(lambda: "export" in store.state.tasks and store.state.tasks["export"].title == "second")
    store.cancel("export")
    wait(lambda: done == [3])


def test_what_is_cancelled_says_so_until_its_step_ends(store: Store, wait: Wait):
    """Cancelled once more, the work before it is; and then nothing is left to be cancelled."""
    event = threading.Event()

    def work() -> Iterator[None]:
        event.wait(30)
        yield

    def ending() -> list[str]:
        return [channel for channel, task in store.state.tasks.items() if task.ending]

    for channel in ("export", "sweep"):
        store.start(channel, channel, work(), lambda _: None)
    for command, expected in (
        (cmd.CancelWork(), ["sweep"]),
        (cmd.Escape(), ["export", "sweep"]),
        (cmd.CancelWork(), ["export", "sweep"]),
    ):
        assert store.state.cancellable == (len(ending()) < 2)
        store.send(command)
        assert ending() == expected
    store.start("sweep", "another", work(), lambda _: None)
    assert store.state.cancellable
    assert ending() == ["export"]
    event.set()
    wait(lambda: not store.state.tasks)


def test_pixels_and_means_are_all_added(solved_store: Store, wait: Wait, monkeypatch: pytest.MonkeyPatch):
    store = solved_store
    monkeypatch.setattr(store.scenes, "spectrum", lambda *_: None)  # as if they had to be read
    regions = tuple(Region(f"R{k}", "#111111", "rectangle", ((k, 1), (k + 3, 6))) for k in range(2))
    store.history.reset(replace(store.document, regions=regions))
    settle(store, wait)
    store.show(RegionsState, region_spectra={})
    for command in (cmd.AddPixel(9, 4), cmd.AddPixel(10, 4), cmd.AddMean(0), cmd.AddMean(1)):
        store.send(command)
    settle(store, wait)
    assert sorted(names(store)[5:]) == ["Pixel 10, 4", "Pixel 9, 4", "R0", "R1"]


def test_a_pixel_without_data_leaves_the_solve_before_it_alone(filed: Store, wait: Wait, tmp_path: Path):
    values = np.fromfile(tmp_path / "a.img", "<f4").reshape(14, 20, 12)
    values[5, :, 5] = 0
    values.tofile(tmp_path / "a.img")
    store = filed
    store.send(cmd.Open(tmp_path / "a.hdr", discard=True))
    wait(lambda: not store.document.endmembers)
    settle(store, wait)
    store.send(cmd.AddPixel(3, 3))
    store.send(cmd.AddPixel(5, 5))
    settle(store, wait)
    assert names(store) == ["Pixel 3, 3"]
    assert not store.document.unmixing.provisional
    assert "no data" in store.state.message.text


def test_a_mask_and_a_library_are_read_beside_each_other(filed: Store, wait: Wait, tmp_path: Path):
    store = filed
    np.save(tmp_path / "mask.npy", np.tri(14, 12, 3, dtype=np.uint8))
    (tmp_path / "mine.csv").write_text(
        "wavelength_nm,Soil\n" + "".join(f"{nm},{nm / 3000}\n" for nm in range(400, 2501, 50))
    )
    store.send(cmd.MaskFile(tmp_path / "mask.npy"))
    store.send(cmd.OpenLibrary(tmp_path / "mine.csv"))
    settle(store, wait)
    np.testing.assert_array_equal(store.document.cube.selection, np.tri(14, 12, 3, dtype=bool))
    assert store.settings.preferences.libraries == (str(tmp_path / "mine.csv"),)


def test_products_and_regions_are_written_beside_each_other(
    filed: Store, dialogs: FakeDialogs, wait: Wait, tmp_path: Path
):
    store = filed
    store.send(cmd.DrawRegion("rectangle", ((1, 1), (5, 4))))
    dialogs.job, dialogs.file = (tmp_path / "out", ("csv", "sli", "png")), tmp_path / "r.geojson"
    store.send(cmd.Export())
    store.send(cmd.ExportRegions())
    settle(store, wait)
    assert dialogs.file.is_file()
    assert (tmp_path / "out" / "abundance_03_Endmember_3.png").is_file()


@pytest.mark.parametrize(
    ("channel", "named"),
    [("mean", {"One", "Two"}), ("sweep", {"Two"}), ("layer", set())],
    ids=["in turn", "shown", "quiet"],
)
def test_a_job_of_a_scene_that_is_left_says_so(
    channel: str, named: set[str], solved_store: Store, wait: Wait
):
    store = solved_store
    told: list[str] = []
    store.watch(lambda _, new: told.append(new.notice.text if new.notice else ""))

    def work() -> Iterator[None]:
        yield

    cube = store.document.cube
    for name in ("One", "Two"):
        store.start(channel, name, work(), lambda _: told.append("wrong"), of=cube)
    store.history.reset(solved_document(4))
    settle(store, wait)
    assert {text.partition(":")[0] for text in told if "not done" in text} == named
    assert "wrong" not in told


# The scene, the document, the file


def test_saving_ends_after_another_scene_was_opened(
    filed: Store, dialogs: FakeDialogs, gate: threading.Event, wait: Wait, tmp_path: Path
):
    store = filed
    store.send(cmd.Save())
    store.send(cmd.Open(tmp_path / "b.hdr", discard=True))
    wait(lambda: store.document.cube.lines == 11)
    gate.set()
    wait(lambda: not store.channels["save"].busy)
    assert store.session_path is None  # that is A's
    store.send(cmd.Pin(1, 1))
    dialogs.session = None
    asked = len(dialogs.asked)
    store.send(cmd.Save())
    assert dialogs.asked[asked:] == ["session_file b.hsu"]
    assert store.history.modified


def test_nothing_of_a_scene_that_was_left_is_held(
    filed: Store, dialogs: FakeDialogs, wait: Wait, tmp_path: Path
):
    store = filed
    dialogs.job = tmp_path / "out", ("csv",)
    for command in (
        cmd.CompareRuns(1, None), cmd.StopComparing(), cmd.AddLayer("b[860]"),
        cmd.DrawRegion("rectangle", ((1, 1), (5, 4))), cmd.AddMean(0), cmd.AddPixel(9, 4),
        cmd.ShowMatches(0), cmd.EstimateRank(), cmd.PlanMask("b[860] > 0.1"), cmd.CancelMask(),
        cmd.PaintBands(2, 4, True), cmd.Delete(0), cmd.Save(), cmd.Export(), cmd.CopyScript(), cmd.Undo(),
    ):  # fmt: skip
        store.send(command)
        settle(store, wait)
    here = store.document
    seen = [weakref.ref(one) for one in (here, here.cube, here.unmixing, store.scenes.here(here.cube))]
    del here
    store.send(cmd.Open(tmp_path / "b.hdr", discard=True))
    wait(lambda: store.document.cube.lines == 11)
    settle(store, wait)
    gc.collect()
    assert [ref() for ref in seen] == [None] * 4


def test_looking_elsewhere_while_it_saves_is_no_change_and_renaming_is(
    filed: Store, gate: threading.Event, wait: Wait
):
    store = filed
    store.send(cmd.Save())
    store.send(cmd.ShowPage("residual"))
    gate.set()
    wait(lambda: not store.channels["save"].busy)
    assert not store.history.modified
    gate.clear()
    store.send(cmd.Rename(0, "Soil"))
    store.send(cmd.Save())
    store.send(cmd.Rename(0, "Sand"))
    gate.set()
    wait(lambda: not store.channels["save"].busy)
    assert store.history.modified


def test_a_change_while_it_saves_is_asked_about_before_it_is_lost(
    filed: Store, dialogs: FakeDialogs, gate: threading.Event, wait: Wait, tmp_path: Path
):
    store = filed
    dialogs.changes = "save"
    store.send(cmd.Open(tmp_path / "b.hdr"))
    store.send(cmd.Rename(0, "Soil"))
    dialogs.changes = "cancel"
    gate.set()
    settle(store, wait)
    assert names(store)[0] == "Soil"
    assert store.document.cube.lines == 14
    assert [asked for asked in dialogs.asked if asked.startswith("unsaved")] == [
        "unsaved a.hdr",
        "unsaved a.hsu",
    ]


def test_a_change_while_another_file_is_read_is_asked_about(
    filed: Store, dialogs: FakeDialogs, wait: Wait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    store = filed
    store.send(cmd.Save())
    wait(lambda: not store.history.modified)
    store.send(cmd.Open(tmp_path / "b.hdr"))
    store.send(cmd.Rename(0, "Soil"))
    dialogs.changes = "cancel"
    settle(store, wait)
    assert names(store)[0] == "Soil"
    assert dialogs.asked[-1] == "unsaved a.hsu"


def test_what_is_saved_twice_is_written_in_order(
    filed: Store, gate: threading.Event, wait: Wait, tmp_path: Path
):
    from hsunmix.session.archive import load

    store = filed
    store.send(cmd.Save())
    store.send(cmd.Rename(0, "Soil"))
    store.session_path = tmp_path / "a.hsu"
    store.send(cmd.Save())
    gate.set()
    settle(store, wait)
    assert load(tmp_path / "a.hsu").endmembers[0].name == "Soil"
    assert not store.history.modified
    gate.clear()
    for name in ("Sand", "Silt"):  # the second is not taken for another window's file
        store.send(cmd.Rename(0, name))
        store.send(cmd.Save())
    gate.set()
    settle(store, wait)
    assert load(tmp_path / "a.hsu").endmembers[0].name == "Silt"
    assert store.state.message is None


def test_a_dialog_of_the_library_survives_a_solve(solved_store: Store, dialogs: FakeDialogs, wait: Wait):
    store = solved_store
    settle(store, wait)

    def entries(*_: object) -> tuple[tuple[int, ...], float | None, bool]:
        store.history.amend(replace(store.document, view=replace(store.document.view, page="residual")))
        return (3,), None, False

    dialogs.library_entries = entries
    store.send(cmd.AddFromLibrary())
    settle(store, wait)
    assert len(names(store)) == 6


def test_a_match_names_the_endmember_that_was_asked_about(
    solved_store: Store, dialogs: FakeDialogs, wait: Wait
):
    store = solved_store
    settle(store, wait)

    def matches(subject: object, _compare: object) -> tuple[str, int]:
        store.send(cmd.Delete(0))
        return "name", 2

    dialogs.matches = matches
    store.send(cmd.ShowMatches(2))
    settle(store, wait)
    known = store.state[LibraryState].library.names[2]
    assert names(store) == ["M1", known, "M3", "M4"]
    dialogs.matches = lambda *_: (store.send(cmd.Delete(1)), ("name", 3))[1]
    store.send(cmd.ShowMatches(1))
    settle(store, wait)
    assert names(store) == ["M1", "M3", "M4"]
    assert known in store.state.message.text


def test_bands_are_painted_in_while_something_else_is_looked_at(filed: Store, wait: Wait):
    store = filed
    store.send(cmd.PaintBands(4, 6, bad=True))
    settle(store, wait)
    members = tuple(
        replace(e, spectrum=np.where(store.document.cube.good_bands, e.spectrum, np.nan))
        for e in store.document.endmembers
    )
    store.history.amend(replace(store.document, endmembers=members))
    store.send(cmd.PaintBands(4, 5, bad=False))
    assert store.channels["bands"].busy
    store.send(cmd.PaintBands(5, 5, bad=True))  # one after the other
    store.send(cmd.ShowPage("residual"))
    store.send(cmd.Pin(1, 1))
    settle(store, wait)
    assert np.flatnonzero(~store.document.cube.good_bands).tolist() == [5, 6]
    assert store.state.message is None or "again" not in store.state.message.text


def test_cancelling_comes_too_late_for_a_file_that_is_written(
    filed: Store, wait: Wait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from hsunmix.session import archive

    store, save = filed, archive.save
    begun, cancelled = threading.Event(), threading.Event()

    def slowly(*args: object) -> object:
        begun.set()
        cancelled.wait(30)
        return save(*args)

    monkeypatch.setattr(archive, "save", slowly)
    store.send(cmd.Save())
    wait(begun.is_set)
    store.cancel("save")
    cancelled.set()
    settle(store, wait)
    assert (tmp_path / "a.hsu").is_file()
    assert store.session_path == tmp_path / "a.hsu"
    assert not store.history.modified


# Taking back


@pytest.mark.parametrize("ends", ["cancelled", "failed"])
def test_what_was_done_since_is_not_taken_back(
    solved_store: Store, gate: threading.Event, wait: Wait, settled: Settled, ends: str,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    store = solved_store
    store.send(cmd.Delete(1))
    store.send(cmd.Pin(4, 4))
    if ends == "cancelled":
        store.cancel("preview_solve", "solve")
    else:
        with monkeypatch.context() as patch:
            patch.setattr(store.channels["preview_solve"]._job, "outcome", None)
            job = store.channels["preview_solve"]._job
            store.channels["preview_solve"]._job = None
            job.cancel()
            store._end(
                "preview_solve", store._running["preview_solve"], SimpleNamespace(error=InputError("a fault"))
            )
    wait(lambda: store.state.stopped)
    assert store.document.pins
    assert len(store.document.endmembers) == 4
    assert store.state.message.actions[0][0] == "Solve"
    store.send(cmd.Export())
    assert "first estimate" in store.state.message.text
    gate.set()
    store.send(store.state.message.actions[0][1])
    settled()
    assert not store.state.stopped
    assert not store.document.unmixing.provisional


def test_cancelling_takes_its_own_edit_back(solved_store: Store, gate: threading.Event, wait: Wait):
    store = solved_store
    store.send(cmd.Pin(4, 4))
    store.send(cmd.Delete(1))
    store.cancel("preview_solve", "solve")
    wait(lambda: len(store.document.endmembers) == 5)
    assert store.document.pins
    assert store.history.redo_label == "Delete M1"
    assert not store.state.stopped


def test_another_constraint_holds_for_an_edit_under_way(
    solved_store: Store, gate: threading.Event, settled: Settled
):
    store = solved_store
    store.send(cmd.Delete(1))
    store.send(cmd.SetRun(replace(store.document.settings, abundance="fcls")))
    gate.set()
    settled()
    assert store.document.unmixing.abundance == "fcls"
    sums = np.nansum(store.document.unmixing.abundances, axis=0)
    np.testing.assert_allclose(sums, 1, atol=1e-4)


# Records


@pytest.mark.parametrize("text", ["b[:]", "b[800:1900]", "band[4]"])
def test_a_mask_of_other_bands_is_written_so_that_it_is_made_again(filed: Store, wait: Wait, text: str):
    from hsunmix.session.reproduce import command_line, facts_of, python_script

    store = filed
    store.send(cmd.PaintBands(5, 12, bad=True))
    settle(store, wait)
    store.send(cmd.PlanMask(text))
    wait(
        lambda: (
            store.state[RegionsState].masking is not None
            and store.state[RegionsState].masking.mask is not None
        )
    )
    store.send(cmd.ApplyMask())
    settle(store, wait)
    store.send(cmd.Unmix())
    wait(lambda: len(store.document.runs) == 3)  # the first run, the one that was masked, this one
    settle(store, wait)
    document = store.document
    facts = facts_of(document, store.scenes.here(document.cube))
    made: dict[str, object] = {}
    exec(python_script(document, facts), made)
    np.testing.assert_array_equal(made["H"], document.unmixing.abundances)
    if text.startswith("band"):
        assert "--mask '(band[4]) > " in command_line(document, facts, Path("out"), ("csv",))
    else:
        with pytest.raises(InputError, match="Python script"):
            command_line(document, facts, Path("out"), ("csv",))


def test_a_run_that_was_edited_and_kept_is_no_run_of_a_command(filed: Store, wait: Wait):
    from hsunmix.session.reproduce import command_line, facts_of, python_script

    store = filed
    store.send(cmd.Reorder(0, 2))
    store.send(cmd.KeepResult())
    settle(store, wait)
    document = store.document
    assert document.runs[-1].edited
    facts = facts_of(document, store.scenes.here(document.cube))
    with pytest.raises(InputError, match="Python script"):
        command_line(document, facts, Path("out"), ("csv",))
    made: dict[str, object] = {}
    exec(python_script(document, facts), made)
    np.testing.assert_array_equal(made["H"], document.unmixing.abundances)


def test_a_run_goes_back_to_its_pixels_and_bands(filed: Store, wait: Wait, tmp_path: Path):
    from hsunmix.session.archive import load, save

    store = filed
    mask = np.tri(14, 12, 2, dtype=bool)
    store.history.apply(
        "mask",
        replace(store.document, cube=store.document.cube.with_selection(mask), unmixing=None, endmembers=()),
    )
    store.send(cmd.PaintBands(3, 4, bad=True))
    store.send(cmd.SetRun(RunSettings("spa", 2)))
    store.send(cmd.Unmix())
    wait(lambda: len(store.document.runs) == 2)
    settle(store, wait)
    save(store.document, tmp_path / "kept.hsu")
    store.history.reset(load(tmp_path / "kept.hsu"))
    settle(store, wait)
    for number, pixels, bands in ((1, None, 20), (2, mask, 18), (1, None, 20)):
        store.send(cmd.RestoreRun(number))
        settle(store, wait)
        cube, result = store.document.cube, store.document.unmixing
        assert cube.good_bands.sum() == bands
        expected = np.ones((14, 12), dtype=bool) if pixels is None else pixels
        np.testing.assert_array_equal(np.isfinite(result.rmse), expected)
        assert (cube.selection is None) == (pixels is None)
    store.send(cmd.Undo())
    np.testing.assert_array_equal(store.document.cube.selection, mask)


def test_no_name_comes_twice(solved_store: Store, wait: Wait, settled: Settled):
    store = solved_store
    for command in (
        cmd.Duplicate(0),
        cmd.Duplicate(0),
        cmd.AddPixel(9, 4),
        cmd.AddPixel(9, 4),
        cmd.Rename(1, "M4"),
    ):
        store.send(command)
    settled()
    assert len(set(names(store))) == len(names(store)) == 9
    assert "M4 2" in names(store)
    assert "M4 already" in store.state.notice.text


def test_locked_endmembers_are_as_they_were_left_while_it_ran(filed: Store, wait: Wait):
    store = filed
    store.send(cmd.Lock(0, True))
    store.send(cmd.Rename(0, "Endmember 2"))
    store.send(cmd.Lock(1, True))
    store.send(cmd.Unmix())
    store.send(cmd.Rename(0, "Endmember 3"))
    store.send(cmd.Recolour(0, "#123456"))
    store.send(cmd.Lock(1, False))
    kept = store.document.endmembers
    wait(lambda: len(store.document.runs) == 2)
    members = {e.name: e for e in store.document.endmembers}
    assert len(members) == 3
    assert members[kept[0].name].colour == "#123456"
    assert members[kept[0].name].locked
    assert not members[kept[1].name].locked


def test_a_copy_is_another_one_than_what_it_was_copied_from(filed: Store, wait: Wait):
    store = filed
    store.send(cmd.Duplicate(0))
    for k, name in enumerate(("First", "Second")):
        store.send(cmd.Lock(k, True))
        store.send(cmd.Rename(k, name))
    store.send(cmd.SetRun(RunSettings("spa", 4)))
    store.send(cmd.Unmix())
    wait(lambda: store.state.running is None and store.document.unmixing.method == "spa")
    settle(store, wait)
    assert len(set(names(store))) == 4
    assert {"First", "Second"} < set(names(store))


def test_the_picture_follows_the_bands_that_are_used(filed: Store, wait: Wait):
    store = filed
    red = store.document.cube.rgb_bands[0]
    before = store.state[ImageState].picture
    store.send(cmd.PaintBands(red, red, bad=True))
    settle(store, wait)
    assert store.state[ImageState].picture is not before
    assert store.state[ImageState].picture.bands == store.document.cube.rgb_bands
    assert red not in store.state[ImageState].picture.bands


def test_a_layer_follows_the_bands_that_are_used(filed: Store, wait: Wait):
    from hsunmix.model.band_maths import evaluate

    store = filed
    store.send(cmd.AddLayer("b[:]"))
    settle(store, wait)
    store.send(cmd.PaintBands(3, 9, bad=True))
    settle(store, wait)
    np.testing.assert_array_equal(
        store.state[ImageState].layers["b[:]"], evaluate(store.document.cube, "b[:]")
    )
    store.send(cmd.PlanMask("b[:]", threshold=0.2))
    wait(
        lambda: (
            store.state[RegionsState].masking is not None
            and store.state[RegionsState].masking.mask is not None
        )
    )
    store.send(cmd.CancelMask())
    store.send(cmd.PaintBands(3, 9, bad=False))
    settle(store, wait)
    store.send(cmd.PlanMask("b[:]", threshold=0.2))
    wait(
        lambda: (
            store.state[RegionsState].masking is not None
            and store.state[RegionsState].masking.mask is not None
        )
    )
    np.testing.assert_array_equal(
        store.state[RegionsState].masking.mask, evaluate(store.document.cube, "b[:] > 0.2")
    )


# What is selected


def test_what_is_selected_stays_selected(solved_store: Store, wait: Wait, settled: Settled):
    store = solved_store
    regions = tuple(Region(f"R{k}", "#111111", "rectangle", ((k, 1), (k + 3, 6))) for k in range(3))
    layers = tuple(Layer(f"L{k}", f"band[{k + 1}]") for k in range(3))
    view = replace(store.document.view, region=1, layer=1, endmember=2)
    store.history.reset(replace(store.document, regions=regions, layers=layers, view=view))
    for command in (cmd.DeleteRegion(0), cmd.DeleteLayer(0), cmd.Delete(0, (1,))):
        store.send(command)
    settled()

    def selected(document: Document) -> tuple[str, str, str]:
        seen = document.view
        return (
            document.regions[seen.region].name,
            document.layers[seen.layer].name,
            document.endmembers[seen.endmember].name,
        )

    assert selected(store.document) == ("R1", "L1", "M2")
    for _ in range(3):
        store.send(cmd.Undo())
    assert selected(store.document) == ("R1", "L1", "M2")


def test_the_last_endmember_takes_nothing_else_along(solved_store: Store):
    store = solved_store
    view = replace(store.document.view, stretch=(5.0, 90.0), veiled=False, band=3, map_stretch=(1.0, 99.0))
    store.history.reset(replace(store.document, view=view))
    store.send(cmd.Delete(0, (1, 2, 3, 4)))
    assert store.document.endmembers == ()
    assert store.document.view == replace(view, page="rgb", endmember=0)


# Enabled means able


def test_what_no_solve_can_do_is_refused_before_it_is_done(filed: Store, wait: Wait):
    store = filed
    store.send(cmd.PaintBands(4, 6, bad=True))
    settle(store, wait)
    members = tuple(
        replace(
            e,
            spectrum=np.where(store.document.cube.good_bands, e.spectrum, np.nan),
            source=replace(e.source, kind="library"),
        )
        for e in store.document.endmembers
    )
    store.history.amend(replace(store.document, endmembers=members))
    store.send(cmd.PaintBands(4, 6, bad=False))
    settle(store, wait)
    label, document = store.history.undo_label, store.document
    mask = cmd.MaskRegion(0, keep=True)
    store.history.amend(replace(document, regions=(Region("R", "#111111", "rectangle", ((1, 1), (5, 5))),)))
    for command in (
        cmd.Delete(0),
        cmd.Duplicate(0),
        cmd.AddPixel(9, 4),
        cmd.Merge((0, 1)),
        mask,
        cmd.SolveAgain("fcls"),
    ):
        store.show(message=None)
        store.send(command)
        settle(store, wait)
        assert "unmix again, or leave these bands out" in store.state.message.text, command
        assert (store.history.undo_label, store.history.redo_label) == (label, "")
        assert not unsolved(store.document)


def test_a_run_that_is_cancelled_by_other_pixels_says_so(filed: Store, wait: Wait):
    store = filed
    store.send(
        cmd.SetRun(
            RunSettings(
                "hals", 3, parameters={"factorization/hals": {"max_iterations": 100_000, "tolerance": 0.0}}
            )
        )
    )
    store.send(cmd.Unmix())
    store.send(cmd.PaintBands(4, 6, bad=True))
    assert "cancelled" in store.state.notice.text
    settle(store, wait)
    assert store.state.running is None
