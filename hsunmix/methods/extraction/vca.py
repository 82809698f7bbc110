"""Vertex component analysis: extremes along random directions orthogonal to what is found.

Problem: find the vertices of the simplex that the pixels fill.
Method: the ratio of signal to noise, measured as the power inside and outside the first r
directions, decides the projection: above 15 + 10 log₁₀ r dB pixels are divided by their
projection on the mean (shade then plays no part), below it they are centred, reduced to r − 1
directions and given one constant coordinate. Then, r times: f is a random direction less its part
in the span of the vertices found, and the next vertex is argmax_j |fᵀ y_j|. All this is done
``runs`` times; the set with the lowest relative error (exact nonnegative abundances; large scenes
are judged on every m-th pixel, at least 5000 of them) is kept. With ``exchange`` its vertices are
then exchanged, one at a time, for pixels at either end of the directions of the other runs (of many those
that are explained least), as long as the error (of at least 2000 pixels) falls. One run without exchange,
``projected``, is the published method: its spectra are the pixels' projections, which hold less noise than
the pixels.
Cost: two reads of X; per run r · r · pixels operations on the reduced data, and an nnls.
Guarantee: with pure pixels and no noise every run finds the vertices. Otherwise runs differ, and
a single one can be far off: that is what ``runs`` is for.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Annotated

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import coordinates_along, norms_squared, residuals
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.engine.subsets import subset
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods import Abundances, Extraction, Problem, get
from hsunmix.methods.extraction._choice import best_set, exchanged, extraction
from hsunmix.methods.extraction._options import Options, with_options
from hsunmix.methods.extraction._reduced import Directions, directions, longest
from hsunmix.model.progress import Step

__all__ = ["EVERYDAY", "MOMENTS", "REFERENCE", "TITLE", "Params", "run"]

MOMENTS = True
TITLE = "Vertex component analysis (VCA)"
REFERENCE = "Nascimento and Bioucas-Dias, IEEE TGRS 43 (2005)"
EVERYDAY = True

MAX_TRIALS = 21_000  # over r²: vertices of other runs that are tried in the best one's places
TOO_DARK = 1e-3  # of the mean projection on the mean: division by less would only enlarge noise

Array = NDArray[np.float64]
Columns = NDArray[np.int64]


class Params(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of vca."""

    runs: Annotated[
        int, Meta(ge=1, le=1000, description="Try so many random directions, keep the best by the error")
    ] = 20
    exchange: Annotated[
        bool, Meta(description="Exchange vertices of the best run for those of others while the error falls")
    ] = True
    projected: Annotated[
        bool, Meta(description="Give the pixels' spectra without what lies outside the signal's directions")
    ] = False


@with_options
def run(problem: Problem, params: Params) -> Generator[Step | None, None, Extraction]:
    """Choose ``rank`` pixels, fewer when the scene has fewer directions."""
    scene, rank = problem.scene, problem.rank
    if rank == 1:
        return extraction(scene, longest((yield from norms_squared(scene))), rank)
    about_origin, about_mean = yield from directions(scene)
    r = min(rank, about_origin.count)
    if r == 1:
        return extraction(scene, longest((yield from norms_squared(scene))), rank)
    if signal_to_noise(about_mean, r) > 15 + 10 * np.log10(r):
        y = yield from _projective(scene, about_origin, r)
        mean, basis = np.zeros((scene.n_bands, 1)), about_origin.basis[:r]
    else:
        y = yield from _centred(scene, about_mean, r)
        mean, basis = about_mean.mean[:, None], about_mean.basis[: r - 1]
    sets, others = yield from _vertices(scene, y, params.runs, np.random.default_rng(problem.seed))
    columns = yield from best_set(scene, sets, "Set of vertices")
    if params.exchange and params.runs > 1:
        columns = yield from exchanged(scene, columns, (yield from _promising(scene, columns, sets + others)))
    found = extraction(scene, columns, rank)
    if not params.projected:
        return found
    assert found.columns is not None
    inside = mean + basis.T @ (basis @ (scene.columns(found.columns) - mean))
    return replace(found, endmembers=np.maximum(inside, 0), smoothed=True)


def _promising(
    scene: Scene, best: Columns, pool: list[Columns]
) -> Generator[Step | None, None, list[Columns]]:
    """Of many vertices those that the best ones explain least: each costs r trials, and r of them r² more."""
    every = np.unique(np.concatenate(pool))
    most = max(2 * len(best), MAX_TRIALS // len(best) ** 2)
    if len(every) <= most:
        return pool
    few = yield from subset(scene, every)
    nnls = get("nnls", "abundance")
    w = np.maximum(scene.columns(best), 0)
    found: Abundances = yield from nnls.run(few, w, nnls.params())
    left = (yield from residuals(few, w, found.h)).known()
    return [every[np.sort(np.argsort(-left, kind="stable")[:most])]]


def signal_to_noise(about_mean: Directions, r: int) -> float:
    """Ratio in decibels, taking for signal what lies in the first r directions."""
    bands = len(about_mean.mean)
    signal = about_mean.power[:r].sum() + about_mean.mean @ about_mean.mean
    noise = about_mean.total - signal
    if noise <= 1e-14 * about_mean.total:
        return np.inf
    return float(10 * np.log10(max((signal - r / bands * about_mean.total) / noise, 1e-10)))


def _projective(scene: Scene, about_origin: Directions, r: int) -> Generator[Step | None, None, PerPixel]:
    """Pixels in r directions, divided by their projection on the mean; zero where that is tiny."""
    basis = about_origin.basis[:r]
    y = yield from coordinates_along(scene, basis)
    mean = basis @ about_origin.mean
    yield from scene.map(_divide, mean, TOO_DARK * float(mean @ mean), per_pixel=[y], blind=True)
    return y


def _divide(_part: Part, mean: Array, dark: float, y: Array) -> None:
    along = np.einsum("k,nkt->nt", mean, y)
    y /= np.where(along <= dark, np.inf, along)[:, None]


def _centred(scene: Scene, about_mean: Directions, r: int) -> Generator[Step | None, None, PerPixel]:
    """Pixels less their mean in r − 1 directions, and a constant as large as the largest of them."""
    y = yield from coordinates_along(scene, about_mean.basis[: r - 1], about_mean.mean)
    y.pad(0)
    found = yield from scene.map(_longest, per_pixel=[y], blind=True)
    with_constant = scene.per_pixel(r)
    yield from scene.map(_append, np.sqrt(max(found.values)), per_pixel=[y, with_constant], blind=True)
    with_constant.pad(0)
    return with_constant


def _longest(_part: Part, y: Array) -> float:
    return float(np.square(y).sum(axis=1).max())


def _append(_part: Part, constant: float, y: Array, out: Array) -> None:
    out[:, :-1], out[:, -1] = y, constant


def _vertices(
    scene: Scene, y: PerPixel, runs: int, rng: np.random.Generator
) -> Generator[Step | None, None, tuple[list[Columns], list[Columns]]]:
    """Vertices of y, r coordinates a pixel, found ``runs`` times, and the pixels at the other ends.

    All runs share the passes over y.
    """
    r = y.k
    found = np.zeros((2, runs, r), np.int64)
    a = np.zeros((runs, r, r))  # the vertices found, as columns
    a[:, -1, 0] = 1
    for k in range(r):
        w = rng.standard_normal((runs, r, 1))
        f = (w - a @ (np.linalg.pinv(a) @ w))[:, :, 0]
        f /= np.maximum(np.linalg.norm(f, axis=1, keepdims=True), 1e-300)
        found[:, :, k] = yield from _ends(scene, y, f)
        a[:, :, k] = y.at(found[0, :, k]).T
    return list(found[0]), list(found[1])


def _ends(scene: Scene, y: PerPixel, f: Array) -> Generator[Step | None, None, Columns]:
    """For each row of f the pixels with the largest and the smallest fᵀ y, the larger |fᵀ y| first."""
    with single_threaded_blas():
        found = yield from scene.map(_ends_of, f, per_pixel=[y], blind=True)
    values = np.array([value for value, _ in found.values])
    places = np.array([place for _, place in found.values])
    winner = values.argmax(axis=0)
    ends = np.take_along_axis(places, winner[None], axis=0)[0]
    value = np.take_along_axis(values, winner[None], axis=0)[0]
    return np.asarray(np.where(value[0] >= value[1], ends, ends[::-1]), dtype=np.int64)


def _ends_of(part: Part, f: Array, y: Array) -> tuple[Array, Columns]:
    every = np.arange(len(f))
    value, place = np.full((2, len(f)), -np.inf), np.zeros((2, len(f)), np.int64)
    for i, coordinates in enumerate(y):
        v = f @ coordinates
        for end in (0, 1):
            at = v.argmax(axis=1)
            better = v[every, at] > value[end]
            value[end, better] = v[every, at][better]
            place[end, better] = part.first + i * y.shape[2] + at[better]
            np.negative(v, out=v)
    return value, place
