from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from hsunmix.gui.intents import Delete, EditName, Locate, Lock, Recolour, Rename, ShowEndmember, Visible
from hsunmix.gui.panels import endmembers
from hsunmix.gui.panels.endmembers import describe
from hsunmix.gui.widgets.endmember_model import COLOUR, LOCK, MEAN, NAME, SHARE_ROLE, SOURCE, VISIBLE
from hsunmix.session.document import Document, with_endmember
from tests.gui.panels.conftest import Alone


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


def test_a_name_is_typed_into_its_cell(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(endmembers)
    panel.command(EditName())
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
    result = document.unmixing
    assert describe(result) == "error 1.23 %"
    assert (
        describe(replace(result, converged=True, iterations=37)) == "error 1.23 % · 37 iterations · converged"
    )
    assert describe(replace(result, converged=False, iterations=5)).endswith("5 iterations · not converged")


def test_the_methods_note_is_shown(alone: Alone, document: Document):
    panel, _ = alone(endmembers)
    assert not panel.note.isVisible()
    note = "Pixels were smoothed. 120 of 12000 pixels hold no data."
    panel.render(document, replace(document, unmixing=replace(document.unmixing, note=note)))
    assert panel.note.isVisible()
    assert panel.note.text() == "Pixels were smoothed. …"
    assert panel.note.toolTip() == note
