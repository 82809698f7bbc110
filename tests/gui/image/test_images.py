from __future__ import annotations

import numpy as np
import pytest

from hsunmix.gui.image.images import colours, grey, paint, picture, stretch_limits, stretched, thin
from hsunmix.gui.widgets.colour_bar import limits
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from tests.conftest import make_cube


def test_a_picture_is_stretched_band_by_band_and_lies_as_the_cube_does():
    cube = make_cube(13, 9)
    shown = finish(picture(cube, (2, 9, 17), (0.0, 100.0)))
    assert shown.rgba.shape == (13, 9, 4)
    assert shown.step == 1
    for channel, band in enumerate((2, 9, 17)):
        values = cube.band(band)
        place = np.unravel_index(values.argmax(), values.shape)
        assert shown.rgba[place][channel] >= 254
        place = np.unravel_index(values.argmin(), values.shape)
        assert shown.rgba[place][channel] == 0


def test_nodata_is_transparent():
    values = np.random.default_rng(0).random((4, 7, 3)).astype(np.float32)
    values[1, 5] = np.nan
    values[2, 0, 1] = np.nan
    values[3, 3] = 0
    alpha = stretched(values, stretch_limits(values, (2, 98)))[:, :, 3]
    assert [tuple(p) for p in np.argwhere(alpha == 0)] == [(1, 5), (2, 0), (3, 3)]
    empty = np.full((2, 3, 3), np.nan, np.float32)
    assert not stretched(empty, stretch_limits(empty, (2, 98))).any()


def test_a_constant_band_is_no_division_by_zero():
    values = np.full((3, 2, 3), 7.0, np.float32)
    assert (stretched(values, stretch_limits(values, (2, 98)))[:, :, 3] == 255).all()


def test_a_very_large_cube_is_read_in_steps():
    class Lines:
        shape, dtype = (3000, 3, 4), np.dtype(np.float32)

        def __init__(self) -> None:
            self.read_lines = 0

        def read(self, first, last, bands=None):
            self.read_lines += last - first
            line = np.arange(first, last, dtype=np.float32)[:, None, None] + 1
            return np.broadcast_to(line, (last - first, 3, len(bands))).copy()

    pixels = Lines()
    cube = Cube(pixels)
    shown = finish(picture(cube, (0, 1, 2), (0.0, 100.0), most=1000))
    assert shown.step == 3
    assert shown.rgba.shape == (1000, 1, 4)
    assert pixels.read_lines == 1000
    assert shown.rgba[-1, 0, 0] == 255
    assert shown.rgba[0, 0, 0] == 0


def test_the_whole_picture_keeps_the_colours_of_the_thinned_one():
    cube = make_cube(31, 47)
    few = finish(picture(cube, (2, 9, 17), (2.0, 98.0), most=200))
    whole = finish(picture(cube, (2, 9, 17), (2.0, 98.0), limits=few.limits))
    assert (few.step, whole.step) == (3, 1)
    assert whole.rgba.shape == (31, 47, 4)
    assert np.array_equal(whole.rgba[::3, ::3], few.rgba)


def test_a_band_in_grey():
    cube = make_cube(13, 9)
    found = finish(grey(cube, 7))
    assert (found.band, found.step) == (7, 1)
    assert np.array_equal(found.values, cube.band(7))


def test_paint_keeps_zero_for_nan():
    values = np.array([[np.nan, 0.0, 0.5], [1.0, 2.0, -1.0]], np.float32)
    assert paint(values, 0.0, 1.0).tolist() == [[0, 1, 128], [255, 255, 1]]
    assert paint(values, 1.0, 1.0).dtype == np.uint8


@pytest.mark.parametrize("name", ["viridis", "inferno"])
def test_colour_tables(name: str):
    table = colours(name)
    assert table.shape == (256, 4)
    assert table[0, 3] == 0
    assert (table[1:, 3] == 255).all()
    brightness = table[1:, :3] @ np.array([0.299, 0.587, 0.114])
    assert brightness[-1] > brightness[0] + 100  # light means much


def test_limits_of_maps_without_values():
    assert limits(np.full((3, 4), np.nan, np.float32)) == (0.0, 1.0)
    assert limits(np.zeros((3, 4), np.float32)) == (0.0, 1.0)
    assert limits(np.arange(101, dtype=np.float32).reshape(1, -1), 99) == (0.0, 99.0)


def test_thin_leaves_small_maps_alone():
    values = np.arange(12.0, dtype=np.float32).reshape(3, 4)
    assert thin(values, 100)[1] == 1
    few, step = thin(np.zeros((1000, 500), np.float32), 50_000)
    assert few.size <= 50_000
    assert step == 4
