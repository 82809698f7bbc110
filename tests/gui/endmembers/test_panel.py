from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.commands import (
    AddFromLibrary,
    AddMean,
    AddPixel,
    AddShade,
    AddSuggested,
    Delete,
    Duplicate,
    EditName,
    Locate,
    Lock,
    Merge,
    Recolour,
    Rename,
    Reorder,
    ShowEndmember,
    ShowMatches,
    ShowPage,
    Undo,
    Visible,
)
from hsunmix.gui.endmembers import panel as endmembers
from hsunmix.gui.endmembers.context_menus import add_menu
from hsunmix.gui.endmembers.panel import describe
from hsunmix.gui.endmembers.state import Checked, Suggested
from hsunmix.gui.endmembers.table import EndmemberTable
from hsunmix.gui.endmembers.table_model import (
    COLOUR,
    LOCK,
    MATCH,
    MEAN,
    NAME,
    SHARE_ROLE,
    SOURCE,
    VISIBLE,
)
from hsunmix.gui.library.state import Likeness
from hsunmix.gui.state.view_state import ViewState
from hsunmix.methods.trust.constraints import Check
from hsunmix.methods.trust.suggestion import Suggestion
from hsunmix.model.matching import Match
from hsunmix.model.region import Region
from hsunmix.model.spectra import Source
from hsunmix.session.document import Document, Pin, with_endmember
from tests.gui.conftest import Alone, state_of
from tests.scenes import with_numbers


def cell(panel: endmembers.View, row: int, column: int, role: int = Qt.ItemDataRole.DisplayRole) -> object:
    return panel.model.data(panel.model.index(row, column), role)


def click(panel: endmembers.View, qtbot: QtBot, row: int, column: int) -> None:
    place = panel.table.visualRect(panel.model.index(row, column)).center()
    qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_rows_are_the_documents(alone: Alone, document: Document):
    panel, _ = alone(endmembers)
    assert panel.model.rowCount() == 3
    assert cell(panel, 1, NAME) == "Endmember 2"
    assert [cell(panel, row, SOURCE) for row in range(3)] == ["2, 1", "spa", "4, 5"]
    shares = document.unmixing.mean_abundances
    assert [cell(panel, k, MEAN) for k in range(3)] == [f"{100 * s:.0f} %" for s in shares]
    assert cell(panel, 2, MEAN, SHARE_ROLE) == shares[2]
    assert panel.summary.text() == "error 1.23 %"


def test_eye_and_lock_are_clicked(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(endmembers)
    click(panel, qtbot, 1, VISIBLE)
    click(panel, qtbot, 1, LOCK)
    assert seen == [ShowEndmember(1), Visible(1, False), Lock(1, True)]
    panel.render(document, with_endmember(document, 1, visible=False))
    assert cell(panel, 1, VISIBLE, Qt.ItemDataRole.AccessibleTextRole) == "Visible: no"
    assert cell(panel, 1, NAME, Qt.ItemDataRole.ForegroundRole) == QColor(panel._theme.muted)


@pytest.mark.qt_log_level_fail("WARNING")
@pytest.mark.qt_log_ignore("^This plugin does not support")  # said of itself by the offscreen display
def test_asked_for_once_more_a_name_that_is_typed_stays(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(endmembers)
    panel.carry_out(EditName())
    editor = panel.table.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "Russian ol")
    panel.carry_out(EditName())
    panel.menu(0).renamed.emit()
    qtbot.keyClicks(editor, "ive")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: seen == [Rename(0, "Russian olive")])
    panel.carry_out(EditName())
    panel.menu(2).renamed.emit()  # while another field is open
    assert panel.table.indexWidget(panel.model.index(2, NAME)) is not None
    panel.render(document, Document())
    panel.carry_out(EditName())
    panel._edit_name(1)


def test_a_name_is_typed_into_its_cell(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(endmembers)
    panel.carry_out(EditName())
    editor = panel.table.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, "  Russian   olive ")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: seen == [Rename(0, "Russian olive")])
    panel.model.setData(panel.model.index(0, NAME), "  ")
    panel.model.setData(panel.model.index(0, NAME), document.endmembers[0].name)
    assert len(seen) == 1


def test_keys(alone: Alone, qtbot: QtBot):
    panel, seen = alone(endmembers)
    panel.table.setFocus()
    qtbot.keyClick(panel.table, Qt.Key.Key_Down)
    qtbot.keyClick(panel.table, Qt.Key.Key_Space)
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    assert seen == [ShowEndmember(1), Visible(1, False), Delete(1)]


def test_the_context_menu(alone: Alone):
    panel, seen = alone(endmembers)
    menu = panel.menu(2)
    entries = {a.text(): a for a in menu.actions() if a.text()}
    assert entries["Locate its pixel"].isEnabled()
    assert not {a.text(): a for a in panel.menu(1).actions()}["Locate its pixel"].isEnabled()
    for text in ("Show its map", "Locate its pixel", "Hide", "Lock", "Delete and solve again"):
        entries[text].trigger()
    assert seen == [ShowEndmember(2, "map"), Locate(2), Visible(2, False), Lock(2, True), Delete(2)]
    colours = entries["Colour"].menu().actions()
    colours[4].trigger()
    assert seen[-1] == Recolour(2, "#e69f00")


def test_the_context_menu_of_several(alone: Alone, qtbot: QtBot):
    panel, seen = alone(endmembers)
    for row in (1, 2):
        panel.table.selectionModel().select(
            panel.model.index(row, 0),
            QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
        )
    assert panel.rows == (0, 1, 2)
    entries = {a.text(): a for a in panel.menu(1).actions()}
    entries["Merge 3 endmembers"].trigger()
    entries["Delete 3 endmembers"].trigger()
    assert seen == [Merge((0, 1, 2)), Delete(0, (1, 2))]
    panel.table.setFocus()
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    assert seen[-1] == Delete(0, (1, 2))


def test_edits_of_the_set(alone: Alone):
    panel, seen = alone(endmembers)
    entries = {a.text(): a for a in panel.menu(1).actions()}
    for text in ("Duplicate", "Move up", "Move down", "What is it?…"):
        entries[text].trigger()
    entries["Merge with"].menu().actions()[1].trigger()
    assert seen == [Duplicate(1), Reorder(1, 0), Reorder(1, 2), ShowMatches(1), Merge((1, 2))]
    first = {a.text(): a for a in panel.menu(0).actions()}
    assert not first["Move up"].isEnabled()


def test_rows_are_dropped_between_rows(alone: Alone):
    panel, seen = alone(endmembers)
    model, action = panel.model, Qt.DropAction.MoveAction
    dragged = [model.mimeData([model.index(row, NAME), model.index(row, MEAN)]) for row in range(3)]
    assert not model.dropMimeData(dragged[0], action, 2, 0, QModelIndex())
    model.dropMimeData(dragged[2], action, 0, 0, QModelIndex())
    model.dropMimeData(dragged[0], action, -1, -1, QModelIndex())  # below all rows
    model.dropMimeData(dragged[1], action, -1, -1, model.index(0, 0))  # on a row
    model.dropMimeData(dragged[1], action, 2, 0, QModelIndex())  # where it is
    assert seen == [Reorder(0, 1), Reorder(2, 0), Reorder(0, 2), Reorder(1, 0)]
    assert model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsDragEnabled


def test_a_whole_hundred_percent_is_not_cut(alone: Alone, document: Document):
    result = document.unmixing
    whole = with_numbers(result, np.ones_like(result.abundances))
    panel, _ = alone(endmembers)
    panel.render(document, replace(document, unmixing=whole))
    assert cell(panel, 0, MEAN) == "100 %"
    for column in (SOURCE, MEAN):
        assert panel.table.sizeHintForColumn(column) <= panel.table.columnWidth(column)


def test_words_of_a_source_give_way_to_names(alone: Alone, document: Document):
    panel, _ = alone(endmembers)
    panel.resize(430, 400)
    words = Source("computed", text="around pixel 57, 21 of ang20160910t185702_rfl")
    members = tuple(replace(e, source=words) for e in document.endmembers)
    panel.render(document, replace(document, endmembers=members))
    table = panel.table
    assert table.sizeHintForColumn(SOURCE) > table.columnWidth(SOURCE)
    assert table.sizeHintForColumn(NAME) <= table.columnWidth(NAME)


def test_two_rows_are_seen_in_a_small_window(full: MainWindow):
    full.resize(1024, 640)
    QApplication.processEvents()
    table = full.findChild(EndmemberTable, "endmemberTable")
    assert table.viewport().height() >= 2 * table.rowHeight(0)
    button = full.findChild(QWidget, "unmixButton")
    assert full.rect().contains(QRect(button.mapTo(full, QPoint(0, 0)), button.size()))


def test_what_an_endmember_is_like(alone: Alone, document: Document):
    panel, seen = alone(endmembers)
    match = (Match(7, "Kaolinite CM9", np.radians(3.14), 1.0), Match(9, "Dickite GDS1", np.radians(4), 1.0))
    far = (Match(2, "Lawn Grass GDS91 (Green)", np.radians(31), 1.0),)
    state = state_of(
        likenesses=(
            Likeness(document.endmembers[1].spectrum, {"sam": match}),
            Likeness(document.endmembers[2].spectrum, {"sam": far}),
        )
    )
    panel.follow(ViewState(), state)
    assert [cell(panel, row, MATCH) for row in range(3)] == ["", "≈ Kaolinite 3.1°", "≈ Lawn Grass 31.0°"]
    assert "4.0°  Dickite GDS1" in cell(panel, 1, MATCH, Qt.ItemDataRole.ToolTipRole)
    inks = [cell(panel, row, MATCH, Qt.ItemDataRole.ForegroundRole) for row in (1, 2)]
    assert inks == [QColor(panel._theme.muted), QColor(panel._theme.disabled)]
    edited = with_endmember(document, 1, spectrum=document.endmembers[0].spectrum)
    panel.render(document, edited)
    assert cell(panel, 1, MATCH) == ""  # of another spectrum nothing is known yet
    panel._on_double_clicked(panel.model.index(2, MATCH))
    assert seen == [ShowMatches(2)]


def test_ways_to_add(alone: Alone, document: Document):
    panel, seen = alone(endmembers)
    assert panel.add_button.isEnabled()
    bare = {a.text(): a for a in add_menu(panel, document, ViewState(), seen.append).actions()}
    assert not bare["What is missing most\tCtrl+Shift+N"].isEnabled()
    full = replace(
        document,
        pins=(Pin(3, 4),),
        regions=(Region("Field & wood", "#123456", "rectangle", ((0, 0), (2, 2))),),
    )
    suggestion = Suggestion(3, 4, np.array([31]), np.ones(20), 5.0)
    state = state_of(suggested=Suggested(document.unmixing, suggestion))
    for action in add_menu(panel, full, state, seen.append).actions():
        action.trigger()
    assert seen == [AddPixel(3, 4), AddMean(0), AddShade(), AddFromLibrary(), AddSuggested()]


def test_doubts_are_told_in_one_line(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(endmembers)
    assert not panel.diagnostics.isVisible()
    check = Check(np.zeros((13, 9), np.float32), 0.12, 0.3, 0.12, False, "12 % of the pixels need …")
    suggestion = Suggestion(3, 4, np.array([31]), np.ones(20), 5.0)
    state = state_of(
        checked=Checked(document.unmixing, check), suggested=Suggested(document.unmixing, suggestion)
    )
    panel.follow(ViewState(), state)
    assert panel.diagnostics.constraints.text() == "12 % of pixels violate the constraints"
    assert panel.diagnostics.residual.text() == "Missing near 3, 4"
    qtbot.mouseClick(panel.diagnostics.constraints, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.diagnostics.residual, Qt.MouseButton.LeftButton)
    assert seen == [ShowPage("constraints"), ShowPage("residual")]
    newer = replace(document, unmixing=replace(document.unmixing, note="newer"))
    panel.render(document, newer)
    assert not panel.diagnostics.constraints.isEnabled()  # it is about an older result
    assert not panel.diagnostics.residual.isVisible()


def test_an_empty_table_says_what_to_do(alone: Alone, document: Document, cube: object):
    panel, _ = alone(endmembers)
    panel.render(document, Document(cube=cube))
    assert panel.empty.isVisible()
    assert not panel.table.isVisible()
    assert panel.summary.text() == ""


def test_a_new_name_keeps_the_selection(alone: Alone, document: Document, qtbot: QtBot):
    panel, _ = alone(endmembers)
    click(panel, qtbot, 2, NAME)
    panel.render(document, with_endmember(document, 2, name="Water"))
    panel.render(document, with_endmember(document, 2, colour="#123456"))
    assert cell(panel, 2, COLOUR, Qt.ItemDataRole.AccessibleTextRole) == "Colour: #123456"
    icon = cell(panel, 2, COLOUR, Qt.ItemDataRole.DecorationRole)
    assert icon.pixmap(32, 32).toImage().pixelColor(16, 16).name() == "#123456"


def test_converged_is_only_said_when_it_did(document: Document):
    def said(**changes: object) -> str:
        return describe(replace(document, unmixing=replace(document.unmixing, **changes)))

    assert said() == "error 1.23 %"
    assert said(converged=True, iterations=37) == "error 1.23 % · 37 iterations · converged"
    assert said(converged=False, iterations=5).endswith("5 iterations · not converged")
    assert said(provisional=True) == "solving…"
    assert said(used_bands=np.ones(20, bool)) == "error 1.23 % · made with other bands"


def test_the_methods_note_is_shown(alone: Alone, document: Document):
    panel, _ = alone(endmembers)
    assert not panel.note.isVisible()
    note = "Pixels were smoothed. 120 of 12000 pixels hold no data."
    panel.render(document, replace(document, unmixing=replace(document.unmixing, note=note)))
    assert panel.note.isVisible()
    assert panel.note.text() == note
    assert panel.note.toolTip() == note


def test_without_wavelengths_there_is_no_column_of_the_library(alone: Alone, document: Document):
    panel, _ = alone(endmembers)
    assert not panel.table.isColumnHidden(MATCH)
    bare = replace(document, cube=replace(document.cube, wavelengths=None))
    panel.render(document, bare)
    assert panel.table.isColumnHidden(MATCH)
    panel.render(bare, document)
    assert not panel.table.isColumnHidden(MATCH)


def test_what_is_typed_stays_when_something_becomes_known(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(endmembers)
    panel.carry_out(EditName())
    editor = panel.table.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "Alu")
    match = (Match(7, "Kaolinite CM9", np.radians(3.14), 1.0),)
    panel.follow(
        ViewState(), state_of(likenesses=(Likeness(document.endmembers[0].spectrum, {"sam": match}),))
    )
    panel.render(document, replace(document, unmixing=replace(document.unmixing, note="solved")))
    qtbot.keyClicks(editor, "nite")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: seen == [Rename(0, "Alunite")])


def test_the_row_is_selected_also_while_ctrl_is_held(full: MainWindow):
    """As it is while a shortcut adds or takes back an endmember: the table's own rule would toggle."""
    table = full.findChild(EndmemberTable, "endmemberTable")
    handle, control = full.windowHandle(), Qt.KeyboardModifier.ControlModifier
    QTest.keyPress(handle, Qt.Key.Key_Control, control)
    try:
        for index in (1, 2, 0, 2):
            full.store.send(ShowEndmember(index))
            assert [i.row() for i in table.selectionModel().selectedRows()] == [index]
    finally:
        QTest.keyRelease(handle, Qt.Key.Key_Control)


@pytest.mark.qt_log_level_fail("WARNING")
@pytest.mark.qt_log_ignore("^This plugin does not support")  # said of itself by the offscreen display
def test_what_is_begun_for_a_row_does_not_end_on_another_endmember(
    full: MainWindow, monkeypatch: pytest.MonkeyPatch
):
    store, panel = full.store, full.findChild(endmembers.View)
    names = [e.name for e in store.document.endmembers]
    menu = panel.menu(1)
    menu.popup(QPoint(0, 0))
    store.send(EditName())
    assert panel.table.state() == QAbstractItemView.State.EditingState
    store.send(Reorder(0, 2))
    assert not menu.isVisible()
    assert panel.table.state() != QAbstractItemView.State.EditingState
    assert sorted(e.name for e in store.document.endmembers) == sorted(names)
    store.send(EditName())
    editor = panel.table.viewport().findChild(QLineEdit)
    editor.setText("Of a row that goes")
    store.send(Delete(0))
    assert panel.table.state() != QAbstractItemView.State.EditingState
    store.send(Undo())
    assert sorted(e.name for e in store.document.endmembers) == sorted(names)

    def chosen(*_: object) -> QColor:
        store.send(Reorder(0, 1))  # while the dialog is open
        return QColor("#123456")

    monkeypatch.setattr(endmembers.QColorDialog, "getColor", chosen)
    first = store.document.endmembers[0]
    panel._other_colour(0)
    assert [e.name for e in store.document.endmembers if e.colour == "#123456"] == [first.name]


def test_another_name_or_look_closes_nothing(full: MainWindow):
    store, panel = full.store, full.findChild(endmembers.View)
    menu = panel.menu(1)
    menu.popup(QPoint(0, 0))
    store.send(Rename(0, "Soil"))
    store.send(ShowPage("map"))
    assert menu.isVisible()
    menu.close()
