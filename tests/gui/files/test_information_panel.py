"""What the file says of itself, shown, searched and copied."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.files import information_panel
from hsunmix.model.cube import Cube
from hsunmix.model.description import everything
from hsunmix.session.document import Document
from tests.gui.conftest import Alone

HEADER = ("sensor type = HyMap", "map info = UTM, 1, 1", "sun azimuth = 131.5")


def shown(panel: information_panel.View) -> list[str]:
    return [panel.table.item(k, 0).text() for k in range(panel.table.rowCount())]


def panel_of(alone: Alone, cube: Cube) -> information_panel.View:
    panel, _ = alone(information_panel)
    panel.render(Document(), Document(cube=replace(cube, header=HEADER, default_rgb=(8, 5, 2))))
    return panel


def test_every_fact_has_a_line(alone: Alone, cube: Cube):
    panel = panel_of(alone, cube)
    names = shown(panel)
    facts = everything(cube)
    empty = sum(value in ([], {}) for value in (facts["notes"], facts["header"]))
    assert len(names) >= len(facts) - empty
    assert names[-3:] == ["Header: sensor type", "Header: map info", "Header: sun azimuth"]
    values = dict(panel.shown)
    assert values["Bad bands"] == "5–6"  # as the window counts them
    assert values["Bands of the colour image"] == "9, 6, 3"
    assert ("Wavelengths", "450.0 … 2400.0 nm") in panel.shown
    assert values["Wavelengths"].startswith("By band: 450, 552.632")
    panel.render(Document(cube=cube), Document())
    assert shown(panel) == []


def test_words_find_names_and_values(alone: Alone, cube: Cube):
    panel = panel_of(alone, cube)
    panel.words.setText("INFO map")
    assert shown(panel) == ["Header: map info"]
    panel.words.setText("hymap")
    assert shown(panel) == ["Header: sensor type"]
    assert panel.told.text() == f"1 entry of {len(panel._rows)}."
    panel.words.setText("no such thing")
    assert panel.told.text() == "Nothing was found."
    assert not panel.copy.isEnabled()


def test_the_keys_for_copying_copy_what_is_selected(window: MainWindow, cube: Cube):
    window.store.history.reset(Document(cube=replace(cube, header=HEADER)))
    window.store.send(cmd.ShowTool("information"))
    panel = window.tools.panels["information"]
    panel.words.setText("header")
    panel.table.setFocus()
    panel.table.selectRow(1)
    assert panel.whole.toPlainText() == "UTM, 1, 1"
    QTest.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Header: map info\tUTM, 1, 1"
    panel.table.clearSelection()
    panel.copy.click()
    assert QGuiApplication.clipboard().text().count("\n") == 2
    assert panel.told.text() == "Copied 3 entries."


def test_a_scene_that_is_opened_later_is_shown(window: MainWindow, cube: Cube):
    window.store.history.reset(Document(cube=cube))
    window.store.send(cmd.ShowTool("information"))
    window.store.history.reset(Document(cube=replace(cube, quantity="Radiance")))
    panel = window.tools.panels["information"]
    assert dict(panel.shown)["Quantity"] == "Radiance"
