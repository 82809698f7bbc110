"""Every command about regions changes the document as it says, and can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.files import identity
from hsunmix.gui import commands as cmd
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.state.store import Store
from hsunmix.model.cube import Cube
from hsunmix.model.region import runs_of
from hsunmix.session.document import Document
from tests.conftest import make_cube
from tests.gui.conftest import FakeDialogs

Wait = Callable[[Callable[[], bool]], None]
BOX = cmd.DrawRegion("rectangle", ((2.0, 1.0), (6.0, 8.0)))  # lines 2 … 5, samples 1 … 7


@pytest.fixture
def open_store(store: Store, cube: Cube, wait: Wait) -> Store:
    store.history.reset(Document(cube=cube))
    wait(lambda: not store.state.tasks and store.state[ImageState].picture is not None)
    return store


def stroke(*pixels: tuple[int, int], erase: bool = False) -> cmd.PaintRegion:
    mask = np.zeros((13, 9), dtype=bool)
    for line, sample in pixels:
        mask[line, sample] = True
    return cmd.PaintRegion(runs_of(mask), erase)


def masks(store: Store) -> list[np.ndarray]:
    return [region.mask(13, 9) for region in store.document.regions]


def test_drawing_and_taking_back(open_store: Store):
    store = open_store
    store.send(BOX)
    (mask,) = masks(store)
    assert mask[2:6, 1:8].all()
    assert mask.sum() == 28
    assert store.document.view.region == 0
    assert store.history.undo_label == "Draw Region 1"
    store.send(cmd.DrawRegion("polygon", ((0, 0), (13, 0), (13, 9))))
    assert [r.name for r in store.document.regions] == ["Region 1", "Region 2"]
    assert len({r.colour for r in store.document.regions}) == 2
    store.send(cmd.Undo())
    store.send(cmd.Undo())
    assert store.document.regions == ()


def test_a_region_without_a_pixel_is_refused(open_store: Store):
    open_store.send(cmd.DrawRegion("polygon", ((0.6, 0.6), (0.9, 0.9), (0.6, 0.9))))
    assert "no pixel" in open_store.state.message.text
    assert open_store.document.regions == ()


def test_strokes_add_to_the_painted_region_and_take_away(open_store: Store):
    store = open_store
    store.send(stroke((3, 7), (4, 7)))
    store.send(stroke((5, 7)))
    (mask,) = masks(store)
    assert np.array_equal(np.argwhere(mask), [[3, 7], [4, 7], [5, 7]])
    assert store.history.undo_label == "Paint Region 1"
    store.send(stroke((4, 7), erase=True))
    assert np.array_equal(np.argwhere(masks(store)[0]), [[3, 7], [5, 7]])
    store.send(cmd.Undo())
    assert np.array_equal(masks(store)[0], mask)
    store.send(stroke((3, 7), (4, 7), (5, 7), erase=True))
    assert store.document.regions == ()  # nothing left of it
    store.send(cmd.Undo())
    assert np.array_equal(masks(store)[0], mask)


def test_a_stroke_beside_a_rectangle_is_a_region_of_its_own_but_the_eraser_bites(open_store: Store):
    store = open_store
    store.send(BOX)
    store.send(stroke((12, 8)))
    assert len(store.document.regions) == 2
    store.send(cmd.SelectRegion(0))
    store.send(stroke((2, 1), erase=True))
    assert store.document.regions[0].kind == "brush"
    assert masks(store)[0].sum() == 27


def test_selecting_is_no_change(open_store: Store):
    store = open_store
    store.send(BOX)
    store.history.mark_saved()
    store.send(cmd.SelectRegion(-1))
    assert store.document.view.region == -1
    store.send(cmd.SelectRegion(7))
    assert store.document.view.region == -1
    assert not store.history.modified


def test_naming_colouring_deleting(open_store: Store):
    store = open_store
    store.send(BOX)
    store.send(stroke((0, 8)))
    before = store.document.regions
    for command, label, check in (
        (cmd.RenameRegion(1, "Straße"), "Rename Region 2", lambda r: r[1].name == "Straße"),
        (cmd.RecolourRegion(0, "#123456"), "Recolour Region 1", lambda r: r[0].colour == "#123456"),
        (cmd.DeleteRegion(0), "Delete Region 1", lambda r: r == before[1:]),
        (cmd.DeleteRegion(-1), "Delete all regions", lambda r: r == ()),
    ):
        store.send(command)
        assert check(store.document.regions), command
        assert store.history.undo_label == label
        store.send(cmd.Undo())
        assert store.document.regions == before
    store.send(cmd.RenameRegion(9, "gone"))
    assert "gone" in store.state.message.text


def test_spectra_are_averaged_in_the_background(open_store: Store, wait: Wait):
    store = open_store
    store.send(BOX)
    wait(lambda: len(store.state[RegionsState].region_spectra) == 1)
    found = store.state[RegionsState].region_spectra[store.document.regions[0]]
    inside = store.document.cube.read(2, 6)[:, 1:8].reshape(28, -1)
    good = store.document.cube.good_bands
    np.testing.assert_allclose(found.mean[good], inside.mean(axis=0)[good], rtol=1e-5)
    np.testing.assert_allclose(found.spread[good], inside.std(axis=0)[good], rtol=1e-4)
    store.send(cmd.RenameRegion(0, "Field"))
    assert store.state[RegionsState].region_spectra[store.document.regions[0]] is found  # the same pixels
    store.send(cmd.DeleteRegion(0))
    assert store.state[RegionsState].region_spectra == {}


def test_a_tool_is_taken_and_put_down(open_store: Store):
    store = open_store
    store.send(cmd.SetTool("brush"))
    assert store.state[RegionsState].tool == "brush"
    store.send(cmd.SetTool("polygon"))
    assert store.state[RegionsState].tool == "polygon"
    store.send(cmd.SetTool("polygon"))
    assert store.state[RegionsState].tool == ""
    store.send(cmd.SetTool("chisel"))
    assert store.state[RegionsState].tool == ""
    store.send(cmd.SetTool("brush"))
    store.history.reset(Document())
    assert store.state[RegionsState].tool == ""


def test_out_to_a_file_and_in_again(open_store: Store, dialogs: FakeDialogs, tmp_path: Path, wait: Wait):
    store = open_store
    store.send(BOX)
    store.send(stroke((0, 8), (12, 3)))
    before = masks(store)
    dialogs.file = tmp_path / "regions.geojson"
    store.send(cmd.ExportRegions())
    wait(lambda: store.state.message is not None)
    assert "2 regions written" in store.state.message.text
    store.send(cmd.DeleteRegion(-1))
    store.send(cmd.ImportRegions())
    wait(lambda: len(store.document.regions) == 2)
    assert all(np.array_equal(a, b) for a, b in zip(before, masks(store), strict=True))
    assert store.history.undo_label == "Import 2 regions"
    dialogs.file = None
    store.send(cmd.ImportRegions())  # thought better of it
    assert dialogs.asked[-1] == "region_file read"


def test_regions_are_not_written_over_the_scene(
    open_store: Store, dialogs: FakeDialogs, tmp_path: Path, wait: Wait
):
    scene = tmp_path / "scene.png"
    scene.write_bytes(b"pixels")
    document = open_store.document
    assert document.cube is not None
    cube = replace(document.cube, files=((scene, identity(scene)),))
    open_store.history.reset(replace(document, cube=cube))
    open_store.send(BOX)
    open_store.send(stroke((0, 8), (12, 3)))
    dialogs.file = scene
    open_store.send(cmd.ExportRegions())
    wait(lambda: open_store.state.message is not None)
    assert "would be written over" in open_store.state.message.text
    assert scene.read_bytes() == b"pixels"


def test_pixels_without_data_are_veiled_like_masked_ones(store: Store, wait: Wait):
    cube = make_cube()
    values = cube.read(0, 13)
    values[3, 7], values[11, 1] = np.nan, 0
    selection = np.ones((13, 9), dtype=bool)
    selection[12] = False
    empty = Cube.from_array(values, cube.wavelengths).with_selection(selection)
    store.history.reset(Document(cube=empty))
    wait(
        lambda: (
            store.state[RegionsState].overlay is not None
            and store.state[RegionsState].overlay.values[3, 7] == 1
        )
    )
    expected = ~selection
    expected[3, 7] = expected[11, 1] = True
    assert np.array_equal(store.state[RegionsState].overlay.values == 1, expected)
    store.history.reset(Document(cube=make_cube()))
    wait(lambda: not store.channels["usable"].busy)
    assert store.state[RegionsState].overlay is None  # every pixel is used
