"""Every command: those that change the document are taken back and done again, the others leave no change.

A new command has to be put into one of the three groups below, or the first test fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.commands import Command
from hsunmix.gui.endmembers.state import EndmembersState, Suggested
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.state.store import Store
from hsunmix.methods.trust.suggestion import Suggestion
from hsunmix.model.region import Region
from hsunmix.model.spectra import Endmember
from hsunmix.session.document import Document, Layer, Pin, RunSettings, VectorLayer
from hsunmix.session.members import unsolved
from hsunmix.session.runs import record_run
from tests.gui.conftest import FakeDialogs, solved_document, unmixing_of

Wait = Callable[[Callable[[], bool]], None]

# Commands that change the document, each in a way that changes something of ``worked_on``.
EDITS: Mapping[type[Command], Command] = {
    type(command): command
    for command in (
        cmd.AddEndmembers((Endmember("Soil", np.linspace(0.1, 0.9, 20)),), "Add soil"),
        cmd.AddFromLibrary((3,)),
        cmd.AddLayer("band[4]"),
        cmd.AddMean(0),
        cmd.AddPixel(9, 4),
        cmd.AddShade(),
        cmd.AddSuggested(),
        cmd.ApplyMask(),
        cmd.RestoreRun(1),
        cmd.ClearMask(),
        cmd.ClearPins(),
        cmd.Delete(1, (3,)),
        cmd.DeleteLayer(0),
        cmd.DeleteRegion(0),
        cmd.DeleteRun(1),
        cmd.DrawRegion("rectangle", ((1, 1), (5, 4))),
        cmd.Duplicate(2),
        cmd.ImportRegions(),
        cmd.InvertMask(),
        cmd.KeepResult(),
        cmd.LeaveOut((8, 9)),
        cmd.Lock(1, True),
        cmd.MaskFile(),
        cmd.MaskRegion(0, keep=False),
        cmd.Merge((0, 2)),
        cmd.MoveEndmember(1, 9, 4),
        cmd.PaintBands(8, 10, True),
        cmd.PaintRegion(np.array([[8, 1, 6]], np.int32)),
        cmd.Pin(5, 2),
        cmd.Recolour(1, "#123456"),
        cmd.RecolourRegion(0, "#123456"),
        cmd.RecolourVectors(0, "#123456"),
        cmd.RemoveVectors(0),
        cmd.AddVectors(),
        cmd.Rename(1, "Water"),
        cmd.RenameRegion(0, "Meadow"),
        cmd.Reorder(0, 3),
        cmd.ShowMatches(1),
        cmd.SolveAgain("fcls"),
        cmd.Unmix(),
        cmd.UseEndmembers(),
        cmd.Visible(1, False),
    )
}
# Commands about what is looked at: nothing to take back, nothing to save.
LOOKS: tuple[Command, ...] = (
    cmd.CancelMask(), cmd.CancelSweep(), cmd.CancelWork(), cmd.CloseLibraries(), cmd.CloseMessage(),
    cmd.Compare(0, 2), cmd.CompareRuns(1, None), cmd.EditColour(), cmd.EditName(), cmd.Escape(),
    cmd.EstimateRank(), cmd.Flicker(True), cmd.Hover(3, 4), cmd.Locate(0), cmd.LookAt((0, 5, 0, 5)),
    cmd.NextStep(), cmd.PlanMask("band[3]"), cmd.PutDown(), cmd.SelectRegion(-1),
    cmd.SetStretch((0.0, 100.0)), cmd.SetTool("brush"), cmd.SetUnit("nm"), cmd.ShowAdvanced(True),
    cmd.ShowBand(3),
    cmd.ShowBands((1, 2, 3)), cmd.ShowEndmember(2), cmd.ShowLayer(0), cmd.ShowMap("shade"),
    cmd.ShowScores(), cmd.RemoveContinuum(True),
    cmd.ShowOverview(False), cmd.WatchSpace(False), cmd.SetColours("inferno"), cmd.SetLevels((0.1, 0.4)),
    cmd.ShowLargest(True), cmd.ShowScale(False), cmd.SetSpaceAxes(), cmd.BinSpace(),
    cmd.ShowVectors(0, False),
    cmd.ShowPage("map"), cmd.ShowPair(0), cmd.ShowVeil(False), cmd.StartSweep(2, 3, 2), cmd.StartTour(),
    cmd.StopComparing(), cmd.StopTour(), cmd.StretchMaps((2.0, 98.0)), cmd.Tell("Why"), cmd.Zoom(2.0),
)  # fmt: skip
# Commands about files, the clipboard, the window and the history itself: tests of their own.
OUTSIDE = {
    cmd.SetRun, cmd.About, cmd.ChooseLayout, cmd.ChooseWavelengths, cmd.ClearRecent, cmd.CopyCommand,
    cmd.CopyScript, cmd.DiscardWork, cmd.Export, cmd.ExportRegions, cmd.Licences, cmd.LocateCube,
    cmd.LocateWork, cmd.Open, cmd.OpenFolder, cmd.OpenLibrary, cmd.OpenSample, cmd.OpenWork,
    cmd.PutOffWork, cmd.Quit, cmd.Redo,
    cmd.ResetLayout, cmd.Save, cmd.SaveMask, cmd.SetTheme, cmd.ShowTool, cmd.Undo,
    cmd.AddScenes, cmd.CloseFile, cmd.ExportAll, cmd.OpenScenes, cmd.RemoveScene, cmd.ShareEndmembers,
    cmd.CompareScenes, cmd.ShowScene, cmd.UnmixAll,
    cmd.WriteComponents, cmd.FuseCubes,
    cmd.NewWindow, cmd.SetPreferences,
    cmd.SelectInSpace, cmd.CopyPicture, cmd.CopyValues, cmd.SavePicture,
}  # fmt: skip


def test_every_command_is_in_one_group():
    known = [*EDITS, *map(type, LOOKS), *OUTSIDE]
    assert len(set(known)) == len(known)
    assert set(known) == set(Command.__subclasses__())


@pytest.fixture
def worked_on(store: Store, dialogs: FakeDialogs, tmp_path: Path, wait: Wait) -> Store:
    """Two runs, of which one was edited since; a mask, regions, a layer, a pin; a plan, a hint."""
    document = solved_document(5)
    cube = document.cube
    document = record_run(document, unmixing_of(cube, rank=3))
    document = record_run(document, solved_document(5).unmixing)
    document = replace(
        document,
        cube=cube.with_selection(~Region("Edge", "#111111", "rectangle", ((0, 0), (1, 11))).mask(13, 11)),
        unmixing=replace(document.unmixing, note="edited"),
        regions=(Region("Field", "#0072b2", "rectangle", ((7, 2), (11, 7))),),
        layers=(Layer("NDVI", "band[3] - band[2]"),),
        pins=(Pin(3, 3),),
        vectors=(VectorLayer("/data/roads.shp", "", "roads", "#ff4fa3", shown=False),),
        settings=RunSettings("spa", 4),
    )
    store.history.reset(document)
    settle(store, wait)
    store.send(cmd.PlanMask("band[8] > 0.25"))
    wait(
        lambda: (
            store.state[RegionsState].masking is not None
            and store.state[RegionsState].masking.mask is not None
        )
    )
    result = store.document.unmixing
    found = Suggestion(9, 4, np.array([103]), cube.spectrum(9, 4).astype(np.float64), 5.0)
    store.show(EndmembersState, suggested=Suggested(result, found))
    store.show(message=None)
    dialogs.match = ("name", 0)
    write_files(document, dialogs, tmp_path)
    return store


def write_files(document: Document, dialogs: FakeDialogs, folder: Path) -> None:
    from hsunmix.session.region_files import write_regions

    np.save(folder / "mask.npy", np.eye(13, 11, dtype=np.uint8))
    write_regions(document.regions, document.cube, folder / "regions.geojson")
    dialogs.region_file = lambda *_, **__: folder / "regions.geojson"
    dialogs.vector_files = lambda *_: (folder / "regions.geojson",)
    dialogs.mask_file = lambda *_, **__: folder / "mask.npy"


def settle(store: Store, wait: Wait) -> None:
    """Wait until nothing is being done and the document is solved."""
    wait(
        lambda: not unsolved(store.document) and not any(channel.busy for channel in store.channels.values())
    )


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
    if isinstance(one, Mapping):
        if list(one) != list(other):
            return f"{list(one)} are {list(other)}"
        return next((f"{key}: {where}" for key in one if (where := different(one[key], other[key]))), "")
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
    ways = ("cube", "endmembers", "unmixing", "pins", "regions", "layers", "vectors")
    for way in ways:
        where = different(getattr(before, way), getattr(after, way))
        if where:
            return f"{way}: {where}"
    later = {run.number for run in after.runs} - {run.number for run in before.runs}
    runs = tuple(run for run in after.runs if run.number not in later or run.edited)
    return different(before.runs, runs)


@pytest.mark.parametrize("command", EDITS.values(), ids=lambda command: type(command).__name__)
def test_a_change_is_taken_back_and_done_again(worked_on: Store, wait: Wait, command: Command):
    store = worked_on
    before = store.document
    store.send(command)
    wait(lambda: bool(store.history.undo_label) or store.state.message is not None)
    assert store.history.undo_label, store.state.message
    settle(store, wait)
    after, label = store.document, store.history.undo_label
    assert changed(before, after) or after.run_count > before.run_count
    store.send(cmd.Undo())
    settle(store, wait)
    assert changed(before, store.document) == ""
    assert (store.history.undo_label, store.history.redo_label) == ("", label)
    store.send(cmd.Redo())
    settle(store, wait)
    assert changed(after, store.document) == ""
    assert store.history.undo_label == label


def test_looking_is_no_change(worked_on: Store, wait: Wait):
    store = worked_on
    before = store.document
    for command in LOOKS:
        store.send(command)
        settle(store, wait)
        assert store.history.undo_label == "", command
        assert not store.history.modified, command
        assert changed(before, store.document) == "", command
    store.send(cmd.SetRun(RunSettings(rank=7)))
    assert store.history.undo_label == ""
    assert changed(before, store.document) == ""
