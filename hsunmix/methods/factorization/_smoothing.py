"""Pixels replaced by the mean of their spectral neighbours: less noise, and no outliers.

Single pixels make bad endmembers: noise moves every one of them outwards, and an odd pixel is a
vertex like any other. A mean of neighbours has little noise, and a pixel without neighbours
isn't a material of the scene.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, gram
from hsunmix.engine.scene import Scene
from hsunmix.engine.threads import thread_count
from hsunmix.model.unmixing import Step

__all__ = ["Smoothed", "smoothed"]

Array = NDArray[np.float64]

LARGEST_SAMPLE = 20_000  # pixels among which neighbours are looked for
EXTRA_DIRECTIONS = 5
SHARE = 200  # a pixel has at most a 200th of the sample as neighbours: small scenes are mixed soon


@dataclass(frozen=True, eq=False)
class Smoothed:
    """Means of spectral neighbours.

    Attributes
    ----------
    columns : array of int64, (n, neighbours)
        The pixels that each mean is made of, the nearest (the pixel itself) first.
    points : array, (directions, n)
        Coordinates of the means in the scene's first directions.
    brightness : array, (n,)
        Sum of each mean over the bands; not below a fiftieth of the median.
    """

    columns: NDArray[np.int64]
    points: Array
    brightness: Array


def smoothed(
    scene: Scene, rank: int, neighbours: int, isolated: float
) -> Generator[Step | None, None, Smoothed]:
    """Smooth a sample of the scene's pixels, without the most isolated ones.

    Neighbours are near by the direction of their spectra in the first ``rank + 5`` directions of
    the scene, not by brightness, so that a material in the shade and in the light is one.
    """
    basis = yield from _directions(scene, rank + EXTRA_DIRECTIONS)
    yield Step(0.1, message="Looking for spectral neighbours")
    places, points = yield from _coordinates(scene, basis)
    length = np.linalg.norm(points, axis=1, keepdims=True)
    near, far = yield from _neighbours(points / np.maximum(length, 1e-300), neighbours)
    kept = np.argsort(far, kind="stable")[: max(rank, round(len(points) * (1 - isolated)))]
    kept.sort()
    means = np.zeros((len(kept), points.shape[1]))
    for j in range(near.shape[1]):
        means += points[near[kept, j]]
        yield None
    points = np.ascontiguousarray(means.T / near.shape[1])
    brightness = basis.sum(axis=1) @ points
    return Smoothed(places[near[kept]], points, np.maximum(brightness, 0.02 * np.median(brightness)))


def _directions(scene: Scene, count: int) -> Generator[Step | None, None, Array]:
    """Return the scene's first directions, (count, bands used), orthonormal rows."""
    product, _ = yield from gram(scene)
    _, vectors = np.linalg.eigh(product)
    return np.ascontiguousarray(vectors[:, ::-1][:, : min(count, scene.n_bands)].T)


def _coordinates(scene: Scene, basis: Array) -> Generator[Step | None, None, tuple[NDArray[np.int64], Array]]:
    """Columns of the scene in the sample, and their coordinates (sample, directions)."""
    from hsunmix.kernels.projection import coordinates

    yield compiling(coordinates)
    out = np.empty((len(scene.tiles), len(basis), scene.tiles.shape[2]))
    yield from scene.passes(lambda c: coordinates(scene.tiles[c], basis, out[c]))
    size = min(scene.n_pixels, LARGEST_SAMPLE)
    places = np.linspace(0, scene.n_pixels - 1, size).round().astype(np.int64)
    width = scene.tiles.shape[2]
    return places, np.ascontiguousarray(out[places // width, :, places % width])


def _neighbours(points: Array, count: int) -> Generator[Step | None, None, tuple[NDArray[np.int64], Array]]:
    """Nearest points of each point, itself among them, and the distance of the farthest of them."""
    from scipy.spatial import cKDTree

    count = max(1, min(count, len(points) // SHARE))
    tree = cKDTree(points)
    near = np.empty((len(points), count), np.int64)
    far = np.empty(len(points))
    for first in range(0, len(points), 500):
        part = slice(first, first + 500)
        distance, index = tree.query(points[part], k=[*range(1, count + 1)], workers=thread_count())
        near[part], far[part] = index, distance[:, -1]
        yield Step(0.1 + 0.5 * first / len(points), message="Looking for spectral neighbours")
    return near, far
