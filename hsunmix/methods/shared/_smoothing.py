"""Pixels and the means of their spectral neighbours: less noise, and no outliers.

Single pixels make bad endmembers: noise moves every one of them outwards, and an odd pixel is a
vertex like any other. A mean of neighbours has little noise, and a pixel without neighbours
isn't a material of the scene. The more neighbours, the less noise, and the more a mean is drawn
inwards where few pixels are pure.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import coordinates_along, gram, norms_squared
from hsunmix.engine.scene import Scene
from hsunmix.engine.sketch import sketched
from hsunmix.engine.subsets import ascending, evenly
from hsunmix.engine.threads import single_threaded_blas, thread_count
from hsunmix.model.progress import Step

__all__ = ["Ground", "Smoothed", "smoothed"]

Array = NDArray[np.float64]

LARGEST_SAMPLE = 10_000  # pixels among which neighbours are looked for
EXTRA_DIRECTIONS = 5
SKETCHED = 10  # directions beyond the rank that stand for a scene which stays in its file
SHARE = 200  # a pixel has at most a 200th of the sample as neighbours: small scenes are mixed soon
COMPANY = 5  # neighbours that a pixel must have near by not to be isolated
FAINTEST = 1e-8  # of the mean square of the values: less noise than this isn't believed (80 dB)
STRUCTURE = 1.2  # times what the directions after the r-th hold of noise: more isn't noise


@dataclass(frozen=True, eq=False)
class Ground:
    """Pixels on which abundances are tried: the scene's, or their coordinates where it stays in its file.

    Attributes
    ----------
    scene : Scene
    rows : array, (k, bands used), or None
        The directions that these are coordinates along, orthonormal.
    beyond : float
        Σ ‖x‖² of what the directions leave.
    """

    scene: Scene
    rows: Array | None = None
    beyond: float = 0.0

    def of(self, w: Array) -> Array:
        """Spectra, (bands used, r), as they are to be compared with the pixels."""
        return w if self.rows is None else self.rows @ w


@dataclass(frozen=True, eq=False)
class Smoothed:
    """A sample of the pixels in the scene's first directions, without the most isolated ones.

    Attributes
    ----------
    rank : int
    basis : array, (directions, bands used)
        The scene's first directions, orthonormal rows, the strongest first.
    noise : float
        Mean square of one value of what the directions leave.
    white : bool
        Whether that is noise: the last directions hold no more than those beyond them.
    places : array of int64, (sample,)
        Columns of the scene in the sample.
    coordinates : array, (sample, directions)
    near : array of int64, (n, most neighbours)
        Of each pixel that is kept, its neighbours' places in the sample, the nearest (itself) first.
    sample : Scene
        The pixels of the sample.
    ground : Ground
        The scene, on which abundances are tried.
    """

    rank: int
    basis: Array
    noise: float
    white: bool
    places: NDArray[np.int64]
    coordinates: Array
    near: NDArray[np.int64]
    sample: Scene
    ground: Ground

    @property
    def raw(self) -> Array:
        """Coordinates of the pixels that are kept, (directions, n)."""
        return np.ascontiguousarray(self.coordinates[self.near[:, 0]].T)

    def means(self, count: int) -> Array:
        """Coordinates of the means of every kept pixel's ``count`` nearest neighbours, (directions, n)."""
        total = np.zeros((len(self.near), self.coordinates.shape[1]))
        count = min(count, self.near.shape[1])
        for j in range(count):
            total += self.coordinates[self.near[:, j]]
        return np.ascontiguousarray(total.T / count)

    def columns(self, count: int) -> NDArray[np.int64]:
        """Columns of the scene that those means are made of, (n, count), the pixel itself first."""
        return self.places[self.near[:, :count]]

    def brightness(self, points: Array) -> Array:
        """Sum over the bands of points (directions, n); not below a fiftieth of the median."""
        brightness = self.basis.sum(axis=1) @ points
        return np.asarray(np.maximum(brightness, 0.02 * np.median(brightness)))


def smoothed(
    scene: Scene,
    rank: int,
    neighbours: int,
    isolated: float,
    sample: int = LARGEST_SAMPLE,
    sketch: bool = False,
) -> Generator[Step | None, None, Smoothed]:
    """Find the spectral neighbours of a sample of the scene's pixels.

    Neighbours are near by the direction of their spectra in the first ``rank + 5`` directions of
    the scene, not by brightness, so that a material in the shade and in the light is one. With ``sketch``
    a scene that stays in its file is reduced to some more directions in the read that finds the sample.
    """
    basis = yield from _directions(scene, rank + EXTRA_DIRECTIONS)
    yield Step(0.1, message="Looking for spectral neighbours")
    places = evenly(scene.n_pixels, sample)
    few, ground = yield from _sampled(scene, places, rank if sketch else 0)
    points = np.ascontiguousarray((yield from coordinates_along(few, basis)).known().T)
    norms = (yield from norms_squared(few)).known()
    length = np.linalg.norm(points, axis=1, keepdims=True)
    near, far = yield from _neighbours(points / np.maximum(length, 1e-300), neighbours)
    far *= length[:, 0]  # not the angle: noise turns dark pixels farther than bright ones
    kept = np.argsort(far, kind="stable")[: max(rank, round(len(points) * (1 - isolated)))]
    kept.sort()
    # Odd pixels had their part in the choice of the directions; they have none in their order.
    with single_threaded_blas():
        turn = np.linalg.eigh(points[kept].T @ points[kept])[1][:, ::-1]
    points = np.ascontiguousarray(points @ turn)
    noise, white = _noise(norms[kept], points[kept], rank, scene.n_bands)
    return Smoothed(rank, turn.T @ basis, noise, white, places, points, near[kept], few, ground)


def _noise(norms: Array, points: Array, rank: int, bands: int) -> tuple[float, bool]:
    """Mean square of a value's noise, and whether the directions after r hold no more than noise does.

    With few bands the directions after r are all there is to tell the noise, and count as such.
    """
    n, power = len(points), np.square(points).mean(axis=0)
    faintest = FAINTEST * float(norms.mean()) / bands
    if bands < rank + 2 or n <= rank:
        return faintest, False
    # r directions fitted to n pixels take part of the noise with them.
    noise = float(norms.mean() - power[:rank].sum()) * n / ((n - rank) * (bands - rank))
    if bands < rank + 2 * EXTRA_DIRECTIONS:
        return faintest + max(noise, 0.0), True
    rest = faintest + max(float(norms.mean() - power.sum()), 0.0) / (bands - len(power))
    # Of pure noise the strongest directions hold so much more than the mean (Marchenko and Pastur).
    white = bool(faintest + power[rank:].mean() <= STRUCTURE * (1 + np.sqrt(bands / n)) ** 2 * rest)
    return (faintest + max(noise, 0.0) if white else rest), white


def _directions(scene: Scene, count: int) -> Generator[Step | None, None, Array]:
    """Return the scene's first directions, (count, bands used), orthonormal rows."""
    product, _ = yield from gram(scene)
    with single_threaded_blas():  # waking BLAS's threads can take longer than the work
        _, vectors = np.linalg.eigh(product)
    return np.ascontiguousarray(vectors[:, ::-1][:, : min(count, scene.n_bands)].T)


def _sampled(
    scene: Scene, places: NDArray[np.int64], rank: int
) -> Generator[Step | None, None, tuple[Scene, Ground]]:
    """Some columns, ascending, as a scene, and where abundances are tried (not at all with ``rank`` 0)."""
    if not (scene.in_file and rank):
        return (yield from ascending(scene, places)), Ground(scene)
    rows = yield from _directions(scene, rank + SKETCHED)
    few, ground = yield from sketched(scene, rows, places)
    product, _ = yield from gram(scene)
    inside = float((yield from norms_squared(ground)).sum())
    return few, Ground(ground, rows, max(float(np.trace(product)) - inside, 0.0))


def _neighbours(points: Array, count: int) -> Generator[Step | None, None, tuple[NDArray[np.int64], Array]]:
    """Nearest points of each point, itself among them, and how far those are that keep it company."""
    from scipy.spatial import cKDTree

    count = max(1, min(count, len(points) // SHARE))
    asked = max(count, min(COMPANY + 1, len(points)))
    tree = cKDTree(points)
    near = np.empty((len(points), count), np.int64)
    far = np.empty(len(points))
    for first in range(0, len(points), 500):
        part = slice(first, first + 500)
        distance, index = tree.query(points[part], k=[*range(1, asked + 1)], workers=thread_count())
        near[part], far[part] = index[:, :count], distance[:, min(COMPANY, asked - 1)]
        yield Step(0.1 + 0.5 * first / len(points), message="Looking for spectral neighbours")
    return near, far
