"""Some pixels of a scene, as a scene."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.memory import aligned
from hsunmix.engine.scene import Scene
from hsunmix.engine.tile_writer import TILE

__all__ = ["ascending", "subset", "thinned"]


def thinned(scene: Scene, step: int) -> Scene:
    """Every ``step``-th column of a scene, as a scene; ``step`` divides TILE.

    The first column taken moves from tile to tile, so that an image whose lines are a multiple of
    ``step`` long isn't sampled in stripes.
    """
    width = TILE // step
    tiles = aligned((-(-len(scene.tiles) // step), scene.n_bands, TILE))
    tiles.fill(0)
    kept = []
    for i, tile in enumerate(scene.tiles):
        begin, place = 7 * i % step, i % step * width
        tiles[i // step, :, place : place + width] = tile[:, begin::step]
        kept.append(scene.pixels[i * TILE : i * TILE + scene.counts[i]][begin::step])
    tiles.flags.writeable = False
    return replace(scene, tiles=tiles, pixels=np.concatenate(kept))


def subset(scene: Scene, columns: NDArray[np.int64], factors: NDArray[np.float32] | None = None) -> Scene:
    """Some columns of a scene, in the order given, each times its factor, as a scene."""
    tiles = aligned((-(-len(columns) // TILE), scene.n_bands, TILE))
    tiles.fill(0)
    for i in range(len(tiles)):
        part = columns[i * TILE : (i + 1) * TILE]
        tiles[i, :, : len(part)] = scene.tiles[part // TILE, :, part % TILE].T
        if factors is not None:
            tiles[i, :, : len(part)] *= factors[i * TILE : (i + 1) * TILE]
    tiles.flags.writeable = False
    return replace(scene, tiles=tiles, pixels=scene.pixels[columns])


def ascending(scene: Scene, columns: NDArray[np.int64]) -> Generator[None, None, Scene]:
    """Some columns of a scene, as a scene; they ascend, so that each tile is read once."""
    tiles = np.zeros((-(-len(columns) // TILE), scene.n_bands, TILE), np.float32)
    # Tile by tile: within one, a row's values lie side by side, and a line of cache serves several.
    ends = np.searchsorted(columns, np.arange(len(scene.tiles) + 1) * TILE)
    done = 0
    for i in np.flatnonzero(np.diff(ends)):
        index = columns[ends[i] : ends[i + 1]] - i * TILE
        while len(index):
            tile, first = divmod(done, TILE)
            take = min(len(index), TILE - first)
            tiles[tile, :, first : first + take] = np.take(scene.tiles[i], index[:take], axis=1)
            index, done = index[take:], done + take
        yield None
    return replace(scene, tiles=tiles, pixels=scene.pixels[columns])
