"""Regions being drawn, without a window."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.gui.image.shape_tools import BrushTool, PolygonTool, RectangleTool, shape_tool_for


@pytest.mark.parametrize(
    ("start", "end"), [((2.9, 1.1), (5.2, 7.7)), ((5.2, 7.7), (2.9, 1.1)), ((2.1, 7.2), (5.9, 1.9))]
)
def test_a_dragged_rectangle_takes_whole_pixels(start: tuple[float, float], end: tuple[float, float]):
    shape_tool = RectangleTool()
    shape_tool.press(*start)
    shape_tool.move(4, 4)
    assert not shape_tool.finished
    shape_tool.release(*end)
    assert shape_tool.finished
    assert shape_tool.vertices == ((2.0, 1.0), (6.0, 8.0))


def test_two_clicks_make_a_rectangle_and_a_step_back_none():
    shape_tool = RectangleTool()
    shape_tool.press(2.5, 3.5)
    shape_tool.release(2.6, 3.4)
    assert not shape_tool.finished
    assert shape_tool.back()
    assert not shape_tool.back()
    assert shape_tool.vertices == ()
    for place in ((2.5, 3.5), (2.5, 3.5)):
        shape_tool.press(*place)
        shape_tool.release(*place)
    assert shape_tool.finished
    assert shape_tool.vertices == ((2.0, 3.0), (3.0, 4.0))  # one pixel


def test_a_polygon_closes_on_its_first_corner_and_not_before():
    shape_tool = PolygonTool()
    for corner in ((1.5, 1.5), (1.5, 6.5), (9.5, 4.5)):
        shape_tool.press(*corner)
        shape_tool.release(*corner)
    shape_tool.move(5.0, 2.0)
    assert shape_tool.vertices[-1] == (5.0, 2.0)  # follows the mouse
    shape_tool.press(1.9, 1.1)
    assert shape_tool.finished
    assert shape_tool.vertices == ((1.5, 1.5), (1.5, 6.5), (9.5, 4.5))


def test_two_corners_are_no_polygon():
    shape_tool = PolygonTool()
    shape_tool.press(1, 1)
    shape_tool.press(1, 1)  # the second click of a double click
    shape_tool.press(5, 5)
    shape_tool.close()
    assert not shape_tool.finished
    assert shape_tool.back()
    assert shape_tool.back()
    assert not shape_tool.back()


def test_a_stroke_leaves_no_gap_and_stays_in_the_scene():
    shape_tool = BrushTool((13, 9), 0.5)
    shape_tool.press(0.5, 0.5)
    shape_tool.move(12.5, 8.5)  # a quick mouse
    shape_tool.release(40.0, 30.0)
    assert shape_tool.finished
    assert shape_tool.painted[0, 0]
    assert shape_tool.painted[12, 8]
    assert shape_tool.painted.any(axis=1).all()
    line, first, past = shape_tool.runs[0]
    assert (line, first) == (0, 0)
    assert past > first


def test_the_brush_is_round_and_as_wide_as_it_says():
    shape_tool = BrushTool((21, 31), 4.0)
    shape_tool.press(10.5, 15.5)
    y, x = np.mgrid[:21, :31]
    assert np.array_equal(shape_tool.painted, (y - 10) ** 2 + (x - 15) ** 2 <= 16)
    shape_tool.resize(0.0001)
    assert shape_tool.radius == 0.5
    for _ in range(99):
        shape_tool.resize(1.25)
    assert shape_tool.radius <= 200


def test_a_stroke_beside_the_scene_is_none():
    shape_tool = BrushTool((13, 9), 2.0)
    shape_tool.press(-9, -9)
    shape_tool.release(-12, -4)
    assert not shape_tool.finished


def test_tools_make_their_shapes():
    made = [shape_tool_for(tool, (3, 4), 1.0) for tool in ("", "rectangle", "polygon", "brush")]
    assert [None if d is None else d.kind for d in made] == [None, "rectangle", "polygon", "brush"]
