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
from hsunmix.gui import commands as i
from hsunmix.gui.run import solve_controller as solving
from hsunmix.gui.state.channels import CHANNELS
from hsunmix.gui.state.workbench import Workbench
from hsunmix.methods import pipeline
from hsunmix.model.region import Region
from hsunmix.session.document import Document, Layer, RunSettings
from hsunmix.session.members import unsolved
from hsunmix.session.runs import with_run
from tests.gui.conftest import Answers, solved_document, unmixing_of
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
def filed(bench: Workbench, answers: Answers, tmp_path: Path, wait: Wait) -> Workbench:
    """Scene A is open and unmixed; B lies beside it, and A's session would be ``a.hsu``."""
    for name, lines in (("a", 14), ("b", 11)):
        write_scene(tmp_path, name, lines, 12)
    bench.send(i.Open(tmp_path / "a.hdr"))
    wait(lambda: bench.document.cube is not None)
    settle(bench, wait)
    bench.send(i.SetRun(RunSettings("spa", 3)))
    bench.send(i.Unmix())
    wait(lambda: bench.document.unmixing is not None)
    settle(bench, wait)
    answers.session = tmp_path / "a.hsu"
    return bench


def names(bench: Workbench) -> list[str]:
    return [e.name for e in bench.document.endmembers]


# A listener that fails


def test_a_listener_that_fails_is_told_and_the_window_follows(solved_bench: Workbench, settled: Settled):
    bench, heard = solved_bench, []

    def failing(*_: object) -> None:
        raise InputError("a fault")

    for subscribe in (bench.history.subscribe, bench.watch):
        subscribe(failing)
        subscribe(lambda *_: heard.append(1))
    bench.send(i.Delete(0))
    settled()
    assert bench.live.message.text == "a fault"
    assert heard
    bench.send(i.CloseMessage())
    bench.send(i.Pin(1, 1))
    assert bench.live.message is None  # said once


def test_a_comparison_ends_with_a_run_that_is_deleted(solved_bench: Workbench, wait: Wait, settled: Settled):
    bench = solved_bench
    document = bench.document
    bench.history.reset(with_run(with_run(document, unmixing_of(document.cube)), document.unmixing))
    settle(bench, wait)
    bench.send(i.CompareRuns(2, None))
    wait(lambda: bench.live.comparing is not None)
    bench.send(i.DeleteRun(2))
    assert bench.live.comparing is None
    assert "Run 2" in bench.live.notice.text
    bench.send(i.Delete(0))
    settled()
    assert bench.document.unmixing.rank == len(bench.document.endmembers)
    assert bench.live.message is None


def test_undo_keeps_the_runs_while_two_are_compared(filed: Workbench, wait: Wait):
    bench = filed
    bench.send(i.SetRun(RunSettings("vca", 3)))
    bench.send(i.Unmix())
    wait(lambda: len(bench.document.runs) == 2)
    settle(bench, wait)
    bench.send(i.BackTo(1))
    bench.send(i.CompareRuns(None, 2))
    wait(lambda: bench.live.comparing is not None)
    for _ in range(2):
        bench.send(i.Undo())
        settle(bench, wait)
    assert [run.number for run in bench.document.runs] == [1, 2]
    assert bench.live.message is None


# Channels


def test_all_that_is_asked_for_is_done_and_what_can_be_replaced_is(bench: Workbench, wait: Wait):
    done: list[str] = []

    def work(name: str) -> Iterator[None]:
        yield
        yield
        return name

    for lane in CHANNELS:
        for k in range(3):
            bench.start(lane, lane, work(f"{lane} {k}"), done.append)
    wait(lambda: not any(lane.busy for lane in bench.lanes.values()))
    for lane, channel in CHANNELS.items():
        expected = [f"{lane} {k}" for k in range(3)] if channel.in_turn else [f"{lane} 2"]
        assert [name for name in done if name.rpartition(" ")[0] == lane] == expected


def test_a_job_that_fails_or_is_cancelled_lets_the_next_begin(bench: Workbench, wait: Wait):
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

    bench.start("export", "first", failing(), done.append)
    bench.start("export", "second", endless(), done.append)
    bench.start("export", "third", good(), broken)
    bench.start("export", "fourth", good(), done.append)
    wait(lambda: "export" in bench.live.tasks and bench.live.tasks["export"].title == "second")
    bench.cancel("export")
    wait(lambda: done == [3])


def test_what_is_cancelled_says_so_until_its_step_ends(bench: Workbench, wait: Wait):
    """Cancelled once more, the work before it is; and then nothing is left to be cancelled."""
    event = threading.Event()

    def work() -> Iterator[None]:
        event.wait(30)
        yield

    def ending() -> list[str]:
        return [lane for lane, task in bench.live.tasks.items() if task.ending]

    for lane in ("export", "sweep"):
        bench.start(lane, lane, work(), lambda _: None)
    for intent, expected in (
        (i.CancelWork(), ["sweep"]),
        (i.Escape(), ["export", "sweep"]),
        (i.CancelWork(), ["export", "sweep"]),
    ):
        assert bench.live.cancellable == (len(ending()) < 2)
        bench.send(intent)
        assert ending() == expected
    bench.start("sweep", "another", work(), lambda _: None)
    assert bench.live.cancellable
    assert ending() == ["export"]
    event.set()
    wait(lambda: not bench.live.tasks)


def test_pixels_and_means_are_all_added(solved_bench: Workbench, wait: Wait, monkeypatch: pytest.MonkeyPatch):
    bench = solved_bench
    monkeypatch.setattr(bench.scenes, "spectrum", lambda *_: None)  # as if they had to be read
    regions = tuple(Region(f"R{k}", "#111111", "rectangle", ((k, 1), (k + 3, 6))) for k in range(2))
    bench.history.reset(replace(bench.document, regions=regions))
    settle(bench, wait)
    bench.show(region_spectra={})
    for intent in (i.AddPixel(9, 4), i.AddPixel(10, 4), i.AddMean(0), i.AddMean(1)):
        bench.send(intent)
    settle(bench, wait)
    assert sorted(names(bench)[5:]) == ["Pixel 10, 4", "Pixel 9, 4", "R0", "R1"]


def test_a_pixel_without_data_leaves_the_solve_before_it_alone(filed: Workbench, wait: Wait, tmp_path: Path):
    values = np.fromfile(tmp_path / "a.img", "<f4").reshape(14, 20, 12)
    values[5, :, 5] = 0
    values.tofile(tmp_path / "a.img")
    bench = filed
    bench.send(i.Open(tmp_path / "a.hdr", discard=True))
    wait(lambda: not bench.document.endmembers)
    settle(bench, wait)
    bench.send(i.AddPixel(3, 3))
    bench.send(i.AddPixel(5, 5))
    settle(bench, wait)
    assert names(bench) == ["Pixel 3, 3"]
    assert not bench.document.unmixing.provisional
    assert "no data" in bench.live.message.text


def test_a_mask_and_a_library_are_read_beside_each_other(filed: Workbench, wait: Wait, tmp_path: Path):
    bench = filed
    np.save(tmp_path / "mask.npy", np.tri(14, 12, 3, dtype=np.uint8))
    (tmp_path / "mine.csv").write_text(
        "wavelength_nm,Soil\n" + "".join(f"{nm},{nm / 3000}\n" for nm in range(400, 2501, 50))
    )
    bench.send(i.MaskFile(tmp_path / "mask.npy"))
    bench.send(i.OpenLibrary(tmp_path / "mine.csv"))
    settle(bench, wait)
    np.testing.assert_array_equal(bench.document.cube.selection, np.tri(14, 12, 3, dtype=bool))
    assert bench.settings.preferences.libraries == (str(tmp_path / "mine.csv"),)


def test_products_and_regions_are_written_beside_each_other(
    filed: Workbench, answers: Answers, wait: Wait, tmp_path: Path
):
    bench = filed
    bench.send(i.DrawRegion("rectangle", ((1, 1), (5, 4))))
    answers.delivery, answers.file = (tmp_path / "out", ("csv", "sli", "png")), tmp_path / "r.geojson"
    bench.send(i.Export())
    bench.send(i.ExportRegions())
    settle(bench, wait)
    assert answers.file.is_file()
    assert (tmp_path / "out" / "abundance_03_Endmember_3.png").is_file()


def test_a_job_of_a_scene_that_is_left_says_so(solved_bench: Workbench, wait: Wait):
    bench = solved_bench
    told: list[str] = []
    bench.watch(lambda _, new: told.append(new.notice.text if new.notice else ""))

    def work() -> Iterator[None]:
        yield

    cube = bench.document.cube
    for name in ("One", "Two"):
        bench.start("mean", name, work(), lambda _: told.append("wrong"), of=cube)
    bench.history.reset(solved_document(4))
    settle(bench, wait)
    assert {text.partition(":")[0] for text in told if "not done" in text} == {"One", "Two"}
    assert "wrong" not in told


# The scene, the document, the file


def test_saving_ends_after_another_scene_was_opened(
    filed: Workbench, answers: Answers, gate: threading.Event, wait: Wait, tmp_path: Path
):
    bench = filed
    bench.send(i.Save())
    bench.send(i.Open(tmp_path / "b.hdr", discard=True))
    wait(lambda: bench.document.cube.lines == 11)
    gate.set()
    wait(lambda: not bench.lanes["save"].busy)
    assert bench.session_path is None  # that is A's
    bench.send(i.Pin(1, 1))
    answers.session = None
    asked = len(answers.asked)
    bench.send(i.Save())
    assert answers.asked[asked:] == ["session_file b.hsu"]
    assert bench.history.modified


def test_nothing_of_a_scene_that_was_left_is_held(
    filed: Workbench, answers: Answers, wait: Wait, tmp_path: Path
):
    bench = filed
    answers.delivery = tmp_path / "out", ("csv",)
    for intent in (
        i.CompareRuns(1, None), i.StopComparing(), i.AddLayer("b[860]"),
        i.DrawRegion("rectangle", ((1, 1), (5, 4))), i.AddMean(0), i.AddPixel(9, 4), i.ShowMatches(0),
        i.EstimateRank(), i.PlanMask("b[860] > 0.1"), i.CancelMask(), i.PaintBands(2, 4, True), i.Delete(0),
        i.Save(), i.Export(), i.CopyScript(), i.Undo(),
    ):  # fmt: skip
        bench.send(intent)
        settle(bench, wait)
    here = bench.document
    seen = [weakref.ref(one) for one in (here, here.cube, here.unmixing, bench.scenes.here(here.cube))]
    del here
    bench.send(i.Open(tmp_path / "b.hdr", discard=True))
    wait(lambda: bench.document.cube.lines == 11)
    settle(bench, wait)
    gc.collect()
    assert [ref() for ref in seen] == [None] * 4


def test_looking_elsewhere_while_it_saves_is_no_change_and_renaming_is(
    filed: Workbench, gate: threading.Event, wait: Wait
):
    bench = filed
    bench.send(i.Save())
    bench.send(i.ShowPage("residual"))
    gate.set()
    wait(lambda: not bench.lanes["save"].busy)
    assert not bench.history.modified
    gate.clear()
    bench.send(i.Rename(0, "Soil"))
    bench.send(i.Save())
    bench.send(i.Rename(0, "Sand"))
    gate.set()
    wait(lambda: not bench.lanes["save"].busy)
    assert bench.history.modified


def test_a_change_while_it_saves_is_asked_about_before_it_is_lost(
    filed: Workbench, answers: Answers, gate: threading.Event, wait: Wait, tmp_path: Path
):
    bench = filed
    answers.changes = "save"
    bench.send(i.Open(tmp_path / "b.hdr"))
    bench.send(i.Rename(0, "Soil"))
    answers.changes = "cancel"
    gate.set()
    settle(bench, wait)
    assert names(bench)[0] == "Soil"
    assert bench.document.cube.lines == 14
    assert [asked for asked in answers.asked if asked.startswith("unsaved")] == [
        "unsaved a.hdr",
        "unsaved a.hsu",
    ]


def test_a_change_while_another_file_is_read_is_asked_about(
    filed: Workbench, answers: Answers, wait: Wait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    bench = filed
    bench.send(i.Save())
    wait(lambda: not bench.history.modified)
    bench.send(i.Open(tmp_path / "b.hdr"))
    bench.send(i.Rename(0, "Soil"))
    answers.changes = "cancel"
    settle(bench, wait)
    assert names(bench)[0] == "Soil"
    assert answers.asked[-1] == "unsaved a.hsu"


def test_what_is_saved_twice_is_written_in_order(
    filed: Workbench, gate: threading.Event, wait: Wait, tmp_path: Path
):
    from hsunmix.session.archive import load

    bench = filed
    bench.send(i.Save())
    bench.send(i.Rename(0, "Soil"))
    bench.session_path = tmp_path / "a.hsu"
    bench.send(i.Save())
    gate.set()
    settle(bench, wait)
    assert load(tmp_path / "a.hsu").endmembers[0].name == "Soil"
    assert not bench.history.modified
    gate.clear()
    for name in ("Sand", "Silt"):  # the second is not taken for another window's file
        bench.send(i.Rename(0, name))
        bench.send(i.Save())
    gate.set()
    settle(bench, wait)
    assert load(tmp_path / "a.hsu").endmembers[0].name == "Silt"
    assert bench.live.message is None


def test_a_dialog_of_the_library_survives_a_solve(solved_bench: Workbench, answers: Answers, wait: Wait):
    bench = solved_bench
    settle(bench, wait)

    def entries(*_: object) -> tuple[tuple[int, ...], float | None, bool]:
        bench.history.amend(replace(bench.document, view=replace(bench.document.view, page="residual")))
        return (3,), None, False

    answers.library_entries = entries
    bench.send(i.AddFromLibrary())
    settle(bench, wait)
    assert len(names(bench)) == 6


def test_a_match_names_the_endmember_that_was_asked_about(
    solved_bench: Workbench, answers: Answers, wait: Wait
):
    bench = solved_bench
    settle(bench, wait)

    def matches(subject: object, _compare: object) -> tuple[str, int]:
        bench.send(i.Delete(0))
        return "name", 2

    answers.matches = matches
    bench.send(i.ShowMatches(2))
    settle(bench, wait)
    known = bench.live.library.names[2]
    assert names(bench) == ["M1", known, "M3", "M4"]
    answers.matches = lambda *_: (bench.send(i.Delete(1)), ("name", 3))[1]
    bench.send(i.ShowMatches(1))
    settle(bench, wait)
    assert names(bench) == ["M1", "M3", "M4"]
    assert known in bench.live.message.text


def test_bands_are_painted_in_while_something_else_is_looked_at(filed: Workbench, wait: Wait):
    bench = filed
    bench.send(i.PaintBands(4, 6, bad=True))
    settle(bench, wait)
    members = tuple(
        replace(e, spectrum=np.where(bench.document.cube.good_bands, e.spectrum, np.nan))
        for e in bench.document.endmembers
    )
    bench.history.amend(replace(bench.document, endmembers=members))
    bench.send(i.PaintBands(4, 5, bad=False))
    assert bench.lanes["bands"].busy
    bench.send(i.PaintBands(5, 5, bad=True))  # one after the other
    bench.send(i.ShowPage("residual"))
    bench.send(i.Pin(1, 1))
    settle(bench, wait)
    assert np.flatnonzero(~bench.document.cube.good_bands).tolist() == [5, 6]
    assert bench.live.message is None or "again" not in bench.live.message.text


def test_cancelling_comes_too_late_for_a_file_that_is_written(
    filed: Workbench, wait: Wait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from hsunmix.session import archive

    bench, save = filed, archive.save
    begun, cancelled = threading.Event(), threading.Event()

    def slowly(*args: object) -> object:
        begun.set()
        cancelled.wait(30)
        return save(*args)

    monkeypatch.setattr(archive, "save", slowly)
    bench.send(i.Save())
    wait(begun.is_set)
    bench.cancel("save")
    cancelled.set()
    settle(bench, wait)
    assert (tmp_path / "a.hsu").is_file()
    assert bench.session_path == tmp_path / "a.hsu"
    assert not bench.history.modified


# Taking back


@pytest.mark.parametrize("ends", ["cancelled", "failed"])
def test_what_was_done_since_is_not_taken_back(
    solved_bench: Workbench, gate: threading.Event, wait: Wait, settled: Settled, ends: str,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    bench = solved_bench
    bench.send(i.Delete(1))
    bench.send(i.Pin(4, 4))
    if ends == "cancelled":
        bench.cancel("glance", "solve")
    else:
        with monkeypatch.context() as patch:
            patch.setattr(bench.lanes["glance"]._job, "outcome", None)
            job = bench.lanes["glance"]._job
            bench.lanes["glance"]._job = None
            job.cancel()
            bench._end("glance", bench._running["glance"], SimpleNamespace(error=InputError("a fault")))
    wait(lambda: bench.live.stopped)
    assert bench.document.pins
    assert len(bench.document.endmembers) == 4
    assert bench.live.message.actions[0][0] == "Solve"
    bench.send(i.Export())
    assert "first estimate" in bench.live.message.text
    gate.set()
    bench.send(bench.live.message.actions[0][1])
    settled()
    assert not bench.live.stopped
    assert not bench.document.unmixing.provisional


def test_cancelling_takes_its_own_edit_back(solved_bench: Workbench, gate: threading.Event, wait: Wait):
    bench = solved_bench
    bench.send(i.Pin(4, 4))
    bench.send(i.Delete(1))
    bench.cancel("glance", "solve")
    wait(lambda: len(bench.document.endmembers) == 5)
    assert bench.document.pins
    assert bench.history.redo_label == "Delete M1"
    assert not bench.live.stopped


def test_another_constraint_holds_for_an_edit_under_way(
    solved_bench: Workbench, gate: threading.Event, settled: Settled
):
    bench = solved_bench
    bench.send(i.Delete(1))
    bench.send(i.SetRun(replace(bench.document.settings, abundance="fcls")))
    gate.set()
    settled()
    assert bench.document.unmixing.abundance == "fcls"
    sums = np.nansum(bench.document.unmixing.abundances, axis=0)
    np.testing.assert_allclose(sums, 1, atol=1e-4)


# Records


@pytest.mark.parametrize("text", ["b[:]", "b[800:1900]", "band[4]"])
def test_a_mask_of_other_bands_is_written_so_that_it_is_made_again(filed: Workbench, wait: Wait, text: str):
    from hsunmix.session.reproduce import command_line, facts_of, python_script

    bench = filed
    bench.send(i.PaintBands(5, 12, bad=True))
    settle(bench, wait)
    bench.send(i.PlanMask(text))
    wait(lambda: bench.live.masking is not None and bench.live.masking.mask is not None)
    bench.send(i.ApplyMask())
    settle(bench, wait)
    bench.send(i.Unmix())
    wait(lambda: len(bench.document.runs) == 3)  # the first run, the one that was masked, this one
    settle(bench, wait)
    document = bench.document
    facts = facts_of(document, bench.scenes.here(document.cube))
    made: dict[str, object] = {}
    exec(python_script(document, facts), made)
    np.testing.assert_array_equal(made["H"], document.unmixing.abundances)
    if text.startswith("band"):
        assert "--mask '(band[4]) > " in command_line(document, facts, Path("out"), ("csv",))
    else:
        with pytest.raises(InputError, match="Python script"):
            command_line(document, facts, Path("out"), ("csv",))


def test_a_run_that_was_edited_and_kept_is_no_run_of_a_command(filed: Workbench, wait: Wait):
    from hsunmix.session.reproduce import command_line, facts_of, python_script

    bench = filed
    bench.send(i.Reorder(0, 2))
    bench.send(i.KeepResult())
    settle(bench, wait)
    document = bench.document
    assert document.runs[-1].edited
    facts = facts_of(document, bench.scenes.here(document.cube))
    with pytest.raises(InputError, match="Python script"):
        command_line(document, facts, Path("out"), ("csv",))
    made: dict[str, object] = {}
    exec(python_script(document, facts), made)
    np.testing.assert_array_equal(made["H"], document.unmixing.abundances)


def test_a_run_goes_back_to_its_pixels_and_bands(filed: Workbench, wait: Wait, tmp_path: Path):
    from hsunmix.session.archive import load, save

    bench = filed
    mask = np.tri(14, 12, 2, dtype=bool)
    bench.history.apply(
        "mask",
        replace(bench.document, cube=bench.document.cube.with_selection(mask), unmixing=None, endmembers=()),
    )
    bench.send(i.PaintBands(3, 4, bad=True))
    bench.send(i.SetRun(RunSettings("spa", 2)))
    bench.send(i.Unmix())
    wait(lambda: len(bench.document.runs) == 2)
    settle(bench, wait)
    save(bench.document, tmp_path / "kept.hsu")
    bench.history.reset(load(tmp_path / "kept.hsu"))
    settle(bench, wait)
    for number, pixels, bands in ((1, None, 20), (2, mask, 18), (1, None, 20)):
        bench.send(i.BackTo(number))
        settle(bench, wait)
        cube, result = bench.document.cube, bench.document.unmixing
        assert cube.good_bands.sum() == bands
        expected = np.ones((14, 12), dtype=bool) if pixels is None else pixels
        np.testing.assert_array_equal(np.isfinite(result.rmse), expected)
        assert (cube.selection is None) == (pixels is None)
    bench.send(i.Undo())
    np.testing.assert_array_equal(bench.document.cube.selection, mask)


def test_no_name_comes_twice(solved_bench: Workbench, wait: Wait, settled: Settled):
    bench = solved_bench
    for intent in (i.Duplicate(0), i.Duplicate(0), i.AddPixel(9, 4), i.AddPixel(9, 4), i.Rename(1, "M4")):
        bench.send(intent)
    settled()
    assert len(set(names(bench))) == len(names(bench)) == 9
    assert "M4 2" in names(bench)
    assert "M4 already" in bench.live.notice.text


def test_locked_endmembers_are_as_they_were_left_while_it_ran(filed: Workbench, wait: Wait):
    bench = filed
    bench.send(i.Lock(0, True))
    bench.send(i.Rename(0, "Endmember 2"))
    bench.send(i.Lock(1, True))
    bench.send(i.Unmix())
    bench.send(i.Rename(0, "Endmember 3"))
    bench.send(i.Recolour(0, "#123456"))
    bench.send(i.Lock(1, False))
    kept = bench.document.endmembers
    wait(lambda: len(bench.document.runs) == 2)
    members = {e.name: e for e in bench.document.endmembers}
    assert len(members) == 3
    assert members[kept[0].name].colour == "#123456"
    assert members[kept[0].name].locked
    assert not members[kept[1].name].locked


def test_a_copy_is_another_one_than_what_it_was_copied_from(filed: Workbench, wait: Wait):
    bench = filed
    bench.send(i.Duplicate(0))
    for k, name in enumerate(("First", "Second")):
        bench.send(i.Lock(k, True))
        bench.send(i.Rename(k, name))
    bench.send(i.SetRun(RunSettings("spa", 4)))
    bench.send(i.Unmix())
    wait(lambda: bench.live.running is None and bench.document.unmixing.method == "spa")
    settle(bench, wait)
    assert len(set(names(bench))) == 4
    assert {"First", "Second"} < set(names(bench))


def test_the_picture_follows_the_bands_that_are_used(filed: Workbench, wait: Wait):
    bench = filed
    red = bench.document.cube.rgb_bands[0]
    before = bench.live.picture
    bench.send(i.PaintBands(red, red, bad=True))
    settle(bench, wait)
    assert bench.live.picture is not before
    assert bench.live.picture.bands == bench.document.cube.rgb_bands
    assert red not in bench.live.picture.bands


def test_a_layer_follows_the_bands_that_are_used(filed: Workbench, wait: Wait):
    from hsunmix.model.band_maths import evaluate

    bench = filed
    bench.send(i.AddLayer("b[:]"))
    settle(bench, wait)
    bench.send(i.PaintBands(3, 9, bad=True))
    settle(bench, wait)
    np.testing.assert_array_equal(bench.live.layers["b[:]"], evaluate(bench.document.cube, "b[:]"))
    bench.send(i.PlanMask("b[:]", threshold=0.2))
    wait(lambda: bench.live.masking is not None and bench.live.masking.mask is not None)
    bench.send(i.CancelMask())
    bench.send(i.PaintBands(3, 9, bad=False))
    settle(bench, wait)
    bench.send(i.PlanMask("b[:]", threshold=0.2))
    wait(lambda: bench.live.masking is not None and bench.live.masking.mask is not None)
    np.testing.assert_array_equal(bench.live.masking.mask, evaluate(bench.document.cube, "b[:] > 0.2"))


# What is selected


def test_what_is_selected_stays_selected(solved_bench: Workbench, wait: Wait, settled: Settled):
    bench = solved_bench
    regions = tuple(Region(f"R{k}", "#111111", "rectangle", ((k, 1), (k + 3, 6))) for k in range(3))
    layers = tuple(Layer(f"L{k}", f"band[{k + 1}]") for k in range(3))
    view = replace(bench.document.view, region=1, layer=1, endmember=2)
    bench.history.reset(replace(bench.document, regions=regions, layers=layers, view=view))
    for intent in (i.DeleteRegion(0), i.DeleteLayer(0), i.Delete(0, (1,))):
        bench.send(intent)
    settled()

    def selected(document: Document) -> tuple[str, str, str]:
        seen = document.view
        return (
            document.regions[seen.region].name,
            document.layers[seen.layer].name,
            document.endmembers[seen.endmember].name,
        )

    assert selected(bench.document) == ("R1", "L1", "M2")
    for _ in range(3):
        bench.send(i.Undo())
    assert selected(bench.document) == ("R1", "L1", "M2")


def test_the_last_endmember_takes_nothing_else_along(solved_bench: Workbench):
    bench = solved_bench
    view = replace(bench.document.view, stretch=(5.0, 90.0), veiled=False, band=3, map_stretch=(1.0, 99.0))
    bench.history.reset(replace(bench.document, view=view))
    bench.send(i.Delete(0, (1, 2, 3, 4)))
    assert bench.document.endmembers == ()
    assert bench.document.view == replace(view, page="rgb", endmember=0)


# Enabled means able


def test_what_no_solve_can_do_is_refused_before_it_is_done(filed: Workbench, wait: Wait):
    bench = filed
    bench.send(i.PaintBands(4, 6, bad=True))
    settle(bench, wait)
    members = tuple(
        replace(
            e,
            spectrum=np.where(bench.document.cube.good_bands, e.spectrum, np.nan),
            source=replace(e.source, kind="library"),
        )
        for e in bench.document.endmembers
    )
    bench.history.amend(replace(bench.document, endmembers=members))
    bench.send(i.PaintBands(4, 6, bad=False))
    settle(bench, wait)
    label, document = bench.history.undo_label, bench.document
    mask = i.MaskRegion(0, keep=True)
    bench.history.amend(replace(document, regions=(Region("R", "#111111", "rectangle", ((1, 1), (5, 5))),)))
    for intent in (
        i.Delete(0),
        i.Duplicate(0),
        i.AddPixel(9, 4),
        i.Merge((0, 1)),
        mask,
        i.SolveAgain("fcls"),
    ):
        bench.show(message=None)
        bench.send(intent)
        settle(bench, wait)
        assert "unmix again, or leave these bands out" in bench.live.message.text, intent
        assert (bench.history.undo_label, bench.history.redo_label) == (label, "")
        assert not unsolved(bench.document)


def test_a_run_that_is_cancelled_by_other_pixels_says_so(filed: Workbench, wait: Wait):
    bench = filed
    bench.send(
        i.SetRun(
            RunSettings(
                "hals", 3, parameters={"factorization/hals": {"max_iterations": 100_000, "tolerance": 0.0}}
            )
        )
    )
    bench.send(i.Unmix())
    bench.send(i.PaintBands(4, 6, bad=True))
    assert "cancelled" in bench.live.notice.text
    settle(bench, wait)
    assert bench.live.running is None
