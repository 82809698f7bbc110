from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui.commands import SetColours, SetLevels
from hsunmix.gui.image import levels_panel
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.store import Store
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.quiet import QuietDoubleSpinBox
from hsunmix.session.document import Document
from tests.gui.conftest import Alone


def test_levels_are_dragged_typed_and_given_back(alone: Alone, document: Document):
    panel, seen = alone(levels_panel)
    assert panel.plot.levels.getRegion() == (0, 1)
    assert panel.plot.bars.yData.sum() > 0
    panel.plot.levels.setRegion((0.25, 0.5))
    assert seen[-1] == SetLevels((0.25, 0.5))
    panel.follow(ViewState(), ViewState().changed(ImageState, levels=(0.1, 0.7)))
    assert [field.value() for field in panel.fields] == [0.1, 0.7]
    panel.fields[1].setValue(0.8)
    assert seen[-1] == SetLevels((0.1, 0.8))
    panel.reset.click()
    assert seen[-1] == SetLevels(None)
    panel.tables.setCurrentIndex(2)
    panel.tables.activated.emit(2)
    assert seen[-1] == SetColours("inferno")


def test_both_levels_are_in_the_picture(alone: Alone, document: Document):
    panel, _ = alone(levels_panel)
    for levels in ((-2.0, 5.0), (0.4, 0.5)):
        panel.follow(ViewState(), ViewState().changed(ImageState, levels=levels))
        left, right = panel.plot.box.viewRange()[0]
        assert left < min(levels[0], panel.plot.bars.xData[0])
        assert right > max(levels[1], panel.plot.bars.xData[-1])


def test_refused_levels_are_taken_back(alone: Alone):
    panel, seen = alone(levels_panel)
    panel.fields[0].setValue(7.0)
    assert seen == [SetLevels((7.0, 1.0))]  # and nobody took them
    assert [field.value() for field in panel.fields] == [0, 1]
    panel.plot.levels.setRegion((3.0, 3.0))
    assert panel.plot.levels.getRegion() == (0, 1)
    assert all(isinstance(field, QuietDoubleSpinBox) for field in panel.fields)


def test_nothing_is_counted_for_nobody_or_twice(
    alone: Alone, document: Document, monkeypatch: pytest.MonkeyPatch
):
    panel, _ = alone(levels_panel)
    count, counted = np.histogram, []

    def noted(*given: object) -> object:
        counted.append(given)
        return count(*given)

    monkeypatch.setattr(levels_panel.np, "histogram", noted)
    panel.follow(ViewState(), ViewState())
    panel.render(document, replace(document, view=replace(document.view, page="rgb")))
    assert not counted
    panel.hide()
    panel.render(document, replace(document, view=replace(document.view, endmember=2)))
    assert not counted
    panel.show()
    assert len(counted) == 1
    assert document.endmembers[2].name in panel.plot.accessibleDescription()


def test_levels_are_of_the_file_that_is_open(open_store: Store, document: Document):
    open_store.send(SetLevels((0.1, 0.6)))
    open_store.history.apply("Edit", replace(document, regions=()))
    assert open_store.state[ImageState].levels == (0.1, 0.6)
    open_store.history.reset(document)
    assert open_store.state[ImageState].levels is None


@pytest.mark.parametrize("levels", [(0.5, 0.5), (0.7, 0.2)])
def test_levels_with_nothing_between_them_are_no_levels(open_store: Store, levels: tuple[float, float]):
    open_store.send(SetLevels((0.1, 0.6)))
    open_store.send(SetLevels(levels))
    assert open_store.state[ImageState].levels == (0.1, 0.6)
