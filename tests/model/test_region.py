from __future__ import annotations

import numpy as np
import pytest

from hsunmix.model.region import Region, runs_of

LINES, SAMPLES = 13, 9


def region(kind: str, *vertices: tuple[float, float]) -> Region:
    return Region("Field", "#0072b2", kind, vertices)


def inside(vertices: tuple[tuple[float, float], ...], y: float, x: float) -> bool:
    """Even-odd by the textbook's ray, one point at a time: the oracle."""
    odd = False
    for (y0, x0), (y1, x1) in zip(vertices, vertices[1:] + vertices[:1], strict=True):
        if (y0 <= y) != (y1 <= y) and x >= x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            odd = not odd
    return odd


@pytest.mark.parametrize("corners", [((2, 1), (5, 8)), ((5, 8), (2, 1)), ((5, 1), (2, 8))])
def test_a_rectangle_lies_as_the_scene_does(corners: tuple[tuple[float, float], ...]):
    expected = np.zeros((LINES, SAMPLES), dtype=bool)
    expected[2:5, 1:8] = True
    assert np.array_equal(region("rectangle", *corners).mask(LINES, SAMPLES), expected)


def test_a_rectangle_beyond_the_scene_is_cut_off():
    assert region("rectangle", (-3, -3), (99, 99)).mask(LINES, SAMPLES).all()
    assert not region("rectangle", (20, 20), (99, 99)).mask(LINES, SAMPLES).any()


@pytest.mark.parametrize("seed", range(12))
def test_polygons_agree_with_the_even_odd_rule(seed: int):
    """Corners off the grid, beyond the scene, and edges that cross."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(3, 12))
    corners = tuple(map(tuple, rng.uniform((-3, -3), (LINES + 3, SAMPLES + 3), (count, 2))))
    mask = region("polygon", *corners).mask(LINES, SAMPLES)
    expected = [[inside(corners, y + 0.5, x + 0.5) for x in range(SAMPLES)] for y in range(LINES)]
    assert np.array_equal(mask, expected)


def test_neighbours_that_share_an_edge_share_no_pixel():
    """Corners on pixel centres and edges through them: every pixel falls to one of the two."""
    left = region("polygon", (0, 0), (0, 4.5), (13, 4.5), (13, 0)).mask(LINES, SAMPLES)
    right = region("polygon", (0, 4.5), (0, 9), (13, 9), (13, 4.5)).mask(LINES, SAMPLES)
    assert not (left & right).any()
    assert (left | right).all()


def test_a_brush_packs_and_unpacks_any_mask():
    mask = np.random.default_rng(0).random((LINES, SAMPLES)) < 0.4
    painted = Region("Field", "#0072b2", "brush", runs=runs_of(mask))
    assert np.array_equal(painted.mask(LINES, SAMPLES), mask)
    pixels = painted.pixels(LINES, SAMPLES)
    assert np.array_equal(pixels, [line * SAMPLES + sample for line, sample in np.argwhere(mask)])


def test_runs_may_overlap_and_leave_the_scene():
    runs = np.array([[1, 2, 6], [1, 4, 99], [-1, 0, 9], [13, 0, 9], [5, -4, 2], [6, 7, 3]], np.int32)
    expected = np.zeros((LINES, SAMPLES), dtype=bool)
    expected[1, 2:] = expected[5, :2] = True
    assert np.array_equal(Region("a", "#000000", "brush", runs=runs).mask(LINES, SAMPLES), expected)


@pytest.mark.parametrize(
    ("kind", "vertices"),
    [
        ("circle", ((0, 0), (1, 1))),
        ("rectangle", ((0, 0),)),
        ("rectangle", ((0, 0), (1, 1), (2, 2))),
        ("polygon", ((0, 0), (1, 1))),
        ("polygon", ((0, 0), (1, float("nan")), (2, 0))),
        ("polygon", ((0, 0), (1, 1e30), (2, 0))),
    ],
)
def test_what_is_no_region_is_refused(kind: str, vertices: tuple[tuple[float, float], ...]):
    with pytest.raises(ValueError):
        region(kind, *vertices)
    with pytest.raises(ValueError, match="shape"):
        Region("a", "#000000", "brush", runs=np.zeros((2, 4), np.int32))


@pytest.mark.parametrize("kind", ["rectangle", "polygon", "brush"])
def test_one_pixel_is_asked_for_without_the_whole_mask(kind: str):
    made = {
        "rectangle": region("rectangle", (2, 1), (5, 8)),
        "polygon": region("polygon", (1.2, 0.4), (11.7, 3.1), (4.4, 8.8)),
        "brush": Region("a", "#000000", "brush", runs=np.array([[3, 2, 6], [3, 5, 8], [4, 0, 1]], np.int32)),
    }[kind]
    found = [[made.contains(line, sample) for sample in range(SAMPLES)] for line in range(LINES)]
    assert np.array_equal(found, made.mask(LINES, SAMPLES))


@pytest.mark.parametrize("kind", ["rectangle", "polygon", "brush"])
def test_a_window_holds_all_of_it_and_its_part_is_the_masks(kind: str):
    made = {
        "rectangle": region("rectangle", (2.4, 1.2), (5.9, 99)),
        "polygon": region("polygon", (1.2, -4), (11.7, 3.1), (4.4, 7.2)),
        "brush": Region("a", "#000000", "brush", runs=np.array([[9, 2, 6], [3, 5, 8]], np.int32)),
    }[kind]
    whole = made.part(0, 0, LINES, SAMPLES)
    top, left, bottom, right = made.window(LINES, SAMPLES)
    assert np.array_equal(made.part(top, left, bottom, right), whole[top:bottom, left:right])
    assert whole[top:bottom, left:right].sum() == whole.sum() > 0
    assert (bottom - top) * (right - left) < LINES * SAMPLES  # smaller than the scene
    outside = Region("a", "#000000", "brush", runs=np.array([[99, 2, 6]], np.int32))
    for empty in (outside, region("rectangle", (-5, -5), (-1, -1)), Region("a", "#000000", "brush")):
        assert empty.mask(LINES, SAMPLES).sum() == 0
