"""The default: successive projection on smoothed pixels, then exact nonnegative abundances.

Problem: endmembers that are really in the scene, found in spite of noise and odd pixels.
Method: pixels are described by their coordinates in the scene's first r + 5 directions; each is
replaced by the mean of its nearest spectral neighbours; the most isolated ones are dropped, since
an outlier has no neighbours; successive projection picks r of what is left. The endmember's
spectrum is the mean of the neighbours over all bands. Abundances are exact nonnegative least
squares; they need not sum to one, so shade does not bend them.
Cost: one read of X for the directions, one for the coordinates, one for the abundances, and the
search for neighbours among at most 20,000 pixels.
It finds materials that have nearly pure pixels. Where none has, a minimum volume method is the
better choice; small objects of a few pixels are taken for outliers.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, gram
from hsunmix.engine.scene import Scene
from hsunmix.methods import Abundances, Factorization, Start, get
from hsunmix.methods.extraction.spa import NOTHING_LEFT, complement, pick
from hsunmix.model.unmixing import Step

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

TITLE = "Automatic"
REFERENCE = "Nadisic, Gillis and Kervazo, Linear Algebra and its Applications (2023), for the smoothing"

LARGEST_SAMPLE = 20_000  # pixels among which neighbours are looked for
EXTRA_DIRECTIONS = 5


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of auto."""

    neighbours: Annotated[
        int, Meta(ge=1, le=1000, description="Spectral neighbours whose mean replaces a pixel")
    ] = 50
    isolated: Annotated[
        float,
        Meta(ge=0, le=0.5, description="Share of the pixels, the most isolated, that can't be endmembers"),
    ] = 0.01


def run(
    scene: Scene,
    rank: int,
    params: Params,
    start: Start,
) -> Generator[Step | None, None, Factorization]:
    """Extract by spa on smoothed pixels, then nnls."""
    basis = yield from _directions(scene, rank + EXTRA_DIRECTIONS)
    places, points = yield from _coordinates(scene, basis)
    yield Step(0.3, message="Looking for spectral neighbours")
    near, distance = yield from _neighbours(points, params.neighbours)
    kept = np.argsort(distance, kind="stable")[: max(rank, round(len(points) * (1 - params.isolated)))]
    smooth = np.stack([points[near[k]].mean(axis=0) for k in kept])
    chosen = kept[_successive_projection(smooth, rank)]
    w = np.column_stack([scene.columns(places[near[k]]).mean(axis=1) for k in chosen])
    yield Step(0.8, message="Abundances")
    nnls = get("nnls", "abundance")
    found: Abundances = yield from nnls.run(scene, np.maximum(w, 0), nnls.params())
    note = f"Successive projection on means of {near.shape[1]} spectral neighbours, abundances by NNLS."
    if len(chosen) < rank:
        note += f" The scene has only {len(chosen)} independent spectra."
    return Factorization(
        np.maximum(w, 0), found.tiles, np.zeros((0, 2)), None, places[chosen],
        smoothed=near.shape[1] > 1, fixed_scale=True, abundance="nnls", note=note,
    )  # fmt: skip


def _directions(scene: Scene, count: int) -> Generator[Step | None, None, NDArray[np.float64]]:
    """Return the scene's first directions, (count, bands used), orthonormal rows."""
    product, _ = yield from gram(scene)
    _, vectors = np.linalg.eigh(product)
    return np.ascontiguousarray(vectors[:, ::-1][:, : min(count, scene.n_bands)].T)


def _coordinates(
    scene: Scene, basis: NDArray[np.float64]
) -> Generator[Step | None, None, tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Columns of the scene in the sample, and their coordinates (sample, directions)."""
    from hsunmix.kernels.projection import coordinates

    yield compiling(coordinates)
    out = np.empty((len(scene.tiles), len(basis), scene.tiles.shape[2]))
    yield from scene.passes(lambda c: coordinates(scene.tiles[c], basis, out[c]))
    points = out.transpose(0, 2, 1).reshape(-1, len(basis))[: scene.n_pixels]
    size = min(scene.n_pixels, LARGEST_SAMPLE)
    places = np.linspace(0, scene.n_pixels - 1, size).round().astype(np.int64)
    return places, np.ascontiguousarray(points[places])


def _neighbours(
    points: NDArray[np.float64], count: int
) -> Generator[Step | None, None, tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Nearest points of each point, itself among them, and the distance of the farthest of them."""
    from scipy.spatial import cKDTree

    from hsunmix.engine.threads import thread_count

    # Small scenes: neighbours must stay within one material.
    count = max(1, min(count, len(points) // 20))
    tree = cKDTree(points)
    near = np.empty((len(points), count), np.int64)
    far = np.empty(len(points))
    for first in range(0, len(points), 500):
        part = slice(first, first + 500)
        distance, index = tree.query(points[part], k=[*range(1, count + 1)], workers=thread_count())
        near[part], far[part] = index, distance[:, -1]
        yield Step(0.3 + 0.5 * first / len(points), message="Looking for spectral neighbours")
    return near, far


def _successive_projection(points: NDArray[np.float64], rank: int) -> NDArray[np.intp]:
    """Successive projection on points (n, directions) in memory."""
    original = np.einsum("ij,ij->i", points, points)
    residual = original.copy()
    chosen: list[int] = []
    basis = np.zeros((points.shape[1], 0))
    while len(chosen) < rank:
        k = pick(residual, original)
        if residual[k] <= NOTHING_LEFT * original.max():
            break
        chosen.append(k)
        u = complement(points[k], basis)
        basis = np.column_stack([basis, u])
        residual = np.maximum(residual - (points @ u) ** 2, 0)
        residual[k] = 0
    return np.array(chosen, dtype=np.intp)
