"""What is known of each value from outside: its weight, its variance, or that it is missing."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import TILE, Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.errors import InputError
from hsunmix.model.progress import Step

__all__ = ["Shares", "WeightKind", "filled_in", "shares", "unweighted"]

Array = NDArray[np.float64]
WeightKind = Literal["weights", "variances", "deviations"]


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


def shares(scene: Scene, given: PerPixel, meaning: WeightKind) -> Generator[Step | None, None, Shares]:
    """Turn weights, variances or standard deviations, one for each value, into shares.

    Not a number, a weight of zero, and a variance that is zero or infinite mean a missing value.

    Raises
    ------
    InputError
        One is negative, or all values are missing.
    """
    roots = scene.per_pixel(scene.n_bands, np.float32)
    found = yield from scene.map(_roots, meaning, scene.scale, per_pixel=[given, roots], pixels=TILE)
    largest = np.maximum.reduce(found.values).astype(np.float64)
    if not largest.any():
        raise InputError("every value is missing by the weights given")
    # A band without any known value has no part in the fit, whatever it is divided by.
    scale = np.where(largest > 0, largest, largest.max())
    yield from scene.map(_divide, scale.astype(np.float32), per_pixel=[roots], blind=True)
    if meaning == "weights":
        return Shares(roots, None, scale / scale.max())
    return Shares(roots, 1 / scale, np.ones(scene.n_bands))


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
