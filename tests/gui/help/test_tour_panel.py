from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hsunmix.gui.commands import NextStep, StopTour
from hsunmix.gui.help import tour_panel as tour
from hsunmix.gui.help.tour import STEPS
from hsunmix.gui.state.view_state import ViewState
from tests.gui.conftest import Alone, state_of


def test_it_is_there_only_while_it_goes_on(alone: Alone):
    panel, _ = alone(tour)
    panel.follow(state_of(tour=2), ViewState())
    assert panel.isHidden()
    panel.follow(ViewState(), state_of(tour=2))
    assert not panel.isHidden()
    assert panel.title.text() == STEPS[2].title
    assert panel.text.text() == STEPS[2].text
    assert panel.count.text() == f"3 of {len(STEPS)}"
    assert panel.accessibleDescription() == f"{STEPS[2].title}. {STEPS[2].text}"
    panel.follow(state_of(tour=2), ViewState())
    assert panel.isHidden()


def test_its_buttons_ask(alone: Alone, qtbot: QtBot):
    panel, seen = alone(tour)
    panel.follow(ViewState(), state_of(tour=0))
    qtbot.mouseClick(panel.skip, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.stop, Qt.MouseButton.LeftButton)
    assert seen == [NextStep(), StopTour()]


def test_the_last_step_is_done_not_closed(alone: Alone):
    panel, _ = alone(tour)
    panel.follow(ViewState(), state_of(tour=len(STEPS) - 1))
    assert panel.stop.text() == "Done"
    assert panel.skip.isHidden()


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_the_note_has_room_for_what_it_says(alone: Alone, qtbot: QtBot, step: int):
    panel, _ = alone(tour)
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    panel.setParent(window)
    window.show()
    panel.follow(ViewState(), state_of(tour=step))
    assert window.rect().contains(panel.geometry())
    assert panel.text.heightForWidth(panel.text.width()) <= panel.text.height()
