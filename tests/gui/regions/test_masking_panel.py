from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.regions import masking_panel as masking
from hsunmix.gui.regions.state import Masking
from hsunmix.gui.state.view_state import ViewState
from hsunmix.session.document import Document
from tests.gui.conftest import Alone, state_of

MASK = np.arange(117).reshape(13, 9) % 4 == 0
PLAN = cmd.PlanMask("ndvi", ">", 0.3)
SHOWN = state_of(masking=Masking(PLAN, MASK, float(MASK.mean()), (-0.5, 0.9)))


def test_it_is_there_only_while_something_is_planned(alone: Alone):
    panel, _ = alone(masking)
    panel.follow(SHOWN, ViewState())
    assert panel.isHidden()
    panel.follow(ViewState(), SHOWN)
    assert not panel.isHidden()
    assert panel.kept.text() == "25.6 % kept"
    assert panel.index.currentText() == "NDVI: vegetation"
    assert panel.threshold.value() == pytest.approx(0.3)
    assert panel.slider.value() == round(masking.STEPS * 0.8 / 1.4)


def test_the_threshold_is_told_as_a_number_not_as_a_step_of_the_slider(alone: Alone):
    panel, _ = alone(masking)
    panel.follow(ViewState(), SHOWN)
    assert panel.slider.accessibleDescription().startswith("0.3, from ")


def test_everything_plans_anew(alone: Alone):
    panel, seen = alone(masking)
    panel.follow(ViewState(), SHOWN)
    assert seen == []  # showing a plan asks for nothing
    panel.threshold.setValue(0.45)
    panel.slider.setValue(0)
    panel.sense.setCurrentText("below")
    panel.sense.activated.emit(1)
    panel.index.setCurrentText("NDWI: water")
    panel.index.activated.emit(1)
    panel.text.setText("b[860] > 0.2")
    panel.text.editingFinished.emit()
    assert seen == [
        replace(PLAN, threshold=0.45),
        replace(PLAN, threshold=-0.5),
        replace(PLAN, sense="<"),
        replace(PLAN, text="ndwi", threshold=None),
        cmd.PlanMask("b[860] > 0.2"),
    ]


def test_the_buttons(alone: Alone):
    panel, seen = alone(masking)
    panel.follow(ViewState(), SHOWN)
    for button in (panel.ok, panel.layer, panel.cancel):
        button.click()
    assert seen == [cmd.ApplyMask(), cmd.AddLayer(), cmd.CancelMask()]


def test_a_condition_needs_no_threshold(alone: Alone):
    panel, _ = alone(masking)
    plan = cmd.PlanMask("b[860] > 0.3")
    panel.follow(ViewState(), state_of(masking=Masking(plan, MASK, 0.5)))
    assert not panel.slider.isEnabled()
    assert not panel.threshold.isEnabled()
    assert panel.ok.isEnabled()
    assert panel.index.currentText() == "Expression"


def test_what_is_wrong_is_said_beside_it(alone: Alone):
    panel, _ = alone(masking)
    panel.follow(
        ViewState(),
        state_of(masking=Masking(cmd.PlanMask("b[860"), wrong="the expression is not <b>understood")),
    )
    assert panel.wrong.text() == "the expression is not <b>understood"
    assert not panel.wrong.isHidden()
    assert not panel.ok.isEnabled()
    panel.follow(ViewState(), SHOWN)
    assert panel.wrong.isHidden()


def test_going_on_from_a_mask_is_offered_where_there_is_one(alone: Alone, document: Document):
    panel, _ = alone(masking)
    panel.render(document, document)
    assert panel.how.isHidden()
    masked = replace(document, cube=document.cube.with_selection(MASK))
    panel.render(document, masked)
    assert not panel.how.isHidden()


@pytest.mark.parametrize(
    ("low", "high", "decimals"),
    [(0.0, 5000.0, 1), (-1.0, 1.0, 4), (0.0, 3e-5, 9), (0.0, 4e7, 0), (2.0, 2.0, 4)],
)
def test_a_threshold_has_the_digits_of_its_range(alone: Alone, low: float, high: float, decimals: int):
    panel, _ = alone(masking)
    plan = replace(PLAN, threshold=low + 0.4 * (high - low))
    shown = state_of(masking=Masking(plan, MASK, 0.25, (low, high or 1.0)))
    if low == high:
        assert masking._decimals(high - low) == decimals
        return
    panel.follow(ViewState(), shown)
    assert panel.threshold.decimals() == decimals
    assert panel.threshold.value() == pytest.approx(plan.threshold, rel=1e-3)
