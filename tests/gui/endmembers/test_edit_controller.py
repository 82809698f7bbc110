from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.spectra.state import SpectraState
from hsunmix.gui.state.store import Store
from hsunmix.session.document import Pin

Wait = Callable[[Callable[[], bool]], None]


@pytest.mark.parametrize(
    ("command", "label", "field", "value"),
    [
        (cmd.Rename(1, "Water"), "Rename Endmember 2", "name", "Water"),
        (cmd.Recolour(1, "#123456"), "Recolour Endmember 2", "colour", "#123456"),
        (cmd.Visible(1, False), "Hide Endmember 2", "visible", False),
        (cmd.Lock(1, True), "Lock Endmember 2", "locked", True),
    ],
)
def test_a_change_of_one_endmember_and_back(
    open_store: Store, command: cmd.Command, label: str, field: str, value: object
):
    before = open_store.document
    open_store.send(command)
    after = open_store.document
    assert getattr(after.endmembers[1], field) == value
    assert after.endmembers[0] is before.endmembers[0]
    assert after.unmixing is before.unmixing
    assert open_store.history.undo_label == label
    assert open_store.history.modified
    open_store.send(cmd.Undo())
    assert open_store.document.endmembers is before.endmembers
    assert not open_store.history.modified
    open_store.send(cmd.Redo())
    assert getattr(open_store.document.endmembers[1], field) == value


def test_a_click_pins_and_a_second_takes_out(open_store: Store, wait: Wait):
    store = open_store
    store.send(cmd.Pin(3, 7))
    store.send(cmd.Pin(12, 8))
    assert store.document.pins == (Pin(3, 7), Pin(12, 8))
    assert store.history.undo_label == "Pin pixel 12, 8"
    wait(lambda: all(view.measured is not None for view in store.state[SpectraState].pinned.values()))
    np.testing.assert_allclose(
        store.state[SpectraState].pinned[3, 7].measured[6:], store.document.cube.spectrum(3, 7)[6:], rtol=1e-6
    )
    store.send(cmd.Pin(3, 7))
    assert store.document.pins == (Pin(12, 8),)
    store.send(cmd.ClearPins())
    assert store.document.pins == ()
    assert not store.state[SpectraState].pinned
    store.send(cmd.Undo())
    store.send(cmd.Undo())
    assert store.document.pins == (Pin(3, 7), Pin(12, 8))


def test_undo_keeps_looking_where_the_analyst_looks(open_store: Store):
    store = open_store
    store.send(cmd.Rename(0, "Soil"))
    store.send(cmd.ShowPage("residual"))
    store.send(cmd.ShowEndmember(2))
    store.send(cmd.Undo())
    assert store.document.view.page == "residual"
    assert store.document.view.endmember == 2
    assert store.document.endmembers[0].name == "Endmember 1"


def test_an_index_of_long_ago_changes_nothing(open_store: Store):
    before = open_store.document
    open_store.send(cmd.Rename(7, "nobody"))
    assert open_store.document is before
    assert replace(before) is not before
