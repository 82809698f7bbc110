"""Regions being drawn, without a window."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.gui.image.drafts import BrushDraft, PolygonDraft, RectangleDraft, draft_for


@pytest.mark.parametrize(
    ("start", "end"), [((2.9, 1.1), (5.2, 7.7)), ((5.2, 7.7), (2.9, 1.1)), ((2.1, 7.2), (5.9, 1.9))]
)
def test_a_dragged_rectangle_takes_whole_pixels(start: tuple[float, float], end: tuple[float, float]):
    draft = RectangleDraft()
    draft.press(*start)
    draft.move(4, 4)
    assert not draft.finished
    draft.release(*end)
    assert draft.finished
    assert draft.vertices == ((2.0, 1.0), (6.0, 8.0))


def test_two_clicks_make_a_rectangle_and_a_step_back_none():
    draft = RectangleDraft()
    draft.press(2.5, 3.5)
    draft.release(2.6, 3.4)
    assert not draft.finished
    assert draft.back()
    assert not draft.back()
    assert draft.vertices == ()
    for place in ((2.5, 3.5), (2.5, 3.5)):
        draft.press(*place)
        draft.release(*place)
    assert draft.finished
    assert draft.vertices == ((2.0, 3.0), (3.0, 4.0))  # one pixel


def test_a_polygon_closes_on_its_first_corner_and_not_before():
    draft = PolygonDraft()
    for corner in ((1.5, 1.5), (1.5, 6.5), (9.5, 4.5)):
        draft.press(*corner)
        draft.release(*corner)
    draft.move(5.0, 2.0)
    assert draft.vertices[-1] == (5.0, 2.0)  # follows the mouse
    draft.press(1.9, 1.1)
    assert draft.finished
    assert draft.vertices == ((1.5, 1.5), (1.5, 6.5), (9.5, 4.5))


def test_two_corners_are_no_polygon():
    draft = PolygonDraft()
    draft.press(1, 1)
    draft.press(1, 1)  # the second click of a double click
    draft.press(5, 5)
    draft.close()
    assert not draft.finished
    assert draft.back()
    assert draft.back()
    assert not draft.back()


def test_a_stroke_leaves_no_gap_and_stays_in_the_scene():
    draft = BrushDraft((13, 9), 0.5)
    draft.press(0.5, 0.5)
    draft.move(12.5, 8.5)  # a quick mouse
    draft.release(40.0, 30.0)
    assert draft.finished
    assert draft.painted[0, 0]
    assert draft.painted[12, 8]
    assert draft.painted.any(axis=1).all()
    line, first, past = draft.runs[0]
    assert (line, first) == (0, 0)
    assert past > first


def test_the_brush_is_round_and_as_wide_as_it_says():
    draft = BrushDraft((21, 31), 4.0)
    draft.press(10.5, 15.5)
    y, x = np.mgrid[:21, :31]
    assert np.array_equal(draft.painted, (y - 10) ** 2 + (x - 15) ** 2 <= 16)
    draft.resize(0.0001)
    assert draft.radius == 0.5
    for _ in range(99):
        draft.resize(1.25)
    assert draft.radius <= 200


def test_a_stroke_beside_the_scene_is_none():
    draft = BrushDraft((13, 9), 2.0)
    draft.press(-9, -9)
    draft.release(-12, -4)
    assert not draft.finished


def test_tools_make_their_drafts():
    made = [draft_for(tool, (3, 4), 1.0) for tool in ("", "rectangle", "polygon", "brush")]
    assert [None if d is None else d.kind for d in made] == [None, "rectangle", "polygon", "brush"]
