"""Several scenes as one: every pixel once, each from where it lies, named apart."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.model.chain import ChainedPixels, chained, parts_of, scene_names, spans
from hsunmix.model.cube import Cube

rng = np.random.default_rng(0)
IMAGES = [rng.random(shape) for shape in ((7, 5, 6), (3, 11, 6), (4, 1, 6))]
CUBES = [Cube.from_array(image.astype(np.float32), np.linspace(500, 1000, 6)) for image in IMAGES]
X = np.concatenate([image.reshape(-1, 6) for image in IMAGES]).astype(np.float32)


def test_pixels_follow_each_other() -> None:
    chain = chained(CUBES)
    assert (chain.shape, chain.is_matrix, chain.name) == ((72, 1, 6), True, "3 scenes")
    assert chain.nbytes == X.nbytes
    np.testing.assert_array_equal(chain.read(0, 72)[:, 0], X)
    np.testing.assert_array_equal(chain.read(33, 70, [4, 1])[:, 0], X[33:70][:, [4, 1]])
    np.testing.assert_array_equal(chain.spectrum(70, 0), X[70])
    pixels = chain.pixels
    assert isinstance(pixels, ChainedPixels)
    assert [pixels.place(n) for n in (0, 34, 35, 68, 71)] == [
        (0, 0, 0), (0, 6, 4), (1, 0, 0), (2, 0, 0), (2, 3, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(("first", "last"), [(0, 72), (10, 46), (35, 68)])
def test_whole_lines_are_read_and_never_across_scenes(first: int, last: int) -> None:
    chain = chained(CUBES)
    found = list(spans(chain, first, last, [2, 2, 3]))
    assert found[0].lines.start == first
    assert found[-1].lines.stop == last
    assert all(a.lines.stop == b.lines.start for a, b in pairwise(found))
    for lines, k, own in found:
        part = parts_of(chain)[k]
        assert 0 < own.stop - own.start <= (2, 2, 3)[k]
        read = part.read(own.start, own.stop).reshape(-1, 6)
        np.testing.assert_array_equal(read, X[lines])


def test_a_band_that_is_bad_in_one_is_bad_in_all_and_masks_stay() -> None:
    bad = np.array([0, 1, 0, 0, 0, 0], bool)
    mask = rng.random((3, 11)) > 0.5
    chain = chained([CUBES[0].with_bad_bands(bad), CUBES[1].with_selection(mask), CUBES[2]])
    np.testing.assert_array_equal(chain.good_bands, ~bad)
    selection = np.asarray(chain.selection).ravel()
    np.testing.assert_array_equal(selection[35:68], mask.ravel())
    assert selection[:35].all()
    assert selection[68:].all()
    with pytest.raises(InputError, match="no band"):
        chained([CUBES[0].with_bad_bands(~bad), CUBES[1].with_bad_bands(bad)])


def test_one_scene_is_itself() -> None:
    assert chained(CUBES[:1]) is CUBES[0]


def test_names_are_kept_apart() -> None:
    paths = ["/a/line.hdr", "/b/line.hdr", "/b/Line.tif", "/c/other.hdr", "/c/other.hdr", "/c/third.hdr"]
    names = scene_names([Path(path) for path in paths])
    assert names == ("a line", "b line", "b Line 2", "other", "other 2", "third")
    assert scene_names([None, None, None]) == ("scene", "scene 2", "scene 3")
