from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from hsunmix.gui.intents import CancelWork
from hsunmix.gui.live import Live, PixelView, Task
from hsunmix.gui.panels import status
from hsunmix.gui.panels.status import progress_text
from hsunmix.model.georeference import Georeference
from hsunmix.model.unmixing import Step
from hsunmix.session.document import Document
from tests.gui.panels.conftest import Alone


def test_the_place_with_map_coordinates_and_value(alone: Alone, document: Document):
    panel, _ = alone(status)
    cube = replace(document.cube, georeference=Georeference((30.0, 0, 560000.0, 0, -30.0, 4140000.0)))
    new = replace(document, cube=cube, view=replace(document.view, page="map", endmember=1))
    panel.render(document, new)
    panel.follow(Live(), Live(cursor=PixelView(4, 7)))
    share = document.unmixing.abundances[1, 4, 7]
    assert panel.place.text() == f"line 4  sample 7  ·  560225 E  4139865 N  ·  Endmember 2 {share:.3f}"
    panel.render(new, replace(new, view=replace(new.view, page="residual")))
    assert panel.place.text().endswith(f"RMSE {document.unmixing.rmse[4, 7]:.4g}")
    panel.follow(Live(cursor=PixelView(4, 7)), Live(cursor=PixelView(12, 8)))
    panel.render(new, new)
    assert panel.place.text().endswith("not used")
    panel.follow(Live(cursor=PixelView(12, 8)), Live())
    assert panel.place.text() == ""


def test_degrees_are_degrees(alone: Alone, document: Document):
    panel, _ = alone(status)
    cube = replace(document.cube, georeference=Georeference((0.001, 0, 7.5, 0, -0.001, 46.25)))
    panel.render(document, replace(document, cube=cube))
    panel.follow(Live(), Live(cursor=PixelView(0, 0)))
    assert "7.500500° E  46.249500° N" in panel.place.text()


@pytest.mark.parametrize(
    ("step", "now", "text"),
    [
        (None, 5.0, "Unmixing"),
        (Step(0.0, message="Preparing the fast kernels for this machine, once (about 10 s)…"), 3.0,
         "Preparing the fast kernels for this machine, once (about 10 s)…"),
        (Step(0.74, 0.0189, message="Iteration 37"), 8.4, "Iteration 37 · error 1.89 % · 74 % · 3 s left"),
        (Step(0.99, 0.5), 9.9, "Unmixing · error 50.00 % · 99 % · under 1 s left"),
        (Step(0.5), 0.5, "Unmixing · 50 %"),
        (Step(0.01), 9.0, "Unmixing · 1 %"),
    ],
)  # fmt: skip
def test_progress_in_words(step: Step | None, now: float, text: str):
    assert progress_text(Task("Unmixing", 0.0, step), now) == text


def test_the_newest_work_is_shown_and_can_be_cancelled(alone: Alone, qtbot: QtBot):
    panel, seen = alone(status)
    assert not panel.cancel.isVisible()
    tasks = {"rank": Task("Estimating", 0.0), "run": Task("Unmixing", 0.0, Step(0.25))}
    panel.follow(Live(), Live(tasks=tasks))
    assert panel.work.text().startswith("Unmixing")
    assert panel.progress.value() == 250
    panel.cancel.click()
    assert seen == [CancelWork()]
    panel.follow(Live(tasks=tasks), Live())
    assert not panel.progress.isVisible()
