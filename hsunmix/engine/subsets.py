"""Some pixels of a scene, as a scene."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.ahead import Ahead
from hsunmix.engine.cluster.held import HeldTiles
from hsunmix.engine.executor_file import Streaming
from hsunmix.engine.file_tiles import FileTiles
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Keeping, Part
from hsunmix.engine.tile_writer import TILE
from hsunmix.model.progress import Step

__all__ = [
    "ascending",
    "batches",
    "evenly",
    "in_file",
    "of_spectra",
    "sampled",
    "scenes",
    "some_columns",
    "subsample",
    "subset",
    "with_bands",
    "with_pixels",
]

ONE_BY_ONE = 300  # pixels of a file that are read alone; for more it is read from end to end
AT_ONCE = 10  # of them between two places to cancel
BLOCK = 64 << 20  # bytes passed over between two places to cancel

Blocks = Generator[tuple[int, NDArray[np.float32]] | None, None, None]


def evenly(count: int, most: int) -> NDArray[np.int64]:
    """Which of so many, ``most`` at most, spread evenly from the first to the last; ascending, none twice."""
    return np.linspace(0, count - 1, min(count, most)).round().astype(np.int64)


def subsample(scene: Scene, step: int) -> Generator[None, None, Scene]:
    """Every ``step``-th column of a scene, as a scene; ``step`` divides TILE.

    The first column taken moves from tile to tile, so that an image whose lines are a multiple of
    ``step`` long isn't sampled in stripes.
    """
    width, n = TILE // step, len(scene.tiles)
    tiles = scene.room.tiles((-(-n // step), scene.n_bands, TILE))
    kept = []
    for block in _blocks(scene):
        if block is None:
            yield
            continue
        first, some = block
        for i, tile in enumerate(some, first):
            begin, place = 7 * i % step, i % step * width
            tiles[i // step, :, place : place + width] = tile[:, begin::step]
            kept.append(scene.pixels[i * TILE : i * TILE + scene.counts[i]][begin::step])
    tiles[-1, :, (n - 1) % step * width + len(kept[-1]) :] = 0
    return scene.with_tiles(tiles, np.concatenate(kept))


def sampled(scene: Scene, enough: int) -> Generator[None, None, Scene]:
    """Every m-th column of a scene, as a scene at hand: as few as there can be, but at least ``enough``."""
    steps = [m for m in range(2, TILE + 1) if TILE % m == 0 and m * enough <= scene.n_pixels]
    if not (steps or scene.in_file):
        return scene
    return (yield from subsample(scene, steps[-1] if steps else 1))


def of_spectra(scene: Scene, spectra: NDArray[np.float64]) -> Scene:
    """Make a scene whose pixels are given spectra, (bands used, n), in a scene's bands and units."""
    n = spectra.shape[1]
    tiles = scene.room.tiles((-(-n // TILE), len(spectra), TILE))
    tiles.fill(0)
    for i in range(len(tiles)):
        part = spectra[:, i * TILE : (i + 1) * TILE]
        tiles[i, :, : part.shape[1]] = part
    made = scene.with_tiles(tiles, np.arange(n))
    return replace(made, shape=(n,), grids=(), negative=float((spectra < 0).mean()), notes=())


def subset(
    scene: Scene, columns: NDArray[np.int64], factors: NDArray[np.float32] | None = None
) -> Generator[None, None, Scene]:
    """Some columns of a scene, in the order given, each times its factor, as a scene."""
    tiles = scene.room.tiles((-(-len(columns) // TILE), scene.n_bands, TILE))
    tiles.fill(0)
    if isinstance(scene.tiles, FileTiles):
        yield from _from_file(scene, columns, tiles)
    for i in range(len(tiles)):
        part = columns[i * TILE : (i + 1) * TILE]
        if not isinstance(scene.tiles, FileTiles):
            tiles[i, :, : len(part)] = scene.tiles[part // TILE, :, part % TILE].T
        if factors is not None:
            tiles[i, :, : len(part)] *= factors[i * TILE : (i + 1) * TILE]
        yield
    return scene.with_tiles(tiles, scene.pixels[columns])


def ascending(scene: Scene, columns: NDArray[np.int64]) -> Generator[Step | None, None, Scene]:
    """Some columns of a scene, as a scene; they ascend, so that each tile is read once."""
    if isinstance(scene.tiles, FileTiles):
        return (yield from subset(scene, columns))
    if isinstance(scene.tiles, HeldTiles):
        found = yield from scene.map(_picked, columns)
        some = of_spectra(scene, np.concatenate(found.values, axis=1))
        return scene.with_tiles(np.asarray(some.tiles), scene.pixels[columns])
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
    return scene.with_tiles(tiles, scene.pixels[columns])


def _picked(part: Part, columns: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the spectra of those of some ascending columns that lie in a part."""
    width = part.tiles.shape[2]
    ends = np.searchsorted(columns, (part.first, part.first + len(part.tiles) * width))
    tile, place = np.divmod(columns[slice(*ends)] - part.first, width)
    return np.ascontiguousarray(part.tiles[tile, :, place].T)


def _from_file(
    scene: Scene, columns: NDArray[np.int64], out: NDArray[np.float32]
) -> Generator[None, None, None]:
    """Read some columns into tiles, one by one or with all others of their blocks."""
    assert isinstance(scene.tiles, FileTiles)
    if len(columns) <= ONE_BY_ONE:
        for first in range(0, len(columns), AT_ONCE):
            some = np.arange(first, min(first + AT_ONCE, len(columns)))
            out[some // TILE, :, some % TILE] = scene.tiles.columns(columns[some]).T
            yield
        return
    order = np.argsort(columns, kind="stable")
    for block in _blocks(scene, np.unique(columns // TILE)):
        if block is None:
            yield
            continue
        first, tiles = block
        ends = np.searchsorted(columns[order], (first * TILE, (first + len(tiles)) * TILE))
        to = order[slice(*ends)]
        own = columns[to] - first * TILE
        out[to // TILE, :, to % TILE] = tiles[own // TILE, :, own % TILE]


def some_columns(
    scene: Scene, columns: NDArray[np.int64]
) -> Generator[Step | None, None, NDArray[np.float64]]:
    """Spectra of some columns, (bands used, len(columns)); they ascend: a file is read once for them."""
    if scene.at_hand:
        return scene.columns(columns)
    few = yield from ascending(scene, columns)
    return few.columns(np.arange(len(columns)))


def _file_of(scene: Scene) -> FileTiles | None:
    """Return the pixels of a scene that stay in their file, whoever reads them; None where they don't."""
    found = scene.tiles.source if isinstance(scene.tiles, HeldTiles) else scene.tiles
    return found if isinstance(found, FileTiles) else None


def in_file(scene: Scene, tiles: FileTiles) -> Scene:
    """Return a scene that stays in its file with other tiles of it, as many times read as it was."""
    if isinstance(scene.executor, Keeping):
        held, executor = scene.executor.of_file(tiles)
        return replace(scene, tiles=held, executor=executor)
    reads = scene.executor.reads if isinstance(scene.executor, Streaming) else 1
    return replace(scene, tiles=tiles, executor=Streaming(tiles, reads))


def with_bands(
    scene: Scene, kept: NDArray[np.bool_], bands: NDArray[np.bool_]
) -> Generator[Step | None, None, Scene]:
    """Return a scene with some of the bands used, (bands used,); ``bands`` are the same of all."""
    tiles = _file_of(scene)
    if tiles is None:
        keep = np.flatnonzero(kept)
        return replace((yield from scene.made(_some_bands, keep, bands=len(keep))), bands=bands)
    moments = scene.moments and (scene.moments[0][np.ix_(kept, kept)], scene.moments[1][kept])
    glimpse = scene.glimpse and scene.glimpse.only(kept)
    return replace(in_file(scene, tiles.only(kept, None)), bands=bands, moments=moments, glimpse=glimpse)


def with_pixels(scene: Scene, kept: NDArray[np.bool_]) -> Generator[Step | None, None, Scene]:
    """Return a scene with some of the pixels."""
    tiles = _file_of(scene)
    if tiles is None:
        return (yield from ascending(scene, np.flatnonzero(kept)))
    return replace(
        in_file(scene, tiles.only(np.ones(scene.n_bands, bool), kept)),
        pixels=scene.pixels[kept], moments=None, glimpse=None,
    )  # fmt: skip


def _some_bands(part: Part, keep: NDArray[np.int64], out: NDArray[np.float32]) -> None:
    out[:] = part.tiles[:, keep]


def scenes(scene: Scene) -> Generator[Scene | None, None, None]:
    """Yield the pixels of some tiles in a row as a scene in memory, one after the other; None between."""
    for block in _blocks(scene):
        if block is None:
            yield None
            continue
        first, tiles = block
        end = min((first + len(tiles)) * TILE, scene.n_pixels)
        yield scene.with_tiles(tiles, scene.pixels[first * TILE : end])


def batches(scene: Scene, pixels: int) -> Generator[tuple[Scene, bool] | None, None, None]:
    """Yield all pixels in parts of about so many, as scenes in memory; None between.

    The parts are the same wherever the pixels lie. One that two blocks of a file share comes in two pieces;
    with each piece it is said whether it ends a part.
    """
    step, count, first = max(1, round(pixels / TILE)), -(-scene.n_pixels // TILE), 0
    for block in scenes(scene):
        if block is None:
            yield None
            continue
        end = first + -(-block.n_pixels // TILE)
        cuts = [first, *range((first // step + 1) * step, end, step), end]
        for a, b in pairwise(cuts):
            own = block.pixels[(a - first) * TILE : (b - first) * TILE]
            tiles = block.values().values[a - first : b - first]
            yield block.with_tiles(tiles, own), b % step == 0 or b == count
        first = end


def _blocks(scene: Scene, wanted: NDArray[np.int64] | None = None) -> Blocks:
    """Yield some tiles in a row, after the number of the first, until all wanted ones came; None between."""
    tiles = scene.tiles
    size = max(1, getattr(tiles, "block", BLOCK) // (scene.n_bands * TILE * 4))
    starts = range(0, len(tiles), size)
    if not isinstance(tiles, FileTiles):
        for first in starts:
            yield None
            yield first, tiles[first : first + size]
        return
    if isinstance(scene.executor, Streaming):
        scene.executor.reads += 1
    asked = np.arange(len(tiles)) if wanted is None else wanted
    edges = np.searchsorted(asked, [*starts, len(tiles)])
    spans = (slice(int(asked[a]), int(asked[b - 1]) + 1) for a, b in pairwise(edges) if b > a)
    with closing(Ahead(tiles.__getitem__, spans)) as ahead:
        while ahead.more:
            span, some = yield from ahead.take()
            yield span.start, some
