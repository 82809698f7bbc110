from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.vectors import panel as vectors_panel
from hsunmix.gui.vectors.state import VectorsState
from hsunmix.session.document import Document, VectorLayer
from tests.gui.conftest import Alone, Wait, state_of

ROADS = VectorLayer("/data/roads.gpkg", "roads", "roads", "#ff4fa3")
SITES = VectorLayer("/data/sites.shp", "sites", "sites", "#00d8ff", shown=False)


def shown(alone: Alone, document: Document) -> tuple[vectors_panel.View, list[object]]:
    panel, seen = alone(vectors_panel)
    panel.render(document, replace(document, vectors=(ROADS, SITES)))
    return panel, seen


def test_the_topmost_comes_first_and_ticks_say_what_is_shown(alone: Alone, document: Document):
    panel, seen = shown(alone, document)
    assert [panel.list.item(k).text() for k in range(2)] == ["sites", "roads"]
    assert panel.about.text() == "/data/sites.shp"
    panel.list.item(0).setCheckState(Qt.CheckState.Checked)
    panel.list.item(1).setCheckState(Qt.CheckState.Unchecked)
    assert seen == [cmd.ShowVectors(1, True), cmd.ShowVectors(0, False)]


def test_add_and_remove(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = shown(alone, document)
    panel.list.setCurrentRow(1)
    panel.delete.click()
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    panel.add.click()
    assert seen == [cmd.RemoveVectors(0), cmd.RemoveVectors(0), cmd.AddVectors()]
    panel.render(replace(document, vectors=(ROADS, SITES)), document)
    assert not panel.delete.isEnabled()
    assert "part of no number" in panel.about.text()


def test_why_one_was_not_read_is_told(alone: Alone, document: Document):
    panel, _ = shown(alone, document)
    panel.follow(state_of(), state_of(wrong={ROADS.key: "roads.gpkg: there is no such file"}))
    panel.list.setCurrentRow(1)
    assert panel.list.item(1).text() == "roads (not read)"
    assert panel.about.text() == "roads.gpkg: there is no such file"


def test_it_is_painted_on_every_page(full: MainWindow, tmp_path, wait: Wait):
    path = tmp_path / "road.geojson"
    path.write_text(
        '{"type": "LineString", "coordinates": [[4.5, 1], [4.5, 12]], "coordinates_are": "samples and lines"}'
    )
    full.store.send(cmd.AddVectors((path,)))
    wait(lambda: len(full.store.document.vectors) == 3 and not full.store.state.tasks)
    last = len(full.store.document.vectors) - 1
    assert full.store.state[VectorsState].outlines
    panel = full.findChild(QWidget, "imagePanel")
    for page in ("rgb", "map", "maps", "mixture", "residual"):
        full.store.send(cmd.ShowPage(page))
        wait(lambda: not full.store.state.tasks)
        ink = QColor(full.store.document.vectors[last].colour)
        away = {}
        for on in (True, False):
            full.store.send(cmd.ShowVectors(last, on))
            view = panel._views()[0]
            image, place = view.grab().toImage(), view.to_widget(QPointF(4.5, 9.5)).toPoint()
            near = [image.pixelColor(place.x() + k, place.y()) for k in (-1, 0, 1)]
            away[on] = min(
                sum(abs(a - b) for a, b in zip(c.getRgb(), ink.getRgb(), strict=True)) for c in near
            )
        assert away[True] < min(150, away[False]), (page, away)
