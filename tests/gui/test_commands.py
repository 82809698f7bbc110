"""Every intent: those that change the document are taken back and done again, the others leave no change.

A new intent has to be put into one of the three groups below, or the first test fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.gui import commands as i
from hsunmix.gui.commands import Intent
from hsunmix.gui.state.insights import Suggested
from hsunmix.gui.state.workbench import Workbench
from hsunmix.methods.suggestion import Suggestion
from hsunmix.model.region import Region
from hsunmix.session.document import Document, Layer, Pin, RunSettings
from hsunmix.session.members import unsolved
from hsunmix.session.runs import with_run
from tests.gui.conftest import Answers, solved_document, unmixing_of

Wait = Callable[[Callable[[], bool]], None]

# Intents that change the document, each in a way that changes something of ``worked_on``.
EDITS: Mapping[type[Intent], Intent] = {
    type(intent): intent
    for intent in (
        i.AddFromLibrary((3,)),
        i.AddLayer("band[4]"),
        i.AddMean(0),
        i.AddPixel(9, 4),
        i.AddShade(),
        i.AddSuggested(),
        i.ApplyMask(),
        i.BackTo(1),
        i.ClearMask(),
        i.ClearPins(),
        i.Delete(1, (3,)),
        i.DeleteLayer(0),
        i.DeleteRegion(0),
        i.DeleteRun(1),
        i.DrawRegion("rectangle", ((1, 1), (5, 4))),
        i.Duplicate(2),
        i.ImportRegions(),
        i.InvertMask(),
        i.KeepResult(),
        i.LeaveOut((8, 9)),
        i.Lock(1, True),
        i.MaskFile(),
        i.MaskRegion(0, keep=False),
        i.Merge((0, 2)),
        i.MoveEndmember(1, 9, 4),
        i.PaintBands(8, 10, True),
        i.PaintRegion(np.array([[8, 1, 6]], np.int32)),
        i.Pin(5, 2),
        i.Recolour(1, "#123456"),
        i.RecolourRegion(0, "#123456"),
        i.Rename(1, "Water"),
        i.RenameRegion(0, "Meadow"),
        i.Reorder(0, 3),
        i.ShowMatches(1),
        i.SolveAgain("fcls"),
        i.Unmix(),
        i.UseEndmembers(),
        i.Visible(1, False),
    )
}
# Intents about what is looked at: nothing to take back, nothing to save.
LOOKS: tuple[Intent, ...] = (
    i.CancelMask(), i.CancelSweep(), i.CancelWork(), i.CloseLibraries(), i.CloseMessage(), i.Compare(0, 2),
    i.CompareRuns(1, None), i.EditColour(), i.EditName(), i.Escape(), i.EstimateRank(), i.Flicker(True),
    i.Hover(3, 4), i.Locate(0), i.LookAt((0, 5, 0, 5)), i.NextStep(), i.PlanMask("band[3]"), i.PutDown(),
    i.SelectRegion(-1), i.SetStretch((0.0, 100.0)), i.SetTool("brush"),
    i.SetUnit("nm"), i.ShowBand(3), i.ShowBands((1, 2, 3)), i.ShowEndmember(2), i.ShowLayer(0),
    i.ShowOverview(False), i.ShowPage("map"), i.ShowPair(0), i.ShowVeil(False), i.StartSweep(2, 3, 2),
    i.StartTour(), i.StopComparing(), i.StopTour(), i.StretchMaps((2.0, 98.0)), i.Tell("Why"), i.Zoom(2.0),
)  # fmt: skip
# Intents about files, the clipboard, the window and the history itself: tests of their own.
OUTSIDE = {
    i.SetRun, i.About, i.ChooseLayout, i.ClearRecent, i.CopyCommand, i.CopyScript, i.DiscardWork, i.Export,
    i.ExportRegions, i.Licences, i.LocateCube, i.LocateWork, i.Open, i.OpenFolder, i.OpenLibrary,
    i.OpenSample, i.OpenWork, i.PutOffWork, i.Quit, i.Redo, i.ResetLayout, i.Save, i.SaveMask, i.SetTheme,
    i.ShowTool, i.Undo,
}  # fmt: skip


def test_every_intent_is_in_one_group():
    known = [*EDITS, *map(type, LOOKS), *OUTSIDE]
    assert len(set(known)) == len(known)
    assert set(known) == set(Intent.__subclasses__())


@pytest.fixture
def worked_on(bench: Workbench, answers: Answers, tmp_path: Path, wait: Wait) -> Workbench:
    """Two runs, of which one was edited since; a mask, regions, a layer, a pin; a plan, a hint."""
    document = solved_document(5)
    cube = document.cube
    document = with_run(document, unmixing_of(cube, rank=3))
    document = with_run(document, solved_document(5).unmixing)
    document = replace(
        document,
        cube=cube.with_selection(~Region("Edge", "#111111", "rectangle", ((0, 0), (1, 11))).mask(13, 11)),
        unmixing=replace(document.unmixing, note="edited"),
        regions=(Region("Field", "#0072b2", "rectangle", ((7, 2), (11, 7))),),
        layers=(Layer("NDVI", "band[3] - band[2]"),),
        pins=(Pin(3, 3),),
        settings=RunSettings("spa", 4),
    )
    bench.history.reset(document)
    settle(bench, wait)
    bench.send(i.PlanMask("band[8] > 0.25"))
    wait(lambda: bench.live.masking is not None and bench.live.masking.mask is not None)
    result = bench.document.unmixing
    found = Suggestion(9, 4, np.array([103]), cube.spectrum(9, 4).astype(np.float64), 5.0)
    bench.show(suggested=Suggested(result, found), message=None)
    answers.match = ("name", 0)
    write_files(document, answers, tmp_path)
    return bench


def write_files(document: Document, answers: Answers, folder: Path) -> None:
    from hsunmix.session.geojson import write_regions

    np.save(folder / "mask.npy", np.eye(13, 11, dtype=np.uint8))
    write_regions(document.regions, document.cube, folder / "regions.geojson")
    answers.region_file = lambda *_, **__: folder / "regions.geojson"
    answers.mask_file = lambda *_, **__: folder / "mask.npy"


def settle(bench: Workbench, wait: Wait) -> None:
    """Wait until nothing is being done and the document is solved."""
    wait(lambda: not unsolved(bench.document) and not any(lane.busy for lane in bench.lanes.values()))


def different(one: object, other: object) -> str:
    """Where two things differ, by value; empty where they don't."""
    if one is other:
        return ""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        exact = one.dtype.kind in "biu"
        return "" if np.array_equal(one, other, equal_nan=not exact) else "an array"
    if type(one) is not type(other):
        return f"{type(one).__name__} is {type(other).__name__}"
    if is_dataclass(one):
        for field in fields(one):
            where = different(getattr(one, field.name), getattr(other, field.name))
            if where:
                return f"{field.name}: {where}"
        return ""
    if isinstance(one, tuple | list):
        if len(one) != len(other):
            return f"{len(one)} are {len(other)}"
        return next(filter(None, map(different, one, other)), "")
    unknown = isinstance(one, float) and one != one and other != other  # of maps that are not solved
    return "" if unknown or one == other else f"{one!r} is {other!r}"


def changed(before: Document, after: Document) -> str:
    """Where two documents differ; looking elsewhere and settings are no difference.

    A run that was made stays in the list when it is undone: that is what the list is for.
    """
    ways = ("cube", "endmembers", "unmixing", "pins", "regions", "layers")
    for way in ways:
        where = different(getattr(before, way), getattr(after, way))
        if where:
            return f"{way}: {where}"
    later = {run.number for run in after.runs} - {run.number for run in before.runs}
    runs = tuple(run for run in after.runs if run.number not in later or run.edited)
    return different(before.runs, runs)


@pytest.mark.parametrize("intent", EDITS.values(), ids=lambda intent: type(intent).__name__)
def test_a_change_is_taken_back_and_done_again(worked_on: Workbench, wait: Wait, intent: Intent):
    bench = worked_on
    before = bench.document
    bench.send(intent)
    wait(lambda: bool(bench.history.undo_label) or bench.live.message is not None)
    assert bench.history.undo_label, bench.live.message
    settle(bench, wait)
    after, label = bench.document, bench.history.undo_label
    assert changed(before, after) or after.run_count > before.run_count
    bench.send(i.Undo())
    settle(bench, wait)
    assert changed(before, bench.document) == ""
    assert (bench.history.undo_label, bench.history.redo_label) == ("", label)
    bench.send(i.Redo())
    settle(bench, wait)
    assert changed(after, bench.document) == ""
    assert bench.history.undo_label == label


def test_looking_is_no_change(worked_on: Workbench, wait: Wait):
    bench = worked_on
    before = bench.document
    for intent in LOOKS:
        bench.send(intent)
        settle(bench, wait)
        assert bench.history.undo_label == "", intent
        assert not bench.history.modified, intent
        assert changed(before, bench.document) == "", intent
    bench.send(i.SetRun(RunSettings(rank=7)))
    assert bench.history.undo_label == ""
    assert changed(before, bench.document) == ""
