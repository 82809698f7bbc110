from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hsunmix.gui.app import status_panel as status
from hsunmix.gui.app.status_panel import place_text, progress_text
from hsunmix.gui.commands import CancelWork
from hsunmix.gui.state.view_state import Message, PixelView, Task, ViewState
from hsunmix.model.georeference import Georeference
from hsunmix.model.progress import Step
from hsunmix.session.document import Document
from tests.gui.conftest import Alone


def test_the_place_with_map_coordinates_and_value(alone: Alone, document: Document):
    panel, _ = alone(status)
    cube = replace(document.cube, georeference=Georeference((30.0, 0, 560000.0, 0, -30.0, 4140000.0)))
    new = replace(document, cube=cube, view=replace(document.view, page="map", endmember=1))
    panel.render(document, new)
    panel.follow(ViewState(), ViewState(cursor=PixelView(4, 7)))
    share = document.unmixing.abundances[1, 4, 7]
    assert panel.place.text() == f"line 4  sample 7  ·  560225 E  4139865 N  ·  Endmember 2 {share:.3f}"
    panel.render(new, replace(new, view=replace(new.view, page="residual")))
    assert panel.place.text().endswith(f"RMSE {document.unmixing.rmse[4, 7]:.4g}")
    panel.follow(ViewState(cursor=PixelView(4, 7)), ViewState(cursor=PixelView(12, 8)))
    panel.render(new, new)
    assert panel.place.text().endswith("not used")
    panel.follow(ViewState(cursor=PixelView(12, 8)), ViewState())
    assert panel.place.text() == ""


def test_a_notice_is_told_for_a_moment(
    alone: Alone, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, document: Document
):
    monkeypatch.setattr(status, "READ", 30)
    panel, _ = alone(status)
    assert not panel.notice.isVisible()
    panel.follow(ViewState(), ViewState(notice=Message("Saved <b>work</b>.hsu", "info")))
    assert panel.notice.isVisible()
    assert panel.notice.text() == "Saved <b>work</b>.hsu"
    assert panel.notice.textFormat() == Qt.TextFormat.PlainText
    qtbot.waitUntil(lambda: not panel.notice.isVisible())


def test_progress_does_not_paint_at_once(alone: Alone, qtbot: QtBot):
    """Else each step would paint all of the window that waits for it."""

    class Paints(QObject):
        count = 0

        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            self.count += event.type() is QEvent.Type.Paint
            return False

    panel, _ = alone(status)
    task, paints = Task("Unmixing", 0.0, Step(0.2)), Paints()
    first = ViewState(tasks={"run": task})
    panel.follow(ViewState(), first)
    qtbot.waitUntil(panel.progress.isVisible)
    QApplication.processEvents()
    panel.progress.installEventFilter(paints)
    panel.follow(first, ViewState(tasks={"run": replace(task, step=Step(0.7))}))
    assert paints.count == 0
    assert panel.progress.value() == 700
    qtbot.waitUntil(lambda: paints.count > 0)
    panel.progress.removeEventFilter(paints)


def test_degrees_are_degrees(alone: Alone, document: Document):
    panel, _ = alone(status)
    cube = replace(document.cube, georeference=Georeference((0.001, 0, 7.5, 0, -0.001, 46.25)))
    panel.render(document, replace(document, cube=cube))
    panel.follow(ViewState(), ViewState(cursor=PixelView(0, 0)))
    assert "46.2495° N  7.5005° E" in panel.place.text()


@pytest.mark.parametrize(
    ("georeference", "text"),
    [
        (Georeference((0.0002, 0, -122.5, 0, -0.0002, -37.5), "EPSG:4326"), "37.50010° S  122.49990° W"),
        (Georeference((30.0, 0, 560000.0, 0, -30.0, 4140000.0), "EPSG:32611"), "560015 E  4139985 N"),
        (Georeference((0.5, 0, 560000.0, 0, -0.5, 4140000.0), "EPSG:32611"), "560000.2 E  4139999.8 N"),
        # small numbers of a local system are metres, when the system says so
        (Georeference((0.1, 0, 12.0, 0, -0.1, 5.0), 'PROJCS["site",GEOGCS["WGS 84"]]'), "12.1 E  5.0 N"),
        (Georeference((0.1, 0, 12.0, 0, -0.1, 5.0), 'GEOGCRS["WGS 84"]'), "4.95° N  12.05° E"),
    ],
)
def test_places_by_their_coordinate_system(georeference: Georeference, text: str):
    assert place_text(georeference, 0, 0) == text


def test_a_masked_pixel_says_so(alone: Alone, document: Document):
    panel, _ = alone(status)
    selection = np.ones((13, 9), dtype=bool)
    selection[4, 7] = False
    panel.render(document, replace(document, cube=document.cube.with_selection(selection)))
    panel.follow(ViewState(), ViewState(cursor=PixelView(4, 7)))
    assert panel.place.text().endswith("masked")
    panel.follow(ViewState(), ViewState(cursor=PixelView(7, 4)))
    assert not panel.place.text().endswith("masked")


@pytest.mark.parametrize(
    ("step", "now", "text"),
    [
        (None, 5.0, "Unmixing"),
        (Step(0.0, message="Preparing the fast kernels for this machine, once (about 10 s)…"), 3.0,
         "Preparing the fast kernels for this machine, once (about 10 s)…"),
        (Step(0.74, 0.0189, message="Iteration 37"), 8.4, "Iteration 37 · error 1.89 % · 74 %"),
        (Step(0.99, 0.5), 9.9, "Unmixing · error 50.00 % · 99 %"),
        (Step(0.5), 0.5, "Unmixing · 50 %"),
        (Step(0.01), 9.0, "Unmixing · 1 %"),
    ],
)  # fmt: skip
def test_progress_in_words(step: Step | None, now: float, text: str):
    assert progress_text(Task("Unmixing", 0.0, step), now) == text


def test_the_next_work_says_nothing_of_a_long_one_before(alone: Alone):
    panel, _ = alone(status)
    panel.follow(ViewState(), ViewState(tasks={"run": Task("Unmixing", -1000.0, Step(0.5))}))
    assert " s so far" in panel.work.text()
    panel.follow(ViewState(), ViewState(tasks={"run": Task("Solving", time.monotonic())}))
    assert panel.work.text() == "Solving"
    assert panel.work.toolTip() == ""


def test_the_newest_work_is_shown_and_can_be_cancelled(alone: Alone, qtbot: QtBot):
    panel, seen = alone(status)
    assert not panel.cancel.isVisible()
    tasks = {"rank": Task("Estimating", 0.0), "run": Task("Unmixing", 0.0, Step(0.25))}
    panel.follow(ViewState(), ViewState(tasks=tasks))
    assert panel.work.text().startswith("Unmixing")
    assert panel.progress.value() == 250
    panel.cancel.click()
    assert seen == [CancelWork()]
    ended = {channel: replace(task, ending=True) for channel, task in tasks.items()}
    panel.follow(ViewState(tasks=tasks), ViewState(tasks=ended))
    assert panel.work.text() == "Unmixing · cancelling…"
    assert not panel.cancel.isEnabled()
    panel.follow(ViewState(tasks=tasks), ViewState(tasks={**tasks, "run": ended["run"]}))
    assert panel.cancel.isEnabled()
    panel.follow(ViewState(tasks=tasks), ViewState())
    assert not panel.progress.isVisible()
