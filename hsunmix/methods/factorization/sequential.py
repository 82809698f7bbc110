"""Sequential NMF: one component after the other, each started from what those before leave.

Problem: minimize ‖X − W H‖²_F over W ≥ 0, H ≥ 0, for 1, 2, … r components in turn.
Update: the first spectrum is the mean pixel. A new component begins as the mean of the pixels that
are explained worst, the others as they were; then all are improved by hals until the error settles.
The fractional residual variance, ‖X − WH‖²/‖X‖², is noted for every number of components: where the
curve bends, more components explain little more.
Cost: as hals, for every number of components.
Guarantee: the error never rises, nor does the curve, and the start is no matter of chance. Spectra of
an order: the first explain most, which isn't the same as being materials.
"""

from __future__ import annotations

from collections.abc import Generator
from time import perf_counter
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import norms_squared, residuals
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.methods import Factorization, Problem
from hsunmix.methods.factorization._hals_loop import Loop, settle
from hsunmix.methods.factorization._initial import given_spectra, initial_abundances
from hsunmix.methods.shared.descent import Course
from hsunmix.model.progress import Step

__all__ = ["MONOTONE_LOSS", "REFERENCE", "STARTS_FROM_SPECTRA", "TITLE", "Params", "run"]

TITLE = "Sequential NMF"
REFERENCE = "Ren, Pueyo, Zhu, Debes and Duchêne, The Astrophysical Journal 852 (2018)"
STARTS_FROM_SPECTRA = True
MONOTONE_LOSS = True

Array = NDArray[np.float64]
WORST_SHARE = 0.002  # share of the pixels whose mean a new component begins with
NOTHING_LEFT = 1e-5  # relative error: nothing that float32 data could tell from rounding


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of sequential."""

    max_iterations: Annotated[
        int, Meta(ge=1, le=100_000, description="At most so many iterations for each number of components")
    ] = 200
    tolerance: Annotated[
        float, Meta(ge=0, le=1, description="Stop when the error falls by less than this share an iteration")
    ] = 1e-5


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize the scene."""
    scene, rank = problem.scene, problem.rank
    began = perf_counter()
    given = np.zeros((0, 0)) if problem.start is None else given_spectra(problem.start, problem.locked)
    norm = float((yield from norms_squared(scene)).sum())
    w, rest = np.zeros((scene.n_bands, 0)), scene.per_pixel(fill=0)
    course = Course(began)
    curve, converged = [], True
    for k in range(rank):
        if k < given.shape[1]:
            new = given[:, k]
        elif k == 0:
            new = yield from _mean(scene)
        else:
            new = _worst(scene, rest)
        if k > max(problem.locked, default=0) and np.sqrt(rest.sum() / norm) <= NOTHING_LEFT:
            break
        locked = tuple(i for i in problem.locked if i <= k)
        loop = yield from Loop.begin(scene, np.column_stack([w, new]), locked, True)
        yield from loop.measure()
        if course.points and loop.error > course.error:
            loop.error = course.error
        course.add(loop.error)

        def told(iteration: int, k: int = k, loop: Loop = loop) -> Step:
            fraction = (k + (iteration - 1) / params.max_iterations) / rank
            return Step(fraction, loop.error, message=f"Component {k + 1} of {rank}, iteration {iteration}")

        settled = yield from settle(loop, course, params.max_iterations, params.tolerance, told)
        converged = converged and settled
        w = loop.best
        rest = yield from residuals(scene, w, (yield from initial_abundances(scene, w)))
        curve.append(rest.sum() / norm)
    h = yield from initial_abundances(scene, w)
    note = (
        "Fractional residual variance with 1, 2, … components: " + ", ".join(f"{v:.3g}" for v in curve) + "."
    )
    if w.shape[1] < rank:
        note += f" The scene needs only {w.shape[1]}."
    return Factorization(w, h, course.history, converged, note=note)


def _mean(scene: Scene) -> Generator[Step | None, None, Array]:
    """Mean spectrum of the scene."""
    found = yield from scene.map(_sum)
    return np.asarray(np.maximum(np.sum(found.values, axis=0) / scene.n_pixels, 0))


def _sum(part: Part) -> Array:
    return np.asarray(part.tiles.sum(axis=(0, 2), dtype=np.float64))


def _worst(scene: Scene, rest: PerPixel) -> Array:
    """Mean of the pixels that are explained worst and alike: those nearest to the worst of all."""
    count = max(1, round(WORST_SHARE * scene.n_pixels))
    flat = rest.known()
    places = np.argpartition(-flat, min(count, len(flat) - 1))[:count]
    spectra = scene.columns(np.sort(places))
    worst = scene.columns(np.array([int(flat.argmax())]))[:, 0]
    length = np.linalg.norm(spectra, axis=0) * np.linalg.norm(worst)
    alike = (worst @ spectra) >= 0.99 * np.where(length > 0, length, 1)
    return np.asarray(np.maximum(np.column_stack([worst, spectra[:, alike]]).mean(axis=1), 0))
