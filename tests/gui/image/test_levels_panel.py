from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.commands import SetColours, SetLevels, ShowPage, ShowTool, StretchMaps
from hsunmix.gui.image import levels_panel
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.store import Store
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.quiet import QuietDoubleSpinBox
from hsunmix.session.document import Document, MapLook
from tests.gui.conftest import Alone, Wait


def test_levels_are_dragged_typed_and_given_back(alone: Alone, document: Document):
    panel, seen = alone(levels_panel)
    assert panel.plot.levels.getRegion() == (0, 1)
    assert panel.plot.bars.yData.sum() > 0
    panel.plot.levels.setRegion((0.25, 0.5))
    assert seen[-1] == SetLevels((0.25, 0.5))
    panel.render(document, looked(document, MapLook("abundance", "", (0.1, 0.7))))
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
        panel.render(document, looked(document, MapLook("abundance", "", levels)))
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
    panel.render(document, replace(document, view=replace(document.view, veiled=False)))
    panel.render(document, looked(document, MapLook("abundance", "", (0.1, 0.2))))
    assert not counted
    panel.hide()
    panel.render(document, replace(document, view=replace(document.view, endmember=2)))
    assert not counted
    panel.show()
    assert len(counted) == 1
    assert document.endmembers[2].name in panel.plot.accessibleDescription()


def test_levels_are_of_the_document_and_the_kind_of_map(open_store: Store, document: Document, wait: Wait):
    open_store.send(SetLevels((0.1, 0.6)))
    open_store.send(SetColours("cividis"))
    open_store.send(ShowPage("residual"))
    open_store.send(SetLevels((0.0, 0.5)))
    view = open_store.document.view
    assert view.look("abundance") == MapLook("abundance", "cividis", (0.1, 0.6))
    assert view.look("residual") == MapLook("residual", "", (0.0, 0.5))
    assert not open_store.history.undo_label  # that is looking
    open_store.send(StretchMaps((2.0, 98.0)))
    assert open_store.document.view.look("abundance") == MapLook("abundance", "cividis")
    open_store.send(SetLevels(None))
    assert open_store.document.view.looks == (MapLook("abundance", "cividis"),)
    open_store.history.reset(document)
    assert open_store.document.view.looks == ()


@pytest.mark.parametrize("levels", [(0.5, 0.5), (0.7, 0.2)])
def test_levels_with_nothing_between_them_are_no_levels(open_store: Store, levels: tuple[float, float]):
    open_store.send(SetLevels((0.1, 0.6)))
    open_store.send(SetLevels(levels))
    assert open_store.document.view.look("abundance").levels == (0.1, 0.6)


@pytest.mark.parametrize(
    ("page", "of"),
    [
        ("band", "band"),
        ("residual", "residual"),
        ("constraints", "constraints"),
        ("layer", "layer:band[3] - band[2]"),
        ("map", "abundance"),
        ("maps", "abundance"),
    ],
)
def test_every_map_on_a_scale_has_colours_limits_and_a_histogram(
    full: MainWindow, wait: Wait, page: str, of: str
):
    store = full.store
    store.send(ShowPage(page))
    store.send(ShowTool("levels"))
    panel = full.tools.panels["levels"]

    def rested() -> bool:
        scales = store.state[ImageState].shown.drawing.scales
        return not store.state.tasks and bool(scales) and panel.fields[0].isEnabled()

    wait(rested)
    assert panel.plot.bars.yData.sum() > 0
    (scale,) = store.state[ImageState].shown.drawing.scales
    np.testing.assert_allclose(panel.plot.levels.getRegion(), (scale.low, scale.high))
    span = scale.high - scale.low
    levels = (scale.low + 0.25 * span, scale.low + 0.5 * span)
    panel.plot.levels.setRegion(levels)
    panel.tables.setCurrentIndex(panel.tables.findData("plasma"))
    panel.tables.activated.emit(panel.tables.currentIndex())
    wait(rested)
    (scale,) = store.state[ImageState].shown.drawing.scales
    np.testing.assert_allclose((scale.low, scale.high), levels)
    assert scale.table == "plasma"
    assert [pane.table for pane in store.state[ImageState].shown.drawing.panes[:1]] == ["plasma"]
    assert store.document.view.look(of).table == "plasma"
    panel.reset.click()
    assert store.document.view.look(of).levels is None


def test_a_page_without_a_scale_has_nothing_to_set(full: MainWindow, wait: Wait):
    full.store.send(ShowPage("rgb"))
    full.store.send(ShowTool("levels"))
    wait(lambda: not full.store.state.tasks)
    panel = full.tools.panels["levels"]
    assert not any(part.isEnabled() for part in (*panel.fields, panel.tables, panel.reset))
    full.store.send(SetLevels((0.1, 0.2)))
    assert full.store.document.view.looks == ()


def test_small_and_large_numbers_can_be_typed(alone: Alone, document: Document):
    panel, _ = alone(levels_panel)
    for factor in (1e-4, 3e4):
        rmse = (document.unmixing.rmse * factor).astype(np.float32)
        maps = document.unmixing.maps
        result = replace(document.unmixing, maps={**maps, "rmse": replace(maps["rmse"], values=rmse[None])})
        panel.render(
            document, replace(document, unmixing=result, view=replace(document.view, page="residual"))
        )
        _, high = (field.value() for field in panel.fields)
        np.testing.assert_allclose(high, 0.01 * factor, rtol=0.05)


def test_a_table_of_a_session_that_is_not_known_is_the_usual_one(alone: Alone, document: Document):
    panel, _ = alone(levels_panel)
    panel.render(document, looked(document, MapLook("abundance", "no table")))
    assert panel.tables.currentText() == "Viridis"


def looked(document: Document, look: MapLook) -> Document:
    return replace(document, view=document.view.with_look(look))
