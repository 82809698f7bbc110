"""Endmembers among the means of neighbours, and whether what they leave is noise: parts of auto.

Archetypes minimize ‖Z − Z G H‖² where the columns of G and of H are nonnegative and sum to one (Cutler and
Breiman, Technometrics 36, 1994). Endmembers so stay inside the data, but needn't be single points: that is
what an extraction by vertices lacks where no pixel is quite pure.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.loading import from_array
from hsunmix.engine.scene import Scene
from hsunmix.engine.subsets import evenly
from hsunmix.methods import Abundances, Problem, get
from hsunmix.methods.factorization._excess import abundances
from hsunmix.methods.shared._smoothing import Smoothed
from hsunmix.model.progress import Step
from hsunmix.parameters import make

__all__ = ["Vertices", "enclosing", "spectra", "vertices"]

Array = NDArray[np.float64]
PENALTY = 0.1  # of the volume: a larger one shrinks scenes with noise too much
MAX_PIXELS = 5000  # pixels that the smallest simplex is put around
MOST_ROWS = 100  # that come in, for an endmember and iteration
NEAR = 1e-12  # of a squared length: what would be gained, where a point counts as the nearest


@dataclass(frozen=True, eq=False)
class Vertices:
    """Endmembers that are mixtures of means.

    Attributes
    ----------
    count : int
        Neighbours of each mean.
    by_brightness : bool
        Whether the means were divided by their brightness, so that shade plays no part.
    weights : array, (n, r)
        How much of each mean; columns sum to one.
    w : array, (directions, r)
        Coordinates.
    """

    count: int
    by_brightness: bool
    weights: Array
    w: Array

    def columns(self, smooth: Smoothed) -> NDArray[np.int64]:
        """The pixels in the middle of the means that weigh most, (r,)."""
        return np.asarray(smooth.columns(1)[self.weights.argmax(axis=0), 0], dtype=np.int64)


def vertices(
    smooth: Smoothed, count: int, by_brightness: bool, refinement: int, seed: int, init: str = "nfindr"
) -> Generator[Step | None, None, Vertices]:
    """Find endmembers among the means: an extraction method, then archetypal refinement."""
    means = smooth.means(count)
    brightness = smooth.brightness(means) if by_brightness else np.ones(means.shape[1])
    points = means / brightness
    extract = get(init, "extraction")
    options = {"exchange": False} if init == "vca" else {}  # refinement does it better
    found = yield from extract.run(
        Problem(from_array(points), smooth.rank, seed), make(extract.params, options)
    )
    assert found.columns is not None
    weights = (yield from refine(points, found.columns, refinement)) / brightness[:, None]
    weights /= weights.sum(axis=0)
    return Vertices(count, by_brightness, weights, means @ weights)


def spectra(smooth: Smoothed, found: Vertices) -> Array:
    """Spectra over all bands, (bands used, r); without what lies beyond r directions where that is noise."""
    if smooth.white:
        r = smooth.rank
        return np.asarray(np.maximum(smooth.basis[:r].T @ found.w[:r], 0))
    near = smooth.near[:, : found.count]
    result = []
    for weight in found.weights.T:
        parts = np.flatnonzero(weight)
        means = [smooth.sample.columns(near[i]).mean(axis=1) for i in parts]
        result.append(np.column_stack(means) @ weight[parts])
    return np.asarray(np.maximum(np.column_stack(result), 0))


def enclosing(smooth: Smoothed, found: Vertices) -> Generator[Step | None, None, Array]:
    """Spectra (bands used, r) of the smallest simplex around the pixels, beginning with ``found``.

    With vertices by brightness it is the smallest cone, and the spectra are as bright as theirs.
    """
    pick = evenly(len(smooth.near), MAX_PIXELS)
    # Means are drawn inwards; where the noise is known the pixels themselves are better.
    points = np.maximum(smooth.basis.T @ smooth.means(1 if smooth.white else found.count)[:, pick], 0)
    w = np.maximum(smooth.basis.T @ found.w, 0)
    bright = w.sum(axis=0)
    if found.by_brightness:
        if not bright.all():
            return w  # nothing above zero: no cone to begin with
        points, w = points / np.maximum(points.sum(axis=0), 1e-300), w / bright
    minvol = get("minvol", "factorization")
    params = make(minvol.params, {"model": "fractions", "penalty": PENALTY, "max_iterations": 300})
    solved = yield from minvol.run(Problem(from_array(points), w.shape[1], start=w), params)
    new = solved.endmembers
    if found.by_brightness:
        return np.asarray(new * bright / np.maximum(new.sum(axis=0), 1e-300))
    return np.asarray(new / (yield from _sums(smooth, new)))


def _sums(smooth: Smoothed, w: Array) -> Generator[Step | None, None, Array]:
    """Factors of the abundances with which they sum to one as nearly as they can; ones if that is absurd."""
    h = yield from abundances(smooth.raw, smooth.basis @ w, "nnls")
    factor = np.linalg.lstsq(h @ h.T, h.sum(axis=1), rcond=1e-9)[0]
    return factor if factor.min() > 0.5 and factor.max() < 2 else np.ones(len(factor))


def refine(
    points: Array, vertices: NDArray[np.int64], iterations: int
) -> Generator[Step | None, None, Array]:
    """Improve endmembers that begin as single points.

    Parameters
    ----------
    points : array, (dimensions, n)
    vertices : array of int, (r,)
        The points to begin with.
    iterations : int

    Returns
    -------
    array, (n, r)
        The weights G: few are not zero.
    """
    scene = from_array(points)
    weights = np.zeros((points.shape[1], len(vertices)))
    weights[vertices, np.arange(len(vertices))] = 1
    rows = np.ascontiguousarray(points.T)
    for iteration in range(iterations):
        w = points @ weights
        h = yield from _mixtures(scene, w)
        hht, zht = h @ h.T, points @ h.T
        for k in range(len(vertices)):
            if hht[k, k] > 0:
                target = w[:, k] + (zht[:, k] - w @ hht[:, k]) / hht[k, k]
                w[:, k] = _nearest(rows, weights[:, k], target)
        yield Step(0.6 + 0.2 * (iteration + 1) / iterations, message="Refining endmembers")
    return weights


def _mixtures(scene: Scene, w: Array) -> Generator[Step | None, None, Array]:
    """Abundances that sum to one, (r, n)."""
    fcls = get("fcls", "abundance")
    found: Abundances = yield from fcls.run(scene, w, fcls.params())
    return np.nan_to_num(found.h.known().astype(np.float64))


def _nearest(rows: Array, weight: Array, target: Array) -> Array:
    """Return the point Σ weight · row of the rows' convex hull that is nearest to the target.

    Wolfe's algorithm (Mathematical Programming 11, 1976): of the rows with weight the nearest point of their
    plane is taken, or of the face that is met on the way there; then the row comes in that lies farthest on
    the target's side. There is one such point, and it moves no more than the target does: rounding, which
    differs between a scene in memory and one in its file, stays as small as it is. ``weight`` is changed.
    """
    holders = np.flatnonzero(weight)
    share = weight[holders]
    for _ in range(MOST_ROWS):
        holders, share = _in_plane(rows, holders, share, target)
        w = share @ rows[holders]
        slope = rows @ (w - target)
        gain = int(slope.argmin())
        if share @ slope[holders] - slope[gain] <= NEAR * np.square(rows[gain] - w).sum() or gain in holders:
            break
        holders, share = np.append(holders, gain), np.append(share, 0.0)
    weight[:] = 0
    weight[holders] = share
    return np.asarray(share @ rows[holders])


def _in_plane(
    rows: Array, holders: NDArray[np.int64], share: Array, target: Array
) -> tuple[NDArray[np.int64], Array]:
    """The nearest point of the holders' plane, without those that would weigh less than nothing there."""
    while len(holders) > 1:
        last = rows[holders[-1]]
        others = np.linalg.lstsq((rows[holders[:-1]] - last).T, target - last, rcond=1e-10)[0]
        goal = np.append(others, 1 - others.sum())
        if goal.min() >= 0:
            return holders, goal
        falls = np.flatnonzero(goal < 0)
        steps = share[falls] / (share[falls] - goal[falls])
        share = share + steps.min() * (goal - share)
        stays = np.arange(len(share)) != falls[steps.argmin()]
        holders, share = holders[stays], np.maximum(share[stays], 0)
        share /= share.sum()
    return holders, share
