"""Every intent about regions changes the document as it says, and can be undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hsunmix.gui import commands as i
from hsunmix.gui.state.workbench import Workbench
from hsunmix.model.cube import Cube
from hsunmix.model.region import runs_of
from hsunmix.session.document import Document
from tests.conftest import make_cube
from tests.gui.conftest import Answers

Wait = Callable[[Callable[[], bool]], None]
BOX = i.DrawRegion("rectangle", ((2.0, 1.0), (6.0, 8.0)))  # lines 2 … 5, samples 1 … 7


@pytest.fixture
def open_bench(bench: Workbench, cube: Cube, wait: Wait) -> Workbench:
    bench.history.reset(Document(cube=cube))
    wait(lambda: not bench.live.tasks and bench.live.picture is not None)
    return bench


def stroke(*pixels: tuple[int, int], erase: bool = False) -> i.PaintRegion:
    mask = np.zeros((13, 9), dtype=bool)
    for line, sample in pixels:
        mask[line, sample] = True
    return i.PaintRegion(runs_of(mask), erase)


def masks(bench: Workbench) -> list[np.ndarray]:
    return [region.mask(13, 9) for region in bench.document.regions]


def test_drawing_and_taking_back(open_bench: Workbench):
    bench = open_bench
    bench.send(BOX)
    (mask,) = masks(bench)
    assert mask[2:6, 1:8].all()
    assert mask.sum() == 28
    assert bench.document.view.region == 0
    assert bench.history.undo_label == "Draw Region 1"
    bench.send(i.DrawRegion("polygon", ((0, 0), (13, 0), (13, 9))))
    assert [r.name for r in bench.document.regions] == ["Region 1", "Region 2"]
    assert len({r.colour for r in bench.document.regions}) == 2
    bench.send(i.Undo())
    bench.send(i.Undo())
    assert bench.document.regions == ()


def test_a_region_without_a_pixel_is_refused(open_bench: Workbench):
    open_bench.send(i.DrawRegion("polygon", ((0.6, 0.6), (0.9, 0.9), (0.6, 0.9))))
    assert "no pixel" in open_bench.live.message.text
    assert open_bench.document.regions == ()


def test_strokes_add_to_the_painted_region_and_take_away(open_bench: Workbench):
    bench = open_bench
    bench.send(stroke((3, 7), (4, 7)))
    bench.send(stroke((5, 7)))
    (mask,) = masks(bench)
    assert np.array_equal(np.argwhere(mask), [[3, 7], [4, 7], [5, 7]])
    assert bench.history.undo_label == "Paint Region 1"
    bench.send(stroke((4, 7), erase=True))
    assert np.array_equal(np.argwhere(masks(bench)[0]), [[3, 7], [5, 7]])
    bench.send(i.Undo())
    assert np.array_equal(masks(bench)[0], mask)
    bench.send(stroke((3, 7), (4, 7), (5, 7), erase=True))
    assert bench.document.regions == ()  # nothing left of it
    bench.send(i.Undo())
    assert np.array_equal(masks(bench)[0], mask)


def test_a_stroke_beside_a_rectangle_is_a_region_of_its_own_but_the_eraser_bites(open_bench: Workbench):
    bench = open_bench
    bench.send(BOX)
    bench.send(stroke((12, 8)))
    assert len(bench.document.regions) == 2
    bench.send(i.SelectRegion(0))
    bench.send(stroke((2, 1), erase=True))
    assert bench.document.regions[0].kind == "brush"
    assert masks(bench)[0].sum() == 27


def test_selecting_is_no_change(open_bench: Workbench):
    bench = open_bench
    bench.send(BOX)
    bench.history.mark_saved()
    bench.send(i.SelectRegion(-1))
    assert bench.document.view.region == -1
    bench.send(i.SelectRegion(7))
    assert bench.document.view.region == -1
    assert not bench.history.modified


def test_naming_colouring_deleting(open_bench: Workbench):
    bench = open_bench
    bench.send(BOX)
    bench.send(stroke((0, 8)))
    before = bench.document.regions
    for intent, label, check in (
        (i.RenameRegion(1, "Straße"), "Rename Region 2", lambda r: r[1].name == "Straße"),
        (i.RecolourRegion(0, "#123456"), "Recolour Region 1", lambda r: r[0].colour == "#123456"),
        (i.DeleteRegion(0), "Delete Region 1", lambda r: r == before[1:]),
        (i.DeleteRegion(-1), "Delete all regions", lambda r: r == ()),
    ):
        bench.send(intent)
        assert check(bench.document.regions), intent
        assert bench.history.undo_label == label
        bench.send(i.Undo())
        assert bench.document.regions == before
    bench.send(i.RenameRegion(9, "gone"))
    assert "gone" in bench.live.message.text


def test_spectra_are_averaged_in_the_background(open_bench: Workbench, wait: Wait):
    bench = open_bench
    bench.send(BOX)
    wait(lambda: len(bench.live.region_spectra) == 1)
    found = bench.live.region_spectra[bench.document.regions[0]]
    inside = bench.document.cube.read(2, 6)[:, 1:8].reshape(28, -1)
    good = bench.document.cube.good_bands
    np.testing.assert_allclose(found.mean[good], inside.mean(axis=0)[good], rtol=1e-5)
    np.testing.assert_allclose(found.spread[good], inside.std(axis=0)[good], rtol=1e-4)
    bench.send(i.RenameRegion(0, "Field"))
    assert bench.live.region_spectra[bench.document.regions[0]] is found  # the same pixels
    bench.send(i.DeleteRegion(0))
    assert bench.live.region_spectra == {}


def test_a_tool_is_taken_and_put_down(open_bench: Workbench):
    bench = open_bench
    bench.send(i.SetTool("brush"))
    assert bench.live.tool == "brush"
    bench.send(i.SetTool("polygon"))
    assert bench.live.tool == "polygon"
    bench.send(i.SetTool("polygon"))
    assert bench.live.tool == ""
    bench.send(i.SetTool("chisel"))
    assert bench.live.tool == ""
    bench.send(i.SetTool("brush"))
    bench.history.reset(Document())
    assert bench.live.tool == ""


def test_out_to_a_file_and_in_again(open_bench: Workbench, answers: Answers, tmp_path: Path, wait: Wait):
    bench = open_bench
    bench.send(BOX)
    bench.send(stroke((0, 8), (12, 3)))
    before = masks(bench)
    answers.file = tmp_path / "regions.geojson"
    bench.send(i.ExportRegions())
    wait(lambda: bench.live.message is not None)
    assert "2 regions written" in bench.live.message.text
    bench.send(i.DeleteRegion(-1))
    bench.send(i.ImportRegions())
    wait(lambda: len(bench.document.regions) == 2)
    assert all(np.array_equal(a, b) for a, b in zip(before, masks(bench), strict=True))
    assert bench.history.undo_label == "Import 2 regions"
    answers.file = None
    bench.send(i.ImportRegions())  # thought better of it
    assert answers.asked[-1] == "region_file read"


def test_pixels_without_data_are_veiled_like_masked_ones(bench: Workbench, wait: Wait):
    cube = make_cube()
    values = cube.read(0, 13)
    values[3, 7], values[11, 1] = np.nan, 0
    selection = np.ones((13, 9), dtype=bool)
    selection[12] = False
    empty = Cube.from_array(values, cube.wavelengths).with_selection(selection)
    bench.history.reset(Document(cube=empty))
    wait(lambda: bench.live.overlay is not None and bench.live.overlay.values[3, 7] == 1)
    expected = ~selection
    expected[3, 7] = expected[11, 1] = True
    assert np.array_equal(bench.live.overlay.values == 1, expected)
    bench.history.reset(Document(cube=make_cube()))
    wait(lambda: not bench.lanes["usable"].busy)
    assert bench.live.overlay is None  # every pixel is used
