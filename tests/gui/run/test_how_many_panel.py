from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hsunmix.gui.commands import CancelSweep, EstimateRank, SetRun, ShowTool, StartSweep
from hsunmix.gui.run import how_many_panel as how_many
from hsunmix.gui.state.view_state import Task, ViewState
from hsunmix.methods import RankEstimate
from hsunmix.methods.running.sweep import Sweep, SweepStep
from hsunmix.session.document import Document, RunSettings
from tests.gui.conftest import Alone, state_of

ERRORS = np.array([[0.10, 0.12], [0.05, 0.05], [0.02, 0.022], [0.02, 0.019]])
FOUND = Sweep("auto", (2, 3, 4, 5), ERRORS, np.array([0.2, 0.3, 0.4, 9.0]), np.array([0.3, 0.5, 0.6, 28.0]))
HALF = replace(
    FOUND,
    errors=np.where(np.arange(2) == 0, ERRORS, np.nan),
    angles=np.full(4, np.nan),
    worst=np.full(4, np.nan),
)


@pytest.fixture
def rank_4(document: Document) -> Document:
    return replace(document, settings=RunSettings("hals", 4))


def test_the_estimate_and_its_curve(alone: Alone, qtbot: QtBot, document: Document, rank_4: Document):
    panel, seen = alone(how_many)
    panel.render(document, rank_4)
    qtbot.mouseClick(panel.again, Qt.MouseButton.LeftButton)
    assert seen == [EstimateRank()]
    found = RankEstimate(
        5, np.array([9.0, 4.0, 2.0, 1.0, 0.5, 0.4]), "error, relative", "It says five.", 3, 6
    )
    panel.follow(ViewState(), state_of(estimate=found))
    assert panel.said.text() == "It says five."
    x, y = panel.curve.values
    np.testing.assert_array_equal(x, [1, 2, 3, 4, 5, 6])
    np.testing.assert_array_equal(y, found.curve)
    assert panel.curve._range.getRegion() == (2.6, 6.4)
    assert panel.curve._mark.value() == 4


def test_a_click_on_the_curve_sets_the_number(
    alone: Alone, qtbot: QtBot, document: Document, rank_4: Document
):
    panel, seen = alone(how_many)
    panel.render(document, rank_4)
    panel.carry_out(ShowTool("how_many", "sweep"))
    panel.follow(ViewState(), state_of(sweep=FOUND))
    QApplication.processEvents()
    qtbot.mouseClick(panel.error.viewport(), Qt.MouseButton.LeftButton, pos=panel.error.place_of(3))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [SetRun(RunSettings("hals", 3))]
    panel.render(rank_4, replace(rank_4, settings=RunSettings("hals", 3)))
    assert panel.angle._mark.value() == 3


def test_arrow_keys_do_the_same(alone: Alone, qtbot: QtBot, document: Document, rank_4: Document):
    panel, seen = alone(how_many)
    panel.render(document, rank_4)
    panel.follow(ViewState(), state_of(sweep=FOUND))
    qtbot.keyClick(panel.error, Qt.Key.Key_Left)
    assert seen[-1].settings.rank == 3
    qtbot.keyClick(panel.error, Qt.Key.Key_Right)
    assert seen[-1].settings.rank == 5
    panel.table.activated.emit(panel.table.model().index(0, 0))
    assert seen[-1].settings.rank == 2


def test_runs_are_started_shown_as_they_end_and_cancelled(
    alone: Alone, qtbot: QtBot, document: Document, rank_4: Document
):
    panel, seen = alone(how_many)
    panel.render(document, rank_4)
    panel.carry_out(ShowTool("how_many", "sweep"))
    assert panel.tabs.currentIndex() == 1
    panel.first.setValue(5)
    panel.last.setValue(2)
    panel.seeds.setValue(4)
    qtbot.mouseClick(panel.start, Qt.MouseButton.LeftButton)
    assert seen == [StartSweep(2, 5, 4)]
    running = state_of(tasks={"sweep": Task("Running", 0.0, SweepStep(0.5, sweep=HALF))})
    panel.follow(ViewState(), running)
    assert panel.start.text() == "Cancel"
    assert not panel.first.isEnabled()
    assert panel.table.item(1, 1).text() == "5.00 %"
    assert panel.table.item(1, 2).text() == ""
    assert panel.found.text() == ""
    qtbot.mouseClick(panel.start, Qt.MouseButton.LeftButton)
    assert seen[-1] == CancelSweep()
    panel.follow(running, state_of(sweep=FOUND))
    assert panel.start.text() == "Start"
    assert [panel.table.item(2, k).text() for k in range(4)] == ["▸ 4", "2.10 %", "0.40°", "0.60°"]
    assert panel.found.text() == FOUND.sentence
    _, y = panel.angle.values
    np.testing.assert_array_equal(y, FOUND.worst)


def test_the_method_is_the_run_panels(alone: Alone, document: Document, rank_4: Document):
    panel, _ = alone(how_many)
    panel.render(document, rank_4)
    assert "HALS" in panel.method.text()
    panel.render(rank_4, Document())
    assert not panel.start.isEnabled()
    assert not panel.again.isEnabled()


def test_eigenvalues_over_many_powers_of_ten_are_all_seen(alone: Alone):
    panel, _ = alone(how_many)
    values = np.array([8e5, 5e4, 1e4, 40.0, 1.4, 1.1, 0.0, 3e-16])  # the last is rounding
    panel.follow(ViewState(), state_of(estimate=RankEstimate(4, values, "eigenvalue", "Four.")))
    plot = panel.curve
    np.testing.assert_array_equal(plot.values[1], values[:6])
    plot._box.updateAutoRange()
    low, high = plot._box.viewRange()[1]
    assert -1 < low < 0.1
    assert 5.8 < high < 7  # powers of ten
    few = state_of(estimate=RankEstimate(2, np.array([3.0, 2.0, 1.0]), "error", "Two."))
    panel.follow(ViewState(), few)
    plot._box.updateAutoRange()
    assert 2.9 < plot._box.viewRange()[1][1] < 4
