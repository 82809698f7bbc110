"""Two scenes of one ground: the difference of an endmember's maps, only where it means something."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui.commands import CompareScenes
from hsunmix.gui.files.state import FilesState
from hsunmix.gui.image.pages import change
from hsunmix.gui.image.pages._maps import DIFFERENCE
from hsunmix.gui.state.view_state import PixelView, ViewState
from hsunmix.model.georeference import Georeference
from hsunmix.session.document import Document, MapLook, SceneEntry, ScenePlace
from tests.gui.conftest import unmixing_of
from tests.scenes import with_numbers


@pytest.fixture
def dates(document: Document) -> Document:
    """may (shown), june and july on one grid; a strip of another size."""
    result, cube = document.unmixing, document.cube
    later = with_numbers(result, abundances=result.abundances * np.float32(0.5))
    latest = with_numbers(result, abundances=result.abundances * np.float32(0.25))
    small = replace(cube, pixels=type(cube.pixels)(cube.pixels.values[:5]))
    known = {"endmembers": document.endmembers}
    entries = (
        SceneEntry("may", ScenePlace(cube), result, **known),
        SceneEntry("strip", ScenePlace(small), unmixing_of(small), **known),
        SceneEntry("june", ScenePlace(cube), later, **known),
        SceneEntry("july", ScenePlace(cube), latest, **known),
    )
    return replace(document, scenes=entries, view=replace(document.view, endmember=1, page="change"))


def test_scenes_of_one_grid_can_be_compared(dates: Document, document: Document) -> None:
    assert change.others(dates) == [2, 3]
    assert change.available(dates, ViewState())
    assert not change.available(document, ViewState())
    place = Georeference((30.0, 0.0, 5e5, 0.0, -30.0, 4e6), "EPSG:32611")
    moved = replace(place, transform=(30.0, 0.0, 5.1e5, 0.0, -30.0, 4e6))
    here = replace(dates, cube=replace(dates.cube, georeference=place))
    june = replace(dates.scenes[2], place=ScenePlace(replace(dates.cube, georeference=moved)))
    assert change.others(replace(here, scenes=(*dates.scenes[:2], june))) == []


def test_other_endmembers_are_no_change(dates: Document) -> None:
    spectrum = dates.endmembers[0].spectrum + 0.1
    edited = (replace(dates.endmembers[0], spectrum=spectrum), *dates.endmembers[1:])
    assert change.others(replace(dates, endmembers=edited)) == []


def test_the_difference_is_drawn_and_told(dates: Document) -> None:
    state = ViewState().changed(None, cursor=PixelView(2, 3))
    drawing = change.draw(dates, state, 1 << 20)
    assert [pane.title for pane in drawing.panes] == ["june", "may", "Difference"]
    assert drawing.caption.endswith("may − june")
    most = drawing.scales[1].high
    half = dates.unmixing.abundances[1] * 0.5
    assert most == pytest.approx(np.nanpercentile(np.abs(half), 99), rel=0.02)
    shown = dates.unmixing.abundances[1][2, 3]
    assert change.value(dates, state) == f"{shown / 2:.3f}  →  {shown:.3f}"
    chosen = state.changed(FilesState, other="july")
    assert change.draw(dates, chosen, 1 << 20).panes[0].title == "july"
    assert change.depends(dates, chosen) != change.depends(dates, state)


def test_it_has_the_colours_that_are_chosen(dates: Document) -> None:
    state, before = ViewState(), change.depends(dates, ViewState())
    look = MapLook("abundance", "plasma", (0.1, 0.4))
    dates = replace(dates, view=dates.view.with_look(look))
    drawing = change.draw(dates, state, 1 << 20)
    assert (drawing.scales[0].low, drawing.scales[0].high) == (0.1, 0.4)
    assert [pane.table for pane in drawing.panes] == ["plasma", "plasma", DIFFERENCE]
    assert [scale.table for scale in drawing.scales] == ["plasma", DIFFERENCE]
    assert change.depends(dates, state) != before


def test_its_numbers_are_both_maps_and_the_difference(dates: Document) -> None:
    name, shown = dates.endmembers[1].name, dates.unmixing.abundances[1]
    found = dict(change.numbers(dates, ViewState()))
    assert list(found) == [f"{name}, june", f"{name}, may", f"{name}, difference"]
    np.testing.assert_allclose(found[f"{name}, difference"], shown - shown * 0.5)
    assert change.numbers(replace(dates, scenes=dates.scenes[:1]), ViewState()) == []


def test_the_scene_compared_with_stays_when_another_is_removed(dates: Document) -> None:
    chosen = ViewState().changed(FilesState, other="july")
    fewer = replace(dates, scenes=(*dates.scenes[:1], *dates.scenes[2:]))
    assert change.draw(fewer, chosen, 1 << 20).panes[0].title == "july"
    gone = replace(dates, scenes=dates.scenes[:3])
    assert change.draw(gone, chosen, 1 << 20).panes[0].title == "june"


def test_spectra_are_not_compared_where_they_are_the_same(
    dates: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(np, "array_equal", None)
    assert change.others(dates) == [2, 3]


def test_another_scene_is_chosen_in_the_list(qtbot: object, dates: Document) -> None:
    controls = change.Controls()
    qtbot.addWidget(controls)
    seen: list[object] = []
    controls.command.connect(seen.append)
    controls.present(dates, ViewState())
    assert [controls.box.itemText(k) for k in range(controls.box.count())] == ["june", "july"]
    controls.box.setCurrentIndex(1)
    controls.box.activated.emit(1)
    assert seen == [CompareScenes("july")]
