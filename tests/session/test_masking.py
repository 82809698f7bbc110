"""Masks and bands, written as an analyst writes them, on a scene that is not square."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from hsunmix.errors import FormatError, InputError, MissingFileError
from hsunmix.model.georeference import Georeference
from hsunmix.model.progress import finish
from hsunmix.session.masking import subset
from tests.conftest import make_cube


@pytest.fixture
def cube():
    return make_cube(noise=0.05)


@pytest.fixture
def left():
    """Lines 0–12, samples 0–3 of 9: turned it would not fit."""
    mask = np.zeros((13, 9), dtype=bool)
    mask[:, :4] = True
    return mask


def test_a_condition(cube):
    image = cube.band(0)
    found = finish(subset(cube, ["band[1] > 0.3"]))
    np.testing.assert_array_equal(found.selection, image > np.float32(0.3))
    assert found.selection_text == "band[1] > 0.3"
    assert 0 < found.mask.sum() < 117
    assert cube.selection is None


def test_masks_are_joined(tmp_path, cube, left):
    np.save(tmp_path / "left.npy", left)
    wanted = left & (cube.band(0) > np.float32(0.3))
    assert wanted.any()
    found = finish(subset(cube, ["band[1] > 0.3", tmp_path / "left.npy"]))
    np.testing.assert_array_equal(found.selection, wanted)
    both = finish(subset(finish(subset(cube, [left])), ["band[1] > 0.3", "band[2] < 9"]))
    np.testing.assert_array_equal(both.selection, wanted)
    assert both.masks == ()  # words for a part of it would make another mask
    both = finish(subset(cube, ["band[1] > 0.3", "band[2] < 9"]))
    assert both.masks == ("band[1] > 0.3", "band[2] < 9")
    assert both.selection_text == "(band[1] > 0.3) and (band[2] < 9)"  # itself a condition
    again = finish(subset(cube, [both.selection_text]))
    np.testing.assert_array_equal(again.selection & left, wanted)


def test_polygons(tmp_path, cube, left):
    placed = replace(cube, georeference=Georeference((10, 0, 5e5, 0, -10, 4e6), "EPSG:32633"))
    ring = [[5e5, 4e6], [5e5 + 40, 4e6], [5e5 + 40, 4e6 - 130], [5e5, 4e6 - 130]]
    (tmp_path / "roi.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    found = finish(subset(placed, [str(tmp_path / "roi.geojson")]))
    np.testing.assert_array_equal(found.selection, left)


def test_bands(cube):
    found = finish(subset(cube, bands="no-water, 450-2000"))
    nm = cube.wavelengths
    assert found.band_text == "no-water, 450-2000"
    water = ((nm >= 1340) & (nm <= 1450)) | ((nm >= 1790) & (nm <= 1960))
    np.testing.assert_array_equal(found.good_bands, (nm <= 2000) & ~water)
    assert finish(subset(cube)) is cube


def test_a_condition_may_ask_for_bands_that_are_left_out(cube):
    found = finish(subset(cube, ["b[450] > 0"], "1000-2400"))
    assert not found.good_bands[0]
    assert found.selection.all()


def test_steps_can_be_watched_and_cancelled(cube):
    work = subset(cube, ["band[1] > 0.3"])
    assert next(work).message == "Band maths"
    work.close()


@pytest.mark.parametrize(
    ("masks", "bands", "reason"),
    [
        (["band[1]"], "", "is a number for each pixel; compare it, for example band"),
        (["band[1] > 99"], "", "the mask leaves no pixel: band"),
        (["band[1] >"], "", "not understood"),
        (["ndvii > 0.3"], "", "'ndvii': is not known"),
        ([np.ones((9, 13))], "", "the mask is 9×13, and the cube 13×9"),
        ([], "3000-4000", "no band of this cube is left"),
    ],
)
def test_refused(cube, masks, bands, reason):
    with pytest.raises(InputError, match=reason):
        finish(subset(cube, masks, bands))


def test_files_that_are_no_masks(tmp_path, cube, left):
    for name in ("gone.tif", "folder/gone.geojson"):
        with pytest.raises(MissingFileError, match="there is no such mask"):
            finish(subset(cube, [name]))
    np.save(tmp_path / "turned.npy", left.T)
    with pytest.raises(FormatError, match="lines and samples exchanged"):
        finish(subset(cube, [tmp_path / "turned.npy"]))
