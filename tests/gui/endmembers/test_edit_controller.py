from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui import commands as i
from hsunmix.gui.state.workbench import Workbench
from hsunmix.session.document import Pin

Wait = Callable[[Callable[[], bool]], None]


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


def test_an_index_of_long_ago_changes_nothing(open_bench: Workbench):
    before = open_bench.document
    open_bench.send(i.Rename(7, "nobody"))
    assert open_bench.document is before
    assert replace(before) is not before
