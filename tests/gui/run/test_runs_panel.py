from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from hsunmix.gui.commands import CompareRuns, DeleteRun, RestoreRun, ShowPair, StopComparing
from hsunmix.gui.run import runs_panel as runs
from hsunmix.gui.run.state import Comparing, Side
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.theme import DARK
from hsunmix.methods.trust.stability import stability
from hsunmix.model.cube import Cube
from hsunmix.session.document import Document, with_endmember
from hsunmix.session.runs import record_run
from tests.gui.conftest import Alone, state_of, unmixing_of


@pytest.fixture
def three(cube: Cube) -> Document:
    document = Document(cube=cube)
    for seed in (1, 2, 3):
        document = record_run(document, unmixing_of(cube, seed=seed))
    first = replace(document.runs[0], unmixing=None, label="Automatic, r = 3", seconds=1.26)
    return replace(document, runs=(first, *document.runs[1:]))


@pytest.fixture
def comparing(cube: Cube) -> Comparing:
    one, two = unmixing_of(cube, 3, seed=1), unmixing_of(cube, 2, seed=2)
    first = Side(None, "Shown", one, one.as_endmembers())
    return Comparing(first, Side(1, "Run 1", two, two.as_endmembers()), stability(one, two))


def texts(table: object) -> list[list[str]]:
    return [
        [table.item(row, column).text() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


def test_it_is_there_from_the_second_run_on(alone: Alone, document: Document, cube: Cube):
    panel, _ = alone(runs)
    panel.render(document, Document(cube=cube))
    assert not panel.isVisible()
    one = record_run(Document(cube=cube), unmixing_of(cube))
    panel.render(document, one)
    assert not panel.isVisible()
    panel.render(one, record_run(one, unmixing_of(cube, seed=2)))
    assert panel.isVisible()


def test_the_newest_is_first_and_the_one_shown_is_marked(alone: Alone, document: Document, three: Document):
    panel, seen = alone(runs)
    panel.render(document, three)
    rows = texts(panel.list)
    assert [row[0] for row in rows] == ["▸ 3", "2", "1"]
    assert rows[2] == ["1", "Automatic, r = 3", "1.23 %", "1.3 s"]
    assert "dropped" in panel.list.item(2, 0).toolTip()
    assert panel.list.selected.number == 3
    assert not panel.back_button.isEnabled()
    assert seen == []


def test_buttons_keys_and_menu_ask_for_the_same(
    alone: Alone, document: Document, three: Document, qtbot: QtBot
):
    panel, seen = alone(runs)
    panel.render(document, three)
    panel.list.selectRow(1)
    qtbot.mouseClick(panel.back_button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert seen == [RestoreRun(2), RestoreRun(2)]
    qtbot.mouseClick(panel.compare_button, Qt.MouseButton.LeftButton)
    assert seen[-1] == CompareRuns(None, 2)
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    assert seen[-1] == DeleteRun(2)
    menu = panel.list.menu(1)
    for action in menu.actions():
        action.trigger()
    assert seen[-3:] == [RestoreRun(1), CompareRuns(None, 1), DeleteRun(1)]
    menu.deleteLater()


def test_a_run_without_its_maps_cannot_be_compared(alone: Alone, document: Document, three: Document):
    panel, _ = alone(runs)
    panel.render(document, three)
    panel.list.selectRow(2)
    assert panel.back_button.isEnabled()
    assert not panel.compare_button.isEnabled()


def test_a_comparison_takes_the_place_of_the_list(alone: Alone, comparing: Comparing, qtbot: QtBot):
    panel, seen = alone(runs)
    panel.hide()
    state = state_of(comparing=comparing)
    panel.follow(ViewState(), state)
    assert panel.isVisible()
    assert panel.title.text().startswith("Comparison · mean angle ")
    assert [panel.pairs.horizontalHeaderItem(k).text() for k in range(2)] == ["Shown", "Run 1"]
    rows = texts(panel.pairs)
    assert len(rows) == 3
    assert rows[0][:2] == ["Endmember 1", "Endmember 1"]
    assert rows[0][2].endswith("°")
    assert [row for row in rows if row[1:] == ["—", "—", "—"]]
    assert seen == []
    panel.pairs.selectRow(2)
    assert seen == [ShowPair(2)]
    panel.follow(state, state_of(comparing=replace(comparing, row=1)))
    assert panel.pairs.currentRow() == 1
    assert seen == [ShowPair(2)]
    qtbot.mouseClick(panel.close_button, Qt.MouseButton.LeftButton)
    assert seen[-1] == StopComparing()
    panel.follow(state, ViewState())
    assert panel.stack.currentWidget() is panel.list


def test_new_names_and_another_theme(alone: Alone, comparing: Comparing, document: Document):
    panel, _ = alone(runs)
    state = state_of(comparing=comparing)
    panel.follow(ViewState(), state)
    named = with_endmember(document, 0, name="Tree").endmembers
    first = replace(comparing.first, endmembers=named)
    panel.follow(state, state_of(comparing=replace(comparing, first=first)))
    assert panel.pairs.item(0, 0).text() == "Tree"
    panel.dress(DARK)
    assert panel.pairs.item(0, 0).text() == "Tree"
