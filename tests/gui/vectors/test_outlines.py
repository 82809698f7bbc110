"""What is painted of points, lines and polygons."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.gui.vectors.outlines import Outlines, outlines_of
from hsunmix.model.vectors import HOLE, LINE, OUTLINE, PIXELS, POINT, Vectors
from tests.conftest import make_cube

EMPTY = np.empty((0, 2))


def vectors(*parts: tuple[int, list[tuple[float, float]]]) -> Vectors:
    places = np.array([place for _, part in parts for place in part], dtype=float).reshape(-1, 2)
    starts = np.cumsum([0, *(len(part) for _, part in parts)])
    kinds, own = np.array([kind for kind, _ in parts], int), np.zeros(len(parts), int)
    return Vectors(places, starts, kinds, own, ("",), ("",), ("",), PIXELS)


def lines(outlines: Outlines) -> list[list[tuple[float, ...]]]:
    """Return the lines that are painted, each as its places."""
    found, current = [], []
    for place, joined in zip(outlines.places.tolist(), outlines.joined.tolist(), strict=True):
        current.append(tuple(place))
        if not joined:
            found.append(current)
            current = []
    assert not current
    return found


def test_rings_are_closed_and_lines_are_not():
    ring, hole = [(0, 0), (4, 0), (4, 3)], [(1, 1), (2, 1), (2, 2), (1, 1)]
    given = vectors((LINE, [(1, 1), (2, 5)]), (OUTLINE, ring), (POINT, [(7, 8)]), (HOLE, hole))
    found, seen = outlines_of(given, make_cube())
    assert seen
    assert lines(found) == [[(1, 1), (2, 5)], [*ring, ring[0]], hole]
    assert found.points.tolist() == [[7, 8]]


def test_a_place_that_is_on_no_map_is_left_out_and_no_line_leads_over_it(monkeypatch):
    given = vectors((LINE, [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4)]), (POINT, [(5, 5)]))
    places = given.places.copy()
    places[[2, 5]] = np.nan
    monkeypatch.setattr("hsunmix.gui.vectors.outlines.places_on", lambda cube, one: places)
    found, _ = outlines_of(given, make_cube())
    assert lines(found) == [[(0, 0), (1, 1)], [(3, 3), (4, 4)]]
    assert len(found.points) == 0


@pytest.mark.parametrize("given", [vectors(), vectors((POINT, [(1, 1)])), vectors((LINE, [(1, 1), (2, 2)]))])
def test_few_or_none(given):
    found, _ = outlines_of(given, make_cube())
    places, joined, points = found.seen((0, 0, 9, 13), 4.0)
    assert len(places) == len(joined)
    assert len(points) == len(found.points)


def test_what_is_not_seen_is_left_out_but_what_crosses_is_not():
    found, _ = outlines_of(vectors((LINE, [(-50, 5), (50, 5), (60, 60), (70, 60)])), make_cube())
    places, joined, _ = found.seen((0, 0, 9, 13), 4.0)
    assert places.tolist() == [[-50, 5], [50, 5]]
    assert joined.tolist() == [True, False]


def test_places_that_fall_together_are_one_and_no_line_is_lost():
    rng = np.random.default_rng(2)
    walk = np.cumsum(rng.normal(0, 0.02, (5000, 2)), axis=0) + 5
    found, _ = outlines_of(vectors((LINE, walk.tolist()), (LINE, (walk + 1).tolist())), make_cube())
    box = (walk.min() - 2, walk.min() - 2, walk.max() + 2, walk.max() + 2)
    for scale, most in ((1.0, 1500), (8.0, 7000)):
        places, joined, _ = found.seen(box, scale)
        assert len(places) < most
        assert (~joined).sum() == 2  # still two lines
        nearest = np.abs(walk[:, None, :] - places[None]).max(axis=2).min(axis=1)
        assert nearest.max() <= 0.5 / scale + 1e-9  # half a logical pixel
    fine = found.seen(box, 1e6)[0]
    assert len(fine) == 10_000
