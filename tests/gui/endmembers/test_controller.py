"""Every edit of the set of endmembers: what it changes, that the maps follow, that it can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui import commands as i
from hsunmix.gui.state.workbench import Workbench
from hsunmix.model.cube import Cube
from hsunmix.model.region import Region
from hsunmix.model.spectra import Source
from hsunmix.session.document import Document
from hsunmix.session.members import unsolved
from tests.conftest import make_cube
from tests.gui.conftest import unmixing_of

Wait = Callable[[Callable[[], bool]], None]
Settled = Callable[[], None]


def names(bench: Workbench) -> list[str]:
    return [e.name for e in bench.document.endmembers]


def test_deleting_shows_at_once_and_is_solved(solved_bench: Workbench, settled: Settled):
    bench, before = solved_bench, solved_bench.document
    bench.send(i.ShowEndmember(4))
    bench.send(i.Delete(1))
    assert names(bench) == ["M0", "M2", "M3", "M4"]
    assert unsolved(bench.document)
    np.testing.assert_array_equal(
        bench.document.unmixing.abundances, before.unmixing.abundances[[0, 2, 3, 4]]
    )
    settled()
    after = bench.document
    assert after.unmixing.abundances.shape == (4, 13, 11)
    assert after.unmixing.relative_error > 1e-3
    assert after.unmixing.source_pixels.tolist() == [2 * 11 + 1, 4 * 11 + 5, 5 * 11 + 7, 6 * 11 + 9]
    assert after.view.endmember == 3
    assert bench.history.undo_label == "Delete M1"
    bench.send(i.Undo())
    assert bench.document.unmixing is before.unmixing
    assert bench.document.endmembers is before.endmembers
    bench.send(i.Redo())
    assert bench.document.unmixing is after.unmixing


def test_several_are_deleted_as_one_change(solved_bench: Workbench, settled: Settled):
    bench = solved_bench
    bench.send(i.Delete(3, (0, 9)))
    assert names(bench) == ["M1", "M2", "M4"]
    assert bench.history.undo_label == "Delete 2 endmembers"
    settled()
    bench.send(i.Undo())
    assert names(bench) == ["M0", "M1", "M2", "M3", "M4"]


def test_the_last_endmember_takes_the_result_along(bench: Workbench):
    cube = make_cube()
    result = unmixing_of(cube, rank=1)
    bench.history.reset(Document(cube=cube, unmixing=result, endmembers=result.as_endmembers()))
    bench.send(i.Delete(0))
    assert bench.document.unmixing is None
    assert bench.document.endmembers == ()
    assert bench.document.view.page == "rgb"
    bench.send(i.Undo())
    assert bench.document.unmixing is result


def test_a_pixel_becomes_an_endmember(bench: Workbench, wait: Wait, settled: Settled):
    cube = make_cube()
    bench.history.reset(Document(cube=cube))
    for k in range(3):  # the pure pixels: together they explain the scene
        bench.send(i.AddPixel(2 + k, 1 + 2 * k))
        wait(lambda k=k: len(bench.document.endmembers) == k + 1)
        settled()
    document = bench.document
    assert document.endmembers[1].name == "Pixel 3, 3"
    assert str(document.endmembers[1].source) == "pixel 3, 3"
    assert len({e.colour for e in document.endmembers}) == 3
    assert document.unmixing.relative_error < 1e-4
    assert document.view.endmember == 2
    np.testing.assert_allclose(document.unmixing.abundances[:, 4, 5], [0, 0, 1], atol=1e-4)
    assert bench.history.undo_label == "Add pixel 4, 5"
    bench.send(i.Undo())
    assert len(bench.document.endmembers) == 2


def test_a_pixel_without_data_is_an_error_and_the_work_is_kept(
    bench: Workbench, wait: Wait, settled: Settled
):
    values = make_cube().read(0, 13).copy()
    values[5, 5] = np.nan
    bench.history.reset(Document(cube=Cube.from_array(values)))
    bench.send(i.AddPixel(0, 0))
    wait(lambda: len(bench.document.endmembers) == 1)
    settled()
    kept = bench.document
    bench.send(i.AddPixel(5, 5))
    wait(lambda: bench.live.message is not None)
    assert bench.live.message.level == "error"
    assert "pixel 5, 5" in bench.live.message.text
    assert bench.document is kept


def test_the_mean_of_a_region_becomes_an_endmember(solved_bench: Workbench, wait: Wait, settled: Settled):
    bench = solved_bench
    region = Region("Field", "#123456", "rectangle", ((8, 2), (11, 6)))
    bench.history.apply("Draw", replace(bench.document, regions=(region,)))
    bench.send(i.AddMean(0))
    wait(lambda: len(bench.document.endmembers) == 6)
    settled()
    added = bench.document.endmembers[-1]
    expected = bench.document.cube.read(0, 13)[8:11, 2:6].reshape(-1, 20).mean(axis=0)
    np.testing.assert_allclose(added.spectrum, expected, rtol=1e-5)
    assert (added.name, added.source) == ("Field", Source("roi", text="Field"))
    assert bench.history.undo_label == "Add the mean of Field"
    bench.send(i.Undo())
    assert len(bench.document.endmembers) == 5


def test_a_region_without_a_used_pixel_has_no_mean(solved_bench: Workbench, wait: Wait, settled: Settled):
    bench = solved_bench
    region = Region("Field", "#123456", "rectangle", ((8, 2), (11, 6)))
    used = ~region.mask(13, 11)
    cube = bench.document.cube.with_selection(used)
    bench.history.apply("Mask", replace(bench.document, cube=cube, regions=(region,)))
    settled()
    before = bench.document
    bench.send(i.AddMean(0))
    wait(lambda: bench.live.message is not None)
    assert "no pixel of Field is used" in bench.live.message.text
    assert bench.document is before


def test_merging_is_the_mean_by_abundance(solved_bench: Workbench, settled: Settled):
    bench, before = solved_bench, solved_bench.document
    bench.send(i.Merge((3, 1)))
    assert names(bench) == ["M0", "M1 + M3", "M2", "M4"]
    one = bench.document.endmembers[1]
    shares = before.unmixing.mean_abundances[[1, 3]]
    expected = np.average([before.endmembers[k].spectrum for k in (1, 3)], axis=0, weights=shares)
    np.testing.assert_allclose(one.spectrum, expected)
    assert one.colour == before.endmembers[1].colour
    assert bench.document.view.endmember == 1
    np.testing.assert_allclose(
        bench.document.unmixing.abundances[1], before.unmixing.abundances[[1, 3]].sum(axis=0), rtol=1e-6
    )
    settled()
    assert bench.history.undo_label == "Merge M1, M3"
    bench.send(i.Undo())
    assert bench.document.unmixing is before.unmixing
    bench.send(i.Merge((2, 2)))  # one is not several
    assert names(bench) == ["M0", "M1", "M2", "M3", "M4"]


def test_a_copy_is_an_endmember_of_its_own(solved_bench: Workbench, settled: Settled):
    bench = solved_bench
    bench.send(i.Lock(1, True))
    bench.send(i.Duplicate(1))
    assert names(bench) == ["M0", "M1", "M1 copy", "M2", "M3", "M4"]
    copy = bench.document.endmembers[2]
    np.testing.assert_array_equal(copy.spectrum, bench.document.endmembers[1].spectrum)
    assert copy.spectrum is not bench.document.endmembers[1].spectrum  # by which it is known
    assert not copy.locked
    assert len({e.colour for e in bench.document.endmembers}) == 6
    assert bench.document.view.endmember == 2
    settled()
    shares = bench.document.unmixing.abundances
    np.testing.assert_allclose(shares[1:3, 3, 3].sum(), 1, atol=1e-4)
    assert bench.document.unmixing.relative_error < 1e-4
    bench.send(i.Undo())
    assert len(names(bench)) == 5


@pytest.mark.parametrize(("index", "to", "order"), [(0, 2, [1, 2, 0, 3, 4]), (4, -3, [4, 0, 1, 2, 3])])
def test_another_order_is_only_another_order(
    solved_bench: Workbench, settled: Settled, index: int, to: int, order: list[int]
):
    bench, before = solved_bench, solved_bench.document
    bench.send(i.Reorder(index, to))
    assert names(bench) == [f"M{k}" for k in order]
    moved = before.unmixing.abundances[order]
    np.testing.assert_array_equal(bench.document.unmixing.abundances, moved)  # at once
    settled()  # in this order, as a script would: the last digits
    np.testing.assert_allclose(bench.document.unmixing.abundances, moved, atol=1e-6)
    bench.send(i.Undo())
    assert bench.document.endmembers is before.endmembers
    bench.send(i.Reorder(1, 1))
    assert bench.history.undo_label == ""


def test_a_drag_over_the_scene_is_one_change(solved_bench: Workbench, wait: Wait, settled: Settled):
    bench, before = solved_bench, solved_bench.document
    bench.send(i.Rename(0, "Clay"))
    places = [(9, 3), (9, 4), (9, 5), (10, 5), (10, 6), (11, 7)]
    for line, sample in places:
        bench.send(i.MoveEndmember(2, line, sample, going_on=True))
    bench.send(i.MoveEndmember(2, *places[-1]))
    wait(lambda: bench.document.endmembers[2].source == Source("pixel", 11, 7))
    settled()
    after = bench.document
    np.testing.assert_array_equal(after.endmembers[2].spectrum, after.cube.spectrum(11, 7))
    assert after.unmixing.source_pixels[2] == 11 * 11 + 7
    np.testing.assert_allclose(after.unmixing.abundances[:, 11, 7], [0, 0, 1, 0, 0], atol=1e-3)
    assert bench.history.undo_label == "Move M2"
    bench.send(i.Undo())
    assert bench.document.endmembers[2] is before.endmembers[2]
    assert bench.history.undo_label == "Rename M0"


def test_a_second_drag_is_a_second_change(solved_bench: Workbench, wait: Wait, settled: Settled):
    bench = solved_bench
    for line in (8, 9):
        bench.send(i.MoveEndmember(2, line, 3))
        wait(lambda line=line: bench.document.endmembers[2].source.line == line)
        settled()
    bench.send(i.Undo())
    assert bench.document.endmembers[2].source.line == 8
    bench.send(i.Undo())
    assert bench.document.endmembers[2].source.line == 4


def test_indices_of_long_ago_change_nothing(solved_bench: Workbench):
    before = solved_bench.document
    for intent in (i.Delete(7), i.Duplicate(7), i.Merge((7, 8)), i.Reorder(7, 0), i.MoveEndmember(7, 1, 1)):
        solved_bench.send(intent)
    solved_bench.send(i.AddPixel(99, 0))
    assert solved_bench.document is before
