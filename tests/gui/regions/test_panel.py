from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from hsunmix.engine.regions import RegionStatistics
from hsunmix.gui import commands as cmd
from hsunmix.gui.regions import panel as regions
from hsunmix.gui.state.view_state import ViewState
from hsunmix.model.region import Region
from hsunmix.session.document import Document
from tests.gui.conftest import Alone, state_of

FIELD = Region("Field", "#0072b2", "rectangle", ((1, 2), (4, 7)))
ROAD = Region("Road", "#d55e00", "polygon", ((0, 0), (9, 1), (4, 6)))


def shown(alone: Alone, document: Document, region: int = 0) -> tuple[regions.View, list[object], Document]:
    panel, seen = alone(regions)
    new = replace(document, regions=(FIELD, ROAD), view=replace(document.view, region=region))
    panel.render(document, new)
    return panel, seen, new


def test_it_is_there_only_with_regions(alone: Alone, document: Document):
    panel, _ = alone(regions)
    panel.render(document, document)
    assert panel.isHidden()
    panel, _, new = shown(alone, document)
    assert not panel.isHidden()
    assert [panel.list.item(k).text() for k in range(2)] == ["Field", "Road"]
    panel.render(new, document)
    assert panel.isHidden()


def test_selecting_naming_deleting(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen, _ = shown(alone, document)
    assert seen == []
    panel.list.setCurrentRow(1)
    assert seen == [cmd.SelectRegion(1)]
    panel.list.item(1).setText(" Straße ")
    assert seen[-1] == cmd.RenameRegion(1, "Straße")
    panel.list.item(0).setText("  ")  # no name
    assert len(seen) == 2
    assert panel.list.item(0).text() == "Field"
    panel.list.setCurrentRow(0)
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    assert seen[-1] == cmd.DeleteRegion(0)


def test_buttons_use_the_selected_one(alone: Alone, document: Document):
    panel, seen, _ = shown(alone, document, region=1)
    for button in panel.buttons.values():
        button.click()
    assert seen == [cmd.AddMean(1), cmd.MaskRegion(1), cmd.DeleteRegion(1)]
    panel, seen, _ = shown(alone, document, region=-1)
    assert not any(button.isEnabled() for button in panel.buttons.values())
    assert "Select" in panel.about.text()


def test_the_menu_offers_everything(alone: Alone, document: Document):
    panel, seen, _ = shown(alone, document)
    place = panel.list.visualItemRect(panel.list.item(1)).center()
    mouse = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(panel.list.viewport(), QContextMenuEvent(mouse, place, QPoint(9, 9)))
    menu = panel.findChild(QMenu, "regionMenu")
    by_text = {a.text(): a for a in menu.actions()}
    for text in (
        "Add mean as endmember",
        "Use only this region",
        "Mask this region out",
        "Delete",
        "Delete all",
    ):
        by_text[text].trigger()
    assert seen == [
        cmd.AddMean(1), cmd.MaskRegion(1, True), cmd.MaskRegion(1, False), cmd.DeleteRegion(1),
        cmd.DeleteRegion(-1),
    ]  # fmt: skip
    menu.close()


def test_its_size_is_said_when_it_is_known(alone: Alone, document: Document):
    panel, _, _ = shown(alone, document)
    assert panel.about.text() == "Rectangle"
    found = RegionStatistics(14, np.zeros(20), np.zeros(20))
    panel.follow(ViewState(), state_of(region_spectra={FIELD: found}))
    assert panel.about.text() == "Rectangle · 14 pixels used"
