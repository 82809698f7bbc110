from __future__ import annotations

import pytest

from hsunmix.gui.commands import SetColours, SetLevels
from hsunmix.gui.image import levels_panel
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.store import Store
from hsunmix.gui.state.view_state import ViewState
from hsunmix.session.document import Document
from tests.gui.conftest import Alone


def test_levels_are_dragged_typed_and_given_back(alone: Alone, document: Document):
    panel, seen = alone(levels_panel)
    assert panel.plot.levels.getRegion() == (0, 1)
    assert panel.plot.bars.yData.sum() > 0
    panel.plot.levels.setRegion((0.25, 0.5))
    panel.plot.levels.sigRegionChangeFinished.emit(panel.plot.levels)
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


@pytest.mark.parametrize("levels", [(0.5, 0.5), (0.7, 0.2)])
def test_levels_with_nothing_between_them_are_no_levels(open_store: Store, levels: tuple[float, float]):
    open_store.send(SetLevels((0.1, 0.6)))
    open_store.send(SetLevels(levels))
    assert open_store.state[ImageState].levels == (0.1, 0.6)
