"""Pixel purity index: how often a pixel is the extreme one along a random direction.

Problem: find the vertices of the cloud of pixels.
Method: the centred pixels in the first r − 1 directions are projected on ``skewers`` random
directions; the pixels at both ends of each score a point. Many of the purest pixels lie side by
side, so the endmembers are: the purest pixel, then, going down the list, every pixel that is at
least d away from all taken before it, until there are r. d starts at half the distance between the
two farthest of the scoring pixels (directions weighted as in the scene), and is taken a tenth
smaller until r are found.
Cost: two reads of X, and 2 · r · pixels operations a skewer on the reduced data.
Guarantee: with pure pixels, no noise and enough skewers these are the vertices. Outliers are pure.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, coordinates_along, norms_squared
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.methods import Extraction, Problem
from hsunmix.methods.extraction._choice import extraction
from hsunmix.methods.extraction._options import Options, with_options
from hsunmix.methods.extraction._reduced import directions, longest
from hsunmix.model.progress import Step

__all__ = ["MOMENTS", "REFERENCE", "TITLE", "Params", "run"]

MOMENTS = True
TITLE = "Pixel purity index (PPI)"
REFERENCE = "Boardman, Kruse and Green, Summaries of the 5th JPL Airborne Earth Science Workshop (1995)"

BLOCK = 500  # skewers at a time
SHRINK = 0.9

Array = NDArray[np.float64]
Columns = NDArray[np.int64]


class Params(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of ppi."""

    skewers: Annotated[int, Meta(ge=1, le=10_000_000, description="Number of random directions")] = 10_000


@with_options
def run(problem: Problem, params: Params) -> Generator[Step | None, None, Extraction]:
    """Choose ``rank`` pixels, fewer when the scene has fewer directions."""
    scene, rank = problem.scene, problem.rank
    _, about_mean = yield from directions(scene)
    r = min(rank, about_mean.count + 1)
    if r == 1:
        return extraction(scene, longest((yield from norms_squared(scene))), rank)
    y = yield from coordinates_along(scene, about_mean.basis[: r - 1], about_mean.mean)
    y32 = scene.per_pixel(y.k, np.float32)
    yield from scene.map(_round, per_pixel=[y, y32], blind=True)
    rng = np.random.default_rng(problem.seed)
    count = scene.per_pixel(dtype=np.int64, fill=0).flat
    for first in range(0, params.skewers, BLOCK):
        f = rng.standard_normal((min(BLOCK, params.skewers - first), r - 1))
        f /= np.maximum(np.linalg.norm(f, axis=1, keepdims=True), 1e-300)
        high, low = yield from _extremes(scene, y32, f.astype(np.float32))
        np.add.at(count, high, 1)
        np.add.at(count, low, 1)
        yield Step((first + len(f)) / params.skewers, message=f"{first + len(f)} skewers")
    scored = np.flatnonzero(count)
    order = scored[np.argsort(-count[scored], kind="stable")]
    points = y.at(order).T
    return extraction(scene, order[apart(points, r)], rank)


def apart(points: Array, r: int) -> NDArray[np.intp]:
    """The first r of the points (n, k), leaving out those near one taken before."""
    if len(points) <= r:
        return np.arange(len(points))
    few = points[:500]
    d = 0.5 * float(np.sqrt(np.square(few[:, None] - few[None]).sum(axis=2).max()))
    while True:
        taken: list[int] = []
        nearest = np.full(len(points), np.inf)
        while len(taken) < r:
            far = np.flatnonzero(nearest >= max(d, 1e-300))
            if not len(far):
                break
            taken.append(int(far[0]))
            nearest = np.minimum(nearest, np.linalg.norm(points - points[far[0]], axis=1))
        if len(taken) == r or d < 1e-300:
            return np.array(taken, dtype=np.intp)
        d *= SHRINK


def _round(_part: Part, y: Array, y32: NDArray[np.float32]) -> None:
    y32[:] = y


def _extremes(
    scene: Scene, y: PerPixel, f: NDArray[np.float32]
) -> Generator[Step | None, None, tuple[Columns, Columns]]:
    """For every row of f the pixels with the largest and the smallest fᵀ y."""
    from hsunmix.kernels.extremes import extremes

    yield compiling(extremes)
    tops = yield from scene.map(_extremes_of, np.ascontiguousarray(f.T), per_pixel=[y], blind=True)
    values = np.concatenate(tops.values)  # (n, 2, skewers)
    tiles = np.stack([values[:, 0].argmax(axis=0), (-values[:, 1]).argmax(axis=0)])
    found = yield from scene.map(_places_of, f, tiles, per_pixel=[y], blind=True)
    high, low = np.maximum.reduce(found.values)
    return high, low


def _extremes_of(part: Part, columns: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    from hsunmix.kernels.extremes import extremes

    values = np.empty((len(y), 2, columns.shape[1]), np.float32)
    extremes(y, part.counts, columns, values)
    return values


def _places_of(part: Part, f: NDArray[np.float32], tiles: Columns, y: NDArray[np.float32]) -> Columns:
    """Columns of the extremes that lie in this part, (2, skewers); −1 for the others."""
    width = y.shape[2]
    places = np.full(tiles.shape, -1, np.int64)
    for end, sign in enumerate((1, -1)):
        inside = tiles[end] - part.first // width
        for k in np.flatnonzero((inside >= 0) & (inside < len(y))):
            i = inside[k]
            place = int((sign * (f[k] @ y[i])[: part.counts[i]]).argmax())
            places[end, k] = part.first + i * width + place
    return places
