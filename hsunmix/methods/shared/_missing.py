"""Values that count less or are missing: weights, and abundances by methods that know nothing of these."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import TILE, Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.engine.subsets import subset
from hsunmix.errors import InputError
from hsunmix.methods import Abundances, Method, PixelMap, get
from hsunmix.model.progress import Step, relay

__all__ = [
    "Shares",
    "WeightKind",
    "abundances_of_known",
    "filled_by_model",
    "filled_in",
    "known_by",
    "shares",
    "there",
    "unweighted",
]  # fmt: skip

Array = NDArray[np.float64]
WeightKind = Literal["weights", "variances", "deviations"]


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

    For a method that looks at the whole scene gaps are filled in, by the best that a pixel's own values tell.

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
    found: Abundances
    if weights is None:
        found = yield from method.run(scene, w, params)
        return found
    columns, gaps = yield from _with_gaps(scene, weights)
    if method.traits.whole_scene and len(columns):
        nnls = get("nnls", "abundance")
        own = yield from abundances_of_known(scene, w, nnls, nnls.params(), weights)
        whole = yield from filled_by_model(scene, w, own.h, weights)
        found = yield from method.run(whole, w, params)
        return found
    found = yield from method.run(scene, w, params)
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


def filled_by_model(
    scene: Scene, w: Array, h: PerPixel, weights: PerPixel | None
) -> Generator[Step | None, None, Scene]:
    """Return the scene with missing values as W H has them; itself where none is missing."""
    if weights is None or not len((yield from _with_gaps(scene, weights))[0]):
        return scene
    return (yield from scene.made(_fill_by_model, w, per_pixel=[h, weights]))


def _fill_by_model(
    part: Part, w: Array, h: NDArray[np.float32], weights: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    for new, tile, own, share in zip(out, part.tiles, h, weights, strict=True):
        new[:] = np.where(there(tile, share), tile, w @ own)


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


@dataclass(frozen=True, eq=False)
class Shares:
    """How much the values count.

    Attributes
    ----------
    roots : PerPixel of float32, or None where all count alike
        Of each value the root of its weight, divided by the largest of its band; zero for a missing one.
    unit : array, (bands used,), or None
        The standard deviation of each band's best value, in scene units, where variances were given.
    factor : array, (bands used,)
        What each band's noise is divided by, where weights were given: the larger, the more it counts.
    """

    roots: PerPixel | None
    unit: Array | None
    factor: Array


def unweighted(scene: Scene) -> Shares:
    """All values count alike."""
    return Shares(None, None, np.ones(scene.n_bands))


def shares(
    scene: Scene, given: PerPixel, meaning: WeightKind, unit: float = 1.0
) -> Generator[Step | None, None, Shares]:
    """Turn weights, variances or standard deviations, one for each value and in some unit, into shares.

    Not a number, a weight of zero, and a variance that is zero or infinite mean a missing value.

    Raises
    ------
    InputError
        One is negative, or all values are missing.
    """
    roots = scene.per_pixel(scene.n_bands, np.float32)
    scale = scene.scale / (math.sqrt(unit) if meaning == "variances" else unit)
    found = yield from scene.map(_roots, meaning, scale, per_pixel=[given, roots], pixels=TILE)
    largest = np.maximum.reduce(found.values).astype(np.float64)
    if not largest.any():
        raise InputError("every value is missing by the weights given")
    # A band without any known value has no part in the fit, whatever it is divided by.
    best = np.where(largest > 0, largest, largest.max())
    yield from scene.map(_divide, best.astype(np.float32), per_pixel=[roots], blind=True)
    if meaning == "weights":
        return Shares(roots, None, best / best.max())
    return Shares(roots, 1 / best, np.ones(scene.n_bands))


def _roots(
    part: Part, meaning: WeightKind, scale: float, given: NDArray[np.float32], roots: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Write the roots; return the largest of each band."""
    for tile, out, count in zip(given, roots, part.counts, strict=True):
        out[:] = _root(tile, meaning, scale)
        out[:, count:] = 0
    return np.asarray(roots.max(axis=(0, 2)))


def _divide(_part: Part, scale: NDArray[np.float32], roots: NDArray[np.float32]) -> None:
    roots /= scale[:, None]


def _root(values: NDArray[np.float32], meaning: WeightKind, scale: float) -> NDArray[np.float32]:
    """Root of the weight that such a number stands for."""
    with np.errstate(all="ignore"):
        if np.any(values < 0):
            raise InputError(f"{meaning} can't be negative")
        root = np.sqrt(values) if meaning != "deviations" else values
        if meaning != "weights":
            root = np.where(root > 0, np.float32(scale) / root, 0)
    return np.where(np.isfinite(root), root, 0).astype(np.float32)


def filled_in(scene: Scene, roots: PerPixel) -> Generator[Step | None, None, Scene]:
    """Return the scene with missing values replaced by their band's mean: only to begin with."""
    bands = scene.n_bands
    found = yield from scene.map(_known, per_pixel=[roots], sums=[(bands,), (bands,)])
    total, count = found.sums
    mean = (total / np.maximum(count, 1)).astype(np.float32)[:, None]
    return (yield from scene.made(_fill, mean, per_pixel=[roots]))


def _known(part: Part, roots: NDArray[np.float32], total: Array, count: Array) -> None:
    for tile, root in zip(part.tiles, roots, strict=True):
        known = root > 0
        total += np.where(known, tile, 0).sum(axis=1, dtype=np.float64)
        count += known.sum(axis=1)


def _fill(
    part: Part, mean: NDArray[np.float32], roots: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    for new, tile, root, used in zip(out, part.tiles, roots, part.counts, strict=True):
        new[:] = np.where(root > 0, tile, mean)
        new[:, used:] = 0
