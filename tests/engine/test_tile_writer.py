"""Stored values into tiles: the same bits that ``Cube.read`` gives, wherever pixels are left out."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.engine.blocks import RowBlock, Scaling
from hsunmix.engine.loading import load
from hsunmix.engine.memory import aligned
from hsunmix.engine.threads import set_threads
from hsunmix.engine.tile_writer import TILE
from hsunmix.kernels.filling import ANY
from hsunmix.model.cube import ArrayPixels, Cube
from hsunmix.model.progress import finish

SHAPE = (61, 37, 43)  # more than four tiles; bands and samples are no multiples of eight
ORDERS = [(0, 1, 2), (2, 0, 1), (0, 2, 1)]


def stored_values(dtype: str, order: tuple[int, ...]) -> np.ndarray:
    """Values of either sign, with zeros, that lie in memory in the given order."""
    rng = np.random.default_rng(11)
    values = rng.integers(1, 3000, SHAPE) * (1 if dtype == "u2" else rng.choice([-1, 1], SHAPE))
    values[rng.random(SHAPE) < 0.01] = 0
    made = np.ascontiguousarray(values.astype(dtype).transpose(order))
    return made.transpose(np.argsort(order))


SCALES = {
    "as stored": {},
    "gain": {"gain": 1e-4},
    "gains": {"gain": np.linspace(1e-4, 3e-4, SHAPE[2])},
    "shifted": {"gain": 0.3, "offset": np.linspace(-5, 5, SHAPE[2])},
    "nodata": {"nodata": 7.0, "gain": 1e-4},
    "nodata as stored": {"nodata": 7.1},
}


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch) -> None:
    monkeypatch.setattr("hsunmix.engine.reading.BLOCK_BYTES", 5 * SHAPE[1] * SHAPE[2] * 4)
    monkeypatch.setattr(ArrayPixels, "read", _read)  # as it lies in memory


def _read(pixels: ArrayPixels, first: int, last: int, bands: list[int] | None = None) -> np.ndarray:
    block = pixels.values[first:last]
    return block if bands is None else block[:, :, bands]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("dtype", ["i2", "u2", "f4", "i4"])
def test_tiles_hold_the_bits_that_the_cube_reads(dtype, order, scale) -> None:
    cube = Cube(ArrayPixels(stored_values(dtype, order)), **SCALES[scale])
    bad = np.zeros(SHAPE[2], bool)
    bad[[3, 40]] = dtype == "i2"
    cube = cube.with_bad_bands(bad)
    physical = cube.read(0, SHAPE[0], np.flatnonzero(~bad).tolist())
    used = np.isfinite(physical).all(axis=2)
    for threads in (1, 3):
        with set_threads(threads):
            scene = finish(load(cube))
        np.testing.assert_array_equal(scene.pixels, np.flatnonzero(used))
        held = scene.tiles.transpose(0, 2, 1).reshape(-1, scene.n_bands)
        np.testing.assert_array_equal(held[: scene.n_pixels].view("i4"), physical[used].view("i4"))
        assert not held[scene.n_pixels :].any()
        assert scene.negative == (physical[used] < 0).mean()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("hole", [0, 20, 60])
def test_a_pixel_left_out_moves_all_that_follow(order, hole) -> None:
    """Blocks that were put in their place before this was known are put again."""
    values = stored_values("i2", order)
    values[values == -9999] = 1
    values[hole, 5, 2] = -9999
    cube = Cube(ArrayPixels(values), nodata=-9999)
    for threads in (1, 2, 4):
        with set_threads(threads):
            scene = finish(load(cube))
        expected = np.delete(values.reshape(-1, SHAPE[2]), hole * SHAPE[1] + 5, axis=0)
        np.testing.assert_array_equal(scene.columns(np.arange(scene.n_pixels)).T, expected)


@pytest.mark.parametrize("start", [0, 3, TILE - 5])
@pytest.mark.parametrize("bands", [1, 7, 8, 33, 64])
def test_taking_is_surveying_and_putting(start, bands) -> None:
    rng = np.random.default_rng(bands)
    limit = np.full(bands, ANY, np.int32)
    block = rng.normal(size=(TILE + 31, bands)).astype("f4")
    block[5] = np.nan
    for rows in (RowBlock(block), RowBlock(np.ascontiguousarray(block.T)[None])):
        tiles = [aligned((3, bands, TILE)) for _ in range(2)]
        for made in tiles:
            made.fill(-1)
        top, below = rows.take(tiles[0], start, limit)
        rows.put(tiles[1], start)
        np.testing.assert_array_equal(*tiles)
        held = tiles[0].transpose(0, 2, 1).reshape(-1, bands)
        np.testing.assert_array_equal(held[start : start + len(block)], block)
        assert (held[:start] == -1).all()
        assert (held[start + len(block) :] == -1).all()
        np.testing.assert_array_equal(rows.survey(limit), (top, below))
        np.testing.assert_array_equal(np.delete(below, 5), np.delete((block < 0).sum(axis=1), 5))
        np.testing.assert_array_equal(np.delete(top.view("f4"), 5), np.delete(abs(block).max(axis=1), 5))


def test_types_without_kernels_are_read_as_physical() -> None:
    used = np.ones(SHAPE[2], bool)
    assert Scaling.of(Cube(ArrayPixels(np.ones(SHAPE, "i4"))), used) is None
    assert Scaling.of(Cube(ArrayPixels(np.ones(SHAPE, "i2")), gain=2.0), used) is not None
