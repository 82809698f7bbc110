from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.commands import EstimateRank, SetRun, Unmix
from hsunmix.gui.run import panel as run
from hsunmix.gui.state.view_state import Task, ViewState
from hsunmix.methods import RankEstimate, get, methods
from hsunmix.session.document import Document, RunSettings
from tests.gui.conftest import Alone, state_of


def test_methods_come_from_the_registry(alone: Alone):
    panel, _ = alone(run)
    offered = {panel.method.itemData(k) for k in range(panel.method.count())} - {None}
    assert offered == {m.id for m in methods().values() if m.kind in ("factorization", "extraction")}
    assert panel.method.itemData(0) == "auto"
    abundances = {panel.abundance.itemData(k) for k in range(panel.abundance.count())} - {None}
    assert abundances == {""} | {m.id for m in methods().values() if m.kind == "abundance"}


def test_those_for_every_day_come_first_and_the_rest_under_more(alone: Alone):
    panel, _ = alone(run)
    for box, kinds in ((panel.method, ("factorization", "extraction")), (panel.abundance, ("abundance",))):
        shown = [box.itemData(k) for k in range(box.count())]
        head = box.findText("More")
        assert not box.model().item(head).isEnabled()
        usual = [m.id for m in methods().values() if m.kind in kinds and m.traits.everyday]
        assert [name for name in shown[:head] if name] == usual
        assert len(shown[head + 1 :]) == sum(m.kind in kinds for m in methods().values()) - len(usual)


def test_what_is_set_is_what_is_asked_for(alone: Alone, qtbot: QtBot):
    panel, seen = alone(run)
    panel.rank.setValue(7)
    panel.method.setCurrentIndex(panel.method.findData("hals"))
    panel.method.activated.emit(panel.method.currentIndex())
    panel.abundance.setCurrentIndex(panel.abundance.findData("fcls"))
    panel.abundance.activated.emit(panel.abundance.currentIndex())
    qtbot.mouseClick(panel.advanced, Qt.MouseButton.LeftButton)
    assert panel.of_method.form.isVisible()
    panel.of_method.form.editors["max_iterations"].widget.setValue(25)
    panel.seed.setValue(3)
    assert seen[-1] == SetRun(
        RunSettings("hals", 7, "fcls", 3, {"factorization/hals": {"max_iterations": 25}})
    )
    qtbot.mouseClick(panel.unmix, Qt.MouseButton.LeftButton)
    assert seen[-1] == Unmix()


def test_more_endmembers_than_two_hundred_can_be_asked_for(alone: Alone):
    panel, seen = alone(run)
    panel.rank.setValue(300)
    assert seen[-1] == SetRun(RunSettings(rank=300))


def test_the_form_is_the_methods_and_remembers_each(alone: Alone, document: Document):
    panel, seen = alone(run)
    settings = RunSettings("hals", 4, parameters={"factorization/hals": {"tolerance": 1e-3}})
    panel.render(document, replace(document, settings=settings))
    assert set(panel.of_method.form.editors) == {p.name for p in get("hals").parameters}
    assert panel.of_method.form.values() == {"tolerance": 1e-3}
    panel.method.setCurrentIndex(panel.method.findData("spa"))
    panel.method.activated.emit(0)
    assert set(panel.of_method.form.editors) == {p.name for p in get("spa").parameters}
    assert seen[-1].settings.parameters == {"factorization/hals": {"tolerance": 1e-3}}
    assert seen[-1].settings.method == "spa"


def test_settings_of_a_document_emit_nothing(alone: Alone, document: Document):
    panel, seen = alone(run)
    panel.render(document, replace(document, settings=RunSettings("hals", 9, "nnls", 5)))
    assert (panel.rank.value(), panel.method.currentData()) == (9, "hals")
    assert (panel.abundance.currentData(), panel.seed.value()) == ("nnls", 5)
    assert seen == []


@pytest.mark.parametrize("channel", ["run", "run_all"])
def test_the_button_waits_for_a_cube_and_for_the_run(alone: Alone, document: Document, channel: str):
    panel, _ = alone(run)
    assert panel.unmix.isEnabled()
    busy = state_of(tasks={channel: Task("Unmixing", 0.0)})
    panel.follow(ViewState(), busy)
    assert not panel.unmix.isEnabled()
    panel.render(document, replace(document, pins=()))
    assert not panel.unmix.isEnabled()
    panel.follow(busy, ViewState())
    assert panel.unmix.isEnabled()
    panel.render(document, Document())
    assert not panel.unmix.isEnabled()


def test_the_button_has_the_focus_again_after_the_run(full: MainWindow):
    """Qt hands the focus of a disabled widget to the next one: there a key would do something else."""
    button = full.findChild(QWidget, "unmixButton")
    panel = next(p for p in full.panels if p.objectName() == "runPanel")
    button.setFocus()
    busy = state_of(tasks={"run": Task("Unmixing", 0.0)})
    panel.follow(ViewState(), busy)
    assert full.focusWidget() is None
    panel.follow(busy, ViewState())
    assert full.focusWidget() is button
    panel.follow(ViewState(), busy)
    elsewhere = panel.method
    elsewhere.setFocus()
    panel.follow(busy, ViewState())
    assert full.focusWidget() is elsewhere


def test_the_estimate_is_offered_never_taken(alone: Alone, qtbot: QtBot):
    panel, seen = alone(run)
    qtbot.mouseClick(panel.estimate, Qt.MouseButton.LeftButton)
    assert seen == [EstimateRank()]
    found = RankEstimate(11, np.zeros(3), "error", "It says eleven.")
    panel.follow(ViewState(), state_of(estimate=found))
    assert panel.estimate.text() == "estimated 11"
    assert "It says eleven." in panel.estimate.toolTip()
    assert panel.rank.value() == 4
    qtbot.mouseClick(panel.estimate, Qt.MouseButton.LeftButton)
    assert seen[-1].settings.rank == 11
