"""The page that compares two results: what it draws and says, and its controls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from hsunmix.gui.commands import CompareRuns, Flicker, StopComparing
from hsunmix.gui.image.images import paint
from hsunmix.gui.image.pages import compare
from hsunmix.gui.image.pages._maps import DIFFERENCE, MIN_DIFFERENCE
from hsunmix.gui.run.state import Comparing, RunState, Side
from hsunmix.gui.state.view_state import PixelView, ViewState
from hsunmix.methods.trust.stability import stability
from hsunmix.model.cube import Cube
from hsunmix.session.document import Document, MapLook
from hsunmix.session.runs import record_run
from tests.gui.conftest import state_of, unmixing_of

MANY = 1 << 20


@pytest.fixture
def document(cube: Cube) -> Document:
    return record_run(record_run(Document(cube=cube), unmixing_of(cube, 3, 1)), unmixing_of(cube, 2, 2))


@pytest.fixture
def state(document: Document) -> ViewState:
    first, second = document.runs
    sides = [Side(r.number, f"Run {r.number}", r.unmixing, r.endmembers) for r in (first, second)]
    return state_of(comparing=Comparing(*sides, stability(first.unmixing, second.unmixing)))


def row(state: ViewState, alone: bool) -> ViewState:
    """Turn to a pair, or to an endmember without a partner."""
    rows = [k for k, p in enumerate(state[RunState].comparing.stability.pairs) if (p.second is None) == alone]
    return state.changed(RunState, comparing=replace(state[RunState].comparing, row=rows[0]))


def test_it_is_there_only_while_two_are_compared(document: Document, state: ViewState):
    assert not compare.available(document, ViewState())
    assert compare.available(document, state)
    assert compare.depends(document, ViewState()) == ()


def test_it_has_the_colours_that_are_chosen(document: Document, state: ViewState):
    state = row(state, alone=False)
    before = compare.depends(document, state)
    look = MapLook("abundance", "plasma", (0.1, 0.4))
    document = replace(document, view=document.view.with_look(look))
    drawing = compare.draw(document, state, MANY)
    assert (drawing.scales[0].low, drawing.scales[0].high) == (0.1, 0.4)
    assert [pane.table for pane in drawing.panes] == ["plasma", "plasma", DIFFERENCE]
    assert [scale.table for scale in drawing.scales] == ["plasma", DIFFERENCE]
    assert compare.depends(document, state) != before


def test_two_maps_and_their_difference(document: Document, state: ViewState):
    state = row(state, alone=False)
    drawing = compare.draw(document, state, MANY)
    first, second = state[RunState].comparing.maps()
    assert drawing.shape == (13, 9)
    assert drawing.columns == 3
    assert [pane.title.split(":")[0] for pane in drawing.panes] == ["Run 1", "Run 2", "Second − first"]
    np.testing.assert_array_equal(drawing.panes[0].values, paint(first, 0, 1))
    np.testing.assert_array_equal(drawing.panes[1].values, paint(second, 0, 1))
    far = drawing.scales[1].high
    assert drawing.scales[1].low == -far
    np.testing.assert_array_equal(drawing.panes[2].values, paint(second - first, -far, far))
    assert (np.abs(second - first)[np.isfinite(first)] <= far).mean() > 0.95


def test_equal_maps_are_not_blown_up(document: Document, state: ViewState):
    side = state[RunState].comparing.first
    same = state.changed(RunState, comparing=Comparing(side, side, stability(side.unmixing, side.unmixing)))
    assert compare.draw(document, same, MANY).scales[1].high == MIN_DIFFERENCE


def test_what_has_no_partner_stands_alone(document: Document, state: ViewState):
    drawing = compare.draw(document, row(state, alone=True), MANY)
    assert len(drawing.panes) == 1
    assert "no partner" in drawing.caption


def test_flicker_is_one_map_at_a_time(document: Document, state: ViewState):
    state = row(state, alone=False)
    captions = []
    for turn in (0, 1):
        shown = state.changed(RunState, comparing=replace(state[RunState].comparing, flicker=True, turn=turn))
        drawing = compare.draw(document, shown, MANY)
        np.testing.assert_array_equal(
            drawing.panes[0].values, paint(state[RunState].comparing.maps()[turn], 0, 1)
        )
        captions.append(drawing.caption)
    assert captions[0].startswith("Run 1")
    assert captions[1].startswith("Run 2")
    pairs = [replace(state[RunState].comparing, flicker=True, turn=t) for t in (0, 1)]
    turns = [compare.depends(document, state.changed(RunState, comparing=pair)) for pair in pairs]
    assert turns[0] != turns[1]
    gone = replace(row(state, alone=True)[RunState].comparing, flicker=True, turn=1)
    assert not compare.draw(document, state_of(comparing=gone), MANY).panes[0].values.any()


def test_both_values_at_the_cursor(document: Document, state: ViewState):
    state = replace(row(state, alone=False), cursor=PixelView(3, 4))
    first, second = state[RunState].comparing.maps()
    assert compare.value(document, state) == f"{first[3, 4]:.3f}  →  {second[3, 4]:.3f}"
    assert compare.value(document, ViewState()) == ""


def test_controls(document: Document, state: ViewState, qtbot: QtBot):
    controls = compare.Controls()
    qtbot.addWidget(controls)
    seen: list[object] = []
    controls.command.connect(seen.append)
    controls.present(document, state)
    assert [controls.first.itemText(k)[:3] for k in range(controls.first.count())] == ["the", "1  ", "2  "]
    assert (controls.first.currentData(), controls.second.currentData()) == (1, 2)
    assert seen == []
    controls.second.setCurrentIndex(0)
    controls.second.activated.emit(0)
    assert seen == [CompareRuns(1, None)]
    controls.flicker.click()
    qtbot.mouseClick(controls.stop, Qt.MouseButton.LeftButton)
    assert seen[1:] == [Flicker(True), StopComparing()]
    controls.present(
        document, state.changed(RunState, comparing=replace(state[RunState].comparing, flicker=True))
    )
    assert controls.flicker.isChecked()
    assert len(seen) == 3
    controls.present(document, ViewState())
