"""What is known of each value from outside: its weight, its variance, or that it is missing."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.errors import InputError
from hsunmix.model.unmixing import Step

__all__ = ["Meaning", "Shares", "filled_in", "shares", "unweighted"]

Array = NDArray[np.float64]
Meaning = Literal["weights", "variances", "deviations"]


@dataclass(frozen=True, eq=False)
class Shares:
    """How much the values count.

    Attributes
    ----------
    roots : array of float32, (n, bands used, T), or (1, 1, T) where all count alike
        Root of each value's weight, divided by the largest of its band; zero for a missing one.
    unit : array, (bands used,), or None
        The standard deviation of each band's best value, in scene units, where variances were given.
    factor : array, (bands used,)
        What each band's noise is divided by, where weights were given: the larger, the more it counts.
    """

    roots: NDArray[np.float32]
    unit: Array | None
    factor: Array


def unweighted(scene: Scene) -> Shares:
    """All values count alike."""
    return Shares(np.ones((1, 1, scene.tiles.shape[2]), np.float32), None, np.ones(scene.n_bands))


def shares(
    scene: Scene, given: NDArray[np.float32], meaning: Meaning
) -> Generator[Step | None, None, Shares]:
    """Turn weights, variances or standard deviations, (n, bands used, T), into shares.

    Not a number, a weight of zero, and a variance that is zero or infinite mean a missing value.

    Raises
    ------
    InputError
        One is negative, or all values are missing.
    """
    roots = np.empty(given.shape, np.float32)
    largest = np.zeros(scene.n_bands)
    for tile, out, count in zip(given, roots, scene.counts, strict=True):
        out[:] = _root(tile, meaning, scene.scale)
        out[:, count:] = 0
        largest = np.maximum(largest, out.max(axis=1))
        yield None
    if not largest.any():
        raise InputError("every value is missing by the weights given")
    # A band without any known value has no part in the fit, whatever it is divided by.
    scale = np.where(largest > 0, largest, largest.max())
    for out in roots:
        out /= scale.astype(np.float32)[:, None]
        yield None
    if meaning == "weights":
        return Shares(roots, None, scale / scale.max())
    return Shares(roots, 1 / scale, np.ones(scene.n_bands))


def _root(values: NDArray[np.float32], meaning: Meaning, scale: float) -> NDArray[np.float32]:
    """Root of the weight that such a number stands for."""
    with np.errstate(all="ignore"):
        if np.any(values < 0):
            raise InputError(f"{meaning} can't be negative")
        root = np.sqrt(values) if meaning != "deviations" else values
        if meaning != "weights":
            root = np.where(root > 0, np.float32(scale) / root, 0)
    return np.where(np.isfinite(root), root, 0).astype(np.float32)


def filled_in(scene: Scene, roots: NDArray[np.float32]) -> Generator[Step | None, None, Scene]:
    """Return the scene with missing values replaced by their band's mean: only to begin with."""
    total, count = np.zeros(scene.n_bands), np.zeros(scene.n_bands)
    for tile, root in zip(scene.tiles, roots, strict=True):
        known = root > 0
        total += np.where(known, tile, 0).sum(axis=1, dtype=np.float64)
        count += known.sum(axis=1)
        yield None
    mean = (total / np.maximum(count, 1)).astype(np.float32)[:, None]
    tiles = np.empty_like(scene.tiles)
    for out, tile, root, used in zip(tiles, scene.tiles, roots, scene.counts, strict=True):
        out[:] = np.where(root > 0, tile, mean)
        out[:, used:] = 0
        yield None
    tiles.flags.writeable = False
    return replace(scene, tiles=tiles)
