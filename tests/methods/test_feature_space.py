from __future__ import annotations

import numpy as np
import pytest

from hsunmix.engine.loading import load
from hsunmix.methods.feature_space import (
    Axis,
    axes_of,
    column_of,
    density,
    inside,
    numbers_along,
    space_of,
)
from hsunmix.model.progress import finish
from tests.gui.conftest import solved_document

DOCUMENT = solved_document(3, lines=17, samples=11, noise=0.01)


@pytest.fixture(scope="module")
def space():
    return finish(space_of(finish(load(DOCUMENT.cube))))


def measured() -> np.ndarray:
    cube = DOCUMENT.cube
    return cube.read(0, cube.lines).reshape(-1, cube.bands).astype(np.float64)


def test_components_are_those_of_a_singular_value_decomposition(space):
    values = measured()
    _, power, rows = np.linalg.svd(values - values.mean(axis=0), full_matrices=False)
    found = finish(numbers_along(space, [Axis("component", k) for k in range(3)], None))
    for k, numbers in enumerate(found):
        expected = (values - values.mean(axis=0)) @ rows[k]
        sign = np.sign(expected @ numbers)
        np.testing.assert_allclose(numbers, sign * expected, atol=1e-4 * np.abs(expected).max())
    np.testing.assert_allclose(space.shares[:3], (power**2 / (power**2).sum())[:3], rtol=1e-4)


def test_bands_and_maps_are_the_scenes_own_numbers(space):
    band, share = finish(
        numbers_along(space, [Axis("band", 7), Axis("map", 1, "abundance")], DOCUMENT.unmixing)
    )
    np.testing.assert_allclose(band, measured()[:, 7], rtol=1e-5)
    np.testing.assert_array_equal(share, DOCUMENT.unmixing.abundances[1].reshape(-1))
    axes = axes_of(space, DOCUMENT.unmixing)
    assert Axis("map", 2, "abundance") in axes
    assert {axis.kind for axis in axes_of(space, None)} == {"component", "band"}


def test_an_endmember_lies_where_its_own_pixel_lies(space):
    axes = [Axis("component", 0), Axis("component", 1), Axis("band", 4)]
    found = finish(numbers_along(space, axes, None))
    for k, member in enumerate(DOCUMENT.endmembers):
        column = column_of(space.scene, member.source.line, member.source.sample)
        for axis, numbers in zip(axes, found, strict=True):
            assert space.place(axis, member.spectrum, k) == pytest.approx(float(numbers[column]), abs=1e-4)
        assert [space.place(Axis("map", n, "abundance"), member.spectrum, k) for n in range(3)] == [
            float(n == k) for n in range(3)
        ]


def test_every_pixel_is_counted_once_and_each_cell_knows_one_of_its_own():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 300_001)).astype(np.float32)
    x[5] = np.nan
    whole = finish(density(x, y, 40))
    assert whole.counts.sum() == 300_000
    left, right, bottom, top = whole.box
    expected, _, _ = np.histogram2d(y[6:], x[6:], 40, [(bottom, top), (left, right)])
    assert np.abs(whole.counts - expected).sum() < 200  # edges of cells, in single precision
    for row, column in np.argwhere(whole.first >= 0)[::17]:
        k = whole.first[row, column]
        assert (x[k] - left) / (right - left) * 40 == pytest.approx(column + 0.5, abs=0.501)
        assert (y[k] - bottom) / (top - bottom) * 40 == pytest.approx(row + 0.5, abs=0.501)
    part = finish(density(x, y, 40, (-0.5, 0.5, 0.0, 1.0)))
    assert part.counts.sum() == ((x >= -0.5) & (x <= 0.5) & (y >= 0) & (y <= 1)).sum()
    k = whole.nearest(0.3, -0.4)
    assert np.hypot(x[k] - 0.3, y[k] + 0.4) < 0.5
    assert whole.nearest(99.0, 0.0) == -1


def test_the_lasso_holds_what_lies_in_it():
    rng = np.random.default_rng(4)
    x, y = rng.random((2, 5000), dtype=np.float32)
    triangle = ((0.1, 0.1), (0.9, 0.2), (0.4, 0.8))
    found = finish(inside(x, y, triangle))
    sides = [
        (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        for (ax, ay), (bx, by) in zip(triangle, (*triangle[1:], triangle[0]), strict=True)
    ]
    np.testing.assert_array_equal(found, np.flatnonzero(np.all(np.array(sides) > 0, axis=0)))
    star = ((0, 0), (1, 0), (1, 1), (0.5, 0.2), (0, 1))  # a notch from above
    held = np.zeros(len(x), bool)
    held[finish(inside(x, y, star))] = True
    assert not held[(abs(x - 0.5) < 0.05) & (y > 0.4)].any()
    assert held[y < 0.15].all()
