"""What a method may ask of pixels, with threads and with an executor that pickles everything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hsunmix.engine.executor_threads import THREADS
from hsunmix.engine.loading import from_array
from hsunmix.engine.scene import TILE, Scene
from hsunmix.engine.source import Executor, Part
from hsunmix.model.progress import finish
from tests.engine.pickling import Pickling

PIXELS = 3 * TILE + 17


@pytest.fixture(params=[THREADS, Pickling()], ids=["threads", "pickling"])
def scene(request: pytest.FixtureRequest) -> Scene:
    x = np.random.default_rng(0).random((700, PIXELS)).astype(np.float32)
    executor: Executor = request.param
    return replace(from_array(x), executor=executor)


def weigh(part: Part, weights: Any, out: Any, total: Any) -> int:
    """Σ_b w_b x_b of every pixel, and the sum of the spectra."""
    for tile, count, row in zip(part.tiles, part.counts, out, strict=True):
        row[:] = weights @ tile
        total += tile[:, :count].sum(axis=1, dtype=np.float64)
    return part.first


def test_small_goes_out_sums_come_back_and_rows_stay(scene: Scene) -> None:
    weights = np.linspace(0, 1, scene.n_bands)
    along = scene.per_pixel()
    values, (total,) = finish(scene.map(weigh, weights, per_pixel=[along], sums=[(scene.n_bands,)]))
    x = scene.columns(np.arange(PIXELS))
    assert values == [chunk.tiles.start * TILE for chunk in scene._chunks]
    assert len(values) > 1
    np.testing.assert_allclose(total, x.sum(axis=1), rtol=1e-6)
    np.testing.assert_allclose(along.at(np.arange(PIXELS)), weights @ x, rtol=1e-5)
    assert along.argmax() == int((weights @ x).argmax())


def test_numbers_of_pixels_by_their_columns(scene: Scene) -> None:
    numbers = scene.per_pixel(3, np.float32, 0.0)
    columns = np.array([0, TILE, PIXELS - 1])
    numbers.put(columns, 2.0)
    np.testing.assert_array_equal(numbers.at(columns), np.full((3, 3), 2))
    np.testing.assert_array_equal(numbers.at(np.array([1, TILE + 1, PIXELS - 2])), np.zeros((3, 3)))
    numbers.pad(5.0)
    assert numbers.max() == 5.0
    np.testing.assert_array_equal(numbers.totals(), np.full(3, 6.0 + 5.0 * (4 * TILE - PIXELS)))
    other = numbers.copy()
    other.put(0, 9.0)
    np.testing.assert_array_equal(numbers.at(np.array([0])), np.full((3, 1), 2))


def first_column(part: Part) -> int:
    return part.first


def test_one_tile_at_a_time(scene: Scene) -> None:
    values, sums = finish(scene.map(first_column, pixels=TILE))
    assert values == [0, TILE, 2 * TILE, 3 * TILE]
    assert sums == []


def test_less_than_a_tile_at_a_time(scene: Scene) -> None:
    """Where one pixel takes long: every pixel once, and its numbers come back to it."""
    weights = np.linspace(0, 1, scene.n_bands)
    along, whole = scene.per_pixel(fill=0), scene.per_pixel()
    some = finish(scene.map(weigh, weights, per_pixel=[along], sums=[(scene.n_bands,)], pixels=100))
    assert some.values[:6] == [0, 100, 200, 300, 400, TILE]
    finish(scene.map(weigh, weights, per_pixel=[whole], sums=[(scene.n_bands,)]))
    np.testing.assert_allclose(along.known(), whole.known(), rtol=1e-6)
    np.testing.assert_allclose(some.sums[0], scene.columns(np.arange(PIXELS)).sum(axis=1), rtol=1e-6)


def double(part: Part, out: Any) -> None:
    out[:] = 2 * part.tiles[:, ::2]


def test_a_scene_made_of_another(scene: Scene) -> None:
    made = finish(scene.made(double, bands=scene.n_bands // 2))
    columns = np.array([0, 5, TILE, PIXELS - 1])
    np.testing.assert_array_equal(made.columns(columns), 2 * scene.columns(columns)[::2])
    assert made.n_pixels == scene.n_pixels


def test_a_pass_that_fails_says_why(scene: Scene) -> None:
    with pytest.raises(ZeroDivisionError):
        finish(scene.map(divide, 0))


def divide(_part: Part, by: int) -> float:
    return 1 / by
