from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui import intents as i
from hsunmix.gui.workbench import Workbench
from hsunmix.model.cube import Cube
from hsunmix.session.document import Document, Pin
from tests.conftest import make_cube
from tests.gui.conftest import unmixing_of

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def open_bench(bench: Workbench, document: Document, wait: Wait) -> Workbench:
    """The made-up document is open, and all reading done."""
    bench.history.reset(document)
    wait(lambda: not bench.live.tasks and bench.live.picture is not None)
    return bench


@pytest.mark.parametrize(
    ("intent", "label", "field", "value"),
    [
        (i.Rename(1, "Water"), "Rename Endmember 2", "name", "Water"),
        (i.Recolour(1, "#123456"), "Recolour Endmember 2", "colour", "#123456"),
        (i.Visible(1, False), "Hide Endmember 2", "visible", False),
        (i.Lock(1, True), "Lock Endmember 2", "locked", True),
    ],
)
def test_a_change_of_one_endmember_and_back(
    open_bench: Workbench, intent: i.Intent, label: str, field: str, value: object
):
    before = open_bench.document
    open_bench.send(intent)
    after = open_bench.document
    assert getattr(after.endmembers[1], field) == value
    assert after.endmembers[0] is before.endmembers[0]
    assert after.unmixing is before.unmixing
    assert open_bench.history.undo_label == label
    assert open_bench.history.modified
    open_bench.send(i.Undo())
    assert open_bench.document.endmembers is before.endmembers
    assert not open_bench.history.modified
    open_bench.send(i.Redo())
    assert getattr(open_bench.document.endmembers[1], field) == value


def test_a_click_pins_and_a_second_takes_out(open_bench: Workbench, wait: Wait):
    bench = open_bench
    bench.send(i.Pin(3, 7))
    bench.send(i.Pin(12, 8))
    assert bench.document.pins == (Pin(3, 7), Pin(12, 8))
    assert bench.history.undo_label == "Pin pixel 12, 8"
    wait(lambda: all(view.measured is not None for view in bench.live.pinned.values()))
    np.testing.assert_allclose(
        bench.live.pinned[3, 7].measured[6:], bench.document.cube.spectrum(3, 7)[6:], rtol=1e-6
    )
    bench.send(i.Pin(3, 7))
    assert bench.document.pins == (Pin(12, 8),)
    bench.send(i.ClearPins())
    assert bench.document.pins == ()
    assert not bench.live.pinned
    bench.send(i.Undo())
    bench.send(i.Undo())
    assert bench.document.pins == (Pin(3, 7), Pin(12, 8))


def test_undo_keeps_looking_where_the_analyst_looks(open_bench: Workbench):
    bench = open_bench
    bench.send(i.Rename(0, "Soil"))
    bench.send(i.ShowPage("residual"))
    bench.send(i.ShowEndmember(2))
    bench.send(i.Undo())
    assert bench.document.view.page == "residual"
    assert bench.document.view.endmember == 2
    assert bench.document.endmembers[0].name == "Endmember 1"


def test_deleting_solves_again_and_can_be_undone(open_bench: Workbench, wait: Wait):
    bench = open_bench
    before = bench.document
    bench.send(i.ShowEndmember(2))
    bench.send(i.Delete(1))
    wait(lambda: len(bench.document.endmembers) == 2)
    after = bench.document
    assert [e.name for e in after.endmembers] == ["Endmember 1", "Endmember 3"]
    assert after.unmixing.abundances.shape == (2, 13, 9)
    assert np.nanmin(after.unmixing.abundances) >= 0
    assert after.view.endmember == 1
    assert bench.history.undo_label == "Delete Endmember 2"
    bench.send(i.Undo())
    assert bench.document.unmixing is before.unmixing
    assert bench.document.endmembers is before.endmembers


def test_the_last_endmember_takes_the_result_along(bench: Workbench, wait: Wait):
    cube = make_cube()
    result = unmixing_of(cube, rank=1)
    bench.history.reset(Document(cube=cube, unmixing=result, endmembers=result.as_endmembers()))
    bench.send(i.Delete(0))
    assert bench.document.unmixing is None
    assert bench.document.endmembers == ()
    assert bench.document.view.page == "rgb"
    bench.send(i.Undo())
    assert bench.document.unmixing is result


def test_a_pixel_becomes_an_endmember(bench: Workbench, wait: Wait):
    cube = make_cube()
    bench.history.reset(Document(cube=cube))
    for k in range(3):  # the pure pixels: together they explain the scene
        bench.send(i.AddPixel(2 + k, 1 + 2 * k))
        wait(lambda k=k: len(bench.document.endmembers) == k + 1)
    document = bench.document
    assert document.endmembers[1].name == "Pixel 3, 3"
    assert str(document.endmembers[1].source) == "pixel 3, 3"
    assert len({e.colour for e in document.endmembers}) == 3
    assert document.unmixing.relative_error < 1e-4
    np.testing.assert_allclose(document.unmixing.abundances[:, 4, 5], [0, 0, 1], atol=1e-4)
    assert bench.history.undo_label == "Add pixel 4, 5"
    bench.send(i.Undo())
    assert len(bench.document.endmembers) == 2


def test_an_edit_during_a_solve_is_not_overwritten(open_bench: Workbench, wait: Wait):
    bench = open_bench
    bench.send(i.Delete(1))
    bench.send(i.Rename(0, "Quick hand"))
    wait(lambda: not bench.live.tasks)
    assert [e.name for e in bench.document.endmembers] == ["Quick hand", "Endmember 2", "Endmember 3"]
    assert "dropped" in bench.live.message.text


def test_a_pixel_without_data_is_an_error_and_the_work_is_kept(bench: Workbench, wait: Wait):
    values = make_cube().read(0, 13).copy()
    values[5, 5] = np.nan
    cube = Cube.from_array(values)
    bench.history.reset(Document(cube=cube))
    bench.send(i.AddPixel(0, 0))
    wait(lambda: len(bench.document.endmembers) == 1)
    kept = bench.document
    bench.send(i.AddPixel(5, 5))
    wait(lambda: bench.live.message is not None)
    assert bench.live.message.level == "error"
    assert bench.document is kept


def test_an_index_of_long_ago_changes_nothing(open_bench: Workbench):
    before = open_bench.document
    open_bench.send(i.Rename(7, "nobody"))
    assert open_bench.document is before
    assert replace(before) is not before
