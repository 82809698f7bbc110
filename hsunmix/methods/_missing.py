"""Abundances of pixels that lack some values, by methods that know nothing of missing ones."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.engine.subsets import subset
from hsunmix.methods import Abundances, Method, PixelMap
from hsunmix.model.progress import Step, relay

__all__ = ["abundances_of_known", "known_by", "there"]

Array = NDArray[np.float64]


def known_by(scene: Scene, params: msgspec.Struct, weights: PerPixel | None) -> PerPixel | None:
    """Weights by which a method tells missing values from measured zeros; None where none is missing.

    Parameters
    ----------
    scene : Scene
    params : Struct
        The method's. With ``missing`` ``zeros`` whatever is zero is missing.
    weights : PerPixel, or None
        Those that were given.
    """
    if getattr(params, "missing", "none") == "zeros":
        return scene.per_pixel(scene.n_bands, np.float32, 0)
    return weights


def there(tile: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.bool_]:
    """True for the values of a tile that are known: a zero without a weight is a missing one."""
    return np.asarray((tile != 0) | (np.isfinite(weights) & (weights > 0)))


def abundances_of_known(
    scene: Scene, w: Array, method: Method, params: msgspec.Struct, weights: PerPixel | None
) -> Generator[Step | None, None, Abundances]:
    """Solve every pixel over the bands that it has: those with the same gaps together.

    Parameters
    ----------
    scene : Scene
        Zero where a value is missing.
    w : array, (bands used, r)
    method : Method
        An abundance method.
    params : Struct
    weights : PerPixel, or None
        See ``known_by``.
    """
    found: Abundances = yield from method.run(scene, w, params)
    if weights is None:
        return found
    columns, gaps = yield from _with_gaps(scene, weights)
    patterns, which = np.unique(gaps, axis=0, return_inverse=True)
    members = np.split(np.argsort(which.ravel(), kind="stable"), np.cumsum(np.bincount(which.ravel()))[:-1])
    for i, pattern in enumerate(patterns):
        known = ~np.unpackbits(pattern, count=scene.n_bands).astype(bool)
        mine = columns[members[i]]
        part = yield from _narrowed(scene, mine, known)
        few: Abundances = yield from relay(method.run(part, w[known], params), lambda _: None)
        found.h.put(mine, few.h.known())
        for name, one in found.maps.items():
            _put(one, mine, few.maps[name])
        yield Step(i / len(patterns), message="Pixels with missing values")
    return found


def _put(whole: PixelMap, columns: NDArray[np.int64], part: PixelMap) -> None:
    whole.numbers.put(columns, part.numbers.known())
    if whole.index is not None and part.index is not None:
        whole.index.put(columns, part.index.known())


def _with_gaps(
    scene: Scene, weights: PerPixel
) -> Generator[Step | None, None, tuple[NDArray[np.int64], NDArray[np.uint8]]]:
    """Columns that lack values, and which they lack, as packed bits (columns, bands used / 8)."""
    found = yield from scene.map(_gaps, per_pixel=[weights])
    return (
        np.concatenate([columns for columns, _ in found.values]),
        np.concatenate([gaps for _, gaps in found.values]),
    )


def _gaps(part: Part, weights: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    columns, gaps = [], []
    for i, (tile, share, count) in enumerate(zip(part.tiles, weights, part.counts, strict=True)):
        lacking = ~there(tile, share)[:, :count]
        some = np.flatnonzero(lacking.any(axis=0))
        columns.append(part.first + i * tile.shape[1] + some)
        gaps.append(np.packbits(lacking[:, some], axis=0).T)
    return np.concatenate(columns), np.concatenate(gaps)


def _narrowed(
    scene: Scene, columns: NDArray[np.int64], known: NDArray[np.bool_]
) -> Generator[Step | None, None, Scene]:
    """Some pixels over some of the bands used."""
    bands = scene.bands.copy()
    bands[scene.bands] = known
    mine = yield from subset(scene, columns)
    few = yield from mine.made(_some_bands, known, bands=int(known.sum()))
    return replace(few, bands=bands)


def _some_bands(part: Part, known: NDArray[np.bool_], out: NDArray[np.float32]) -> None:
    out[:] = part.tiles[:, known]
