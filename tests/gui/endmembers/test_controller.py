"""Every edit of the set of endmembers: what it changes, that the maps follow, that it can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.state.store import Store
from hsunmix.model.cube import Cube
from hsunmix.model.region import Region
from hsunmix.model.spectra import Source
from hsunmix.session.document import Document
from hsunmix.session.members import unsolved
from tests.conftest import make_cube
from tests.gui.conftest import unmixing_of

Wait = Callable[[Callable[[], bool]], None]
Settled = Callable[[], None]


def names(store: Store) -> list[str]:
    return [e.name for e in store.document.endmembers]


def test_deleting_shows_at_once_and_is_solved(solved_store: Store, settled: Settled):
    store, before = solved_store, solved_store.document
    store.send(cmd.ShowEndmember(4))
    store.send(cmd.Delete(1))
    assert names(store) == ["M0", "M2", "M3", "M4"]
    assert unsolved(store.document)
    np.testing.assert_array_equal(
        store.document.unmixing.abundances, before.unmixing.abundances[[0, 2, 3, 4]]
    )
    settled()
    after = store.document
    assert after.unmixing.abundances.shape == (4, 13, 11)
    assert after.unmixing.relative_error > 1e-3
    assert after.unmixing.source_pixels.tolist() == [2 * 11 + 1, 4 * 11 + 5, 5 * 11 + 7, 6 * 11 + 9]
    assert after.view.endmember == 3
    assert store.history.undo_label == "Delete M1"
    store.send(cmd.Undo())
    assert store.document.unmixing is before.unmixing
    assert store.document.endmembers is before.endmembers
    store.send(cmd.Redo())
    assert store.document.unmixing is after.unmixing


def test_several_are_deleted_as_one_change(solved_store: Store, settled: Settled):
    store = solved_store
    store.send(cmd.Delete(3, (0, 9)))
    assert names(store) == ["M1", "M2", "M4"]
    assert store.history.undo_label == "Delete 2 endmembers"
    settled()
    store.send(cmd.Undo())
    assert names(store) == ["M0", "M1", "M2", "M3", "M4"]


def test_the_last_endmember_takes_the_result_along(store: Store):
    cube = make_cube()
    result = unmixing_of(cube, rank=1)
    store.history.reset(Document(cube=cube, unmixing=result, endmembers=result.as_endmembers()))
    store.send(cmd.Delete(0))
    assert store.document.unmixing is None
    assert store.document.endmembers == ()
    assert store.document.view.page == "rgb"
    store.send(cmd.Undo())
    assert store.document.unmixing is result


def test_a_pixel_becomes_an_endmember(store: Store, wait: Wait, settled: Settled):
    cube = make_cube()
    store.history.reset(Document(cube=cube))
    for k in range(3):  # the pure pixels: together they explain the scene
        store.send(cmd.AddPixel(2 + k, 1 + 2 * k))
        wait(lambda k=k: len(store.document.endmembers) == k + 1)
        settled()
    document = store.document
    assert document.endmembers[1].name == "Pixel 3, 3"
    assert str(document.endmembers[1].source) == "pixel 3, 3"
    assert len({e.colour for e in document.endmembers}) == 3
    assert document.unmixing.relative_error < 1e-4
    assert document.view.endmember == 2
    np.testing.assert_allclose(document.unmixing.abundances[:, 4, 5], [0, 0, 1], atol=1e-4)
    assert store.history.undo_label == "Add pixel 4, 5"
    store.send(cmd.Undo())
    assert len(store.document.endmembers) == 2


def test_a_pixel_without_data_is_an_error_and_the_work_is_kept(store: Store, wait: Wait, settled: Settled):
    values = make_cube().read(0, 13).copy()
    values[5, 5] = np.nan
    store.history.reset(Document(cube=Cube.from_array(values)))
    store.send(cmd.AddPixel(0, 0))
    wait(lambda: len(store.document.endmembers) == 1)
    settled()
    kept = store.document
    store.send(cmd.AddPixel(5, 5))
    wait(lambda: store.state.message is not None)
    assert store.state.message.level == "error"
    assert "Pixel 5, 5" in store.state.message.text
    assert store.document is kept


def test_the_mean_of_a_region_becomes_an_endmember(solved_store: Store, wait: Wait, settled: Settled):
    store = solved_store
    region = Region("Field", "#123456", "rectangle", ((8, 2), (11, 6)))
    store.history.apply("Draw", replace(store.document, regions=(region,)))
    store.send(cmd.AddMean(0))
    wait(lambda: len(store.document.endmembers) == 6)
    settled()
    added = store.document.endmembers[-1]
    expected = store.document.cube.read(0, 13)[8:11, 2:6].reshape(-1, 20).mean(axis=0)
    np.testing.assert_allclose(added.spectrum, expected, rtol=1e-5)
    assert (added.name, added.source) == ("Field", Source("roi", text="Field"))
    assert store.history.undo_label == "Add the mean of Field"
    store.send(cmd.Undo())
    assert len(store.document.endmembers) == 5


def test_a_region_without_a_used_pixel_has_no_mean(solved_store: Store, wait: Wait, settled: Settled):
    store = solved_store
    region = Region("Field", "#123456", "rectangle", ((8, 2), (11, 6)))
    used = ~region.mask(13, 11)
    cube = store.document.cube.with_selection(used)
    store.history.apply("Mask", replace(store.document, cube=cube, regions=(region,)))
    settled()
    before = store.document
    store.send(cmd.AddMean(0))
    wait(lambda: store.state.message is not None)
    assert "No pixel of Field is used" in store.state.message.text
    assert store.document is before


def test_merging_is_the_mean_by_abundance(solved_store: Store, settled: Settled):
    store, before = solved_store, solved_store.document
    store.send(cmd.Merge((3, 1)))
    assert names(store) == ["M0", "M1 + M3", "M2", "M4"]
    one = store.document.endmembers[1]
    shares = before.unmixing.mean_abundances[[1, 3]]
    expected = np.average([before.endmembers[k].spectrum for k in (1, 3)], axis=0, weights=shares)
    np.testing.assert_allclose(one.spectrum, expected)
    assert one.colour == before.endmembers[1].colour
    assert store.document.view.endmember == 1
    np.testing.assert_allclose(
        store.document.unmixing.abundances[1], before.unmixing.abundances[[1, 3]].sum(axis=0), rtol=1e-6
    )
    settled()
    assert store.history.undo_label == "Merge M1, M3"
    store.send(cmd.Undo())
    assert store.document.unmixing is before.unmixing
    store.send(cmd.Merge((2, 2)))  # one is not several
    assert names(store) == ["M0", "M1", "M2", "M3", "M4"]


def test_a_copy_is_an_endmember_of_its_own(solved_store: Store, settled: Settled):
    store = solved_store
    store.send(cmd.Lock(1, True))
    store.send(cmd.Duplicate(1))
    assert names(store) == ["M0", "M1", "M1 copy", "M2", "M3", "M4"]
    copy = store.document.endmembers[2]
    np.testing.assert_array_equal(copy.spectrum, store.document.endmembers[1].spectrum)
    assert copy.spectrum is not store.document.endmembers[1].spectrum  # by which it is known
    assert not copy.locked
    assert len({e.colour for e in store.document.endmembers}) == 6
    assert store.document.view.endmember == 2
    settled()
    shares = store.document.unmixing.abundances
    np.testing.assert_allclose(shares[1:3, 3, 3].sum(), 1, atol=1e-4)
    assert store.document.unmixing.relative_error < 1e-4
    store.send(cmd.Undo())
    assert len(names(store)) == 5


@pytest.mark.parametrize(("index", "to", "order"), [(0, 2, [1, 2, 0, 3, 4]), (4, -3, [4, 0, 1, 2, 3])])
def test_another_order_is_only_another_order(
    solved_store: Store, settled: Settled, index: int, to: int, order: list[int]
):
    store, before = solved_store, solved_store.document
    store.send(cmd.Reorder(index, to))
    assert names(store) == [f"M{k}" for k in order]
    moved = before.unmixing.abundances[order]
    np.testing.assert_array_equal(store.document.unmixing.abundances, moved)  # at once
    settled()  # in this order, as a script would: the last digits
    np.testing.assert_allclose(store.document.unmixing.abundances, moved, atol=1e-6)
    store.send(cmd.Undo())
    assert store.document.endmembers is before.endmembers
    store.send(cmd.Reorder(1, 1))
    assert store.history.undo_label == ""


def test_a_drag_over_the_scene_is_one_change(solved_store: Store, wait: Wait, settled: Settled):
    store, before = solved_store, solved_store.document
    store.send(cmd.Rename(0, "Clay"))
    places = [(9, 3), (9, 4), (9, 5), (10, 5), (10, 6), (11, 7)]
    for line, sample in places:
        store.send(cmd.MoveEndmember(2, line, sample, going_on=True))
    store.send(cmd.MoveEndmember(2, *places[-1]))
    wait(lambda: store.document.endmembers[2].source == Source("pixel", 11, 7))
    settled()
    after = store.document
    np.testing.assert_array_equal(after.endmembers[2].spectrum, after.cube.spectrum(11, 7))
    assert after.unmixing.source_pixels[2] == 11 * 11 + 7
    np.testing.assert_allclose(after.unmixing.abundances[:, 11, 7], [0, 0, 1, 0, 0], atol=1e-3)
    assert store.history.undo_label == "Move M2"
    store.send(cmd.Undo())
    assert store.document.endmembers[2] is before.endmembers[2]
    assert store.history.undo_label == "Rename M0"


def test_a_second_drag_is_a_second_change(solved_store: Store, wait: Wait, settled: Settled):
    store = solved_store
    for line in (8, 9):
        store.send(cmd.MoveEndmember(2, line, 3))
        wait(lambda line=line: store.document.endmembers[2].source.line == line)
        settled()
    store.send(cmd.Undo())
    assert store.document.endmembers[2].source.line == 8
    store.send(cmd.Undo())
    assert store.document.endmembers[2].source.line == 4


def test_indices_of_long_ago_change_nothing(solved_store: Store):
    before = solved_store.document
    for command in (
        cmd.Delete(7),
        cmd.Duplicate(7),
        cmd.Merge((7, 8)),
        cmd.Reorder(7, 0),
        cmd.MoveEndmember(7, 1, 1),
    ):
        solved_store.send(command)
    solved_store.send(cmd.AddPixel(99, 0))
    assert solved_store.document is before
