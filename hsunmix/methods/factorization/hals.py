"""Accelerated hierarchical alternating least squares: NMF by exact updates of one row at a time.

Problem: minimize ‖X − W H‖²_F over W ≥ 0, H ≥ 0.
Update: every row of H, then every column of W, is set to its optimum with the others fixed; each
side is swept several times before the other, because the products Wᵀ X and X Hᵀ cost far more
than a sweep. A tile of pixels does all its work while it is in the cache. With ``extrapolate`` both
factors then go on in the direction of their last change, as long as that pays. With
``multilevel`` the spectra are first improved on every 10th pixel, with ``compress`` then on the scene's
coordinates along its first r + 6 singular vectors, where an iteration reads less; the history begins
after that.
At the end the abundances are made the exact nonnegative least squares ones.
Cost: one read of X and 4 · bands · pixels · r operations an iteration.
Guarantee: the error never rises, and limit points are stationary. It depends on the start: NMF is
neither convex nor unique, and a lower error is not a better answer.
"""

from __future__ import annotations

from collections.abc import Generator
from itertools import pairwise
from time import perf_counter
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import projected
from hsunmix.engine.scene import Scene
from hsunmix.engine.subsets import subsample
from hsunmix.methods import Factorization, Problem
from hsunmix.methods.factorization._hals_loop import Loop, settle
from hsunmix.methods.factorization._initial import Init, initial_abundances, initial_spectra
from hsunmix.methods.shared._nndsvd import directions
from hsunmix.methods.shared.descent import Course
from hsunmix.model.progress import Step

__all__ = ["EVERYDAY", "MONOTONE_LOSS", "REFERENCE", "STARTS_FROM_SPECTRA", "TITLE", "Params", "run"]

TITLE = "NMF by accelerated HALS"
REFERENCE = (
    "Cichocki and Phan, IEICE Trans. Fundamentals E92-A (2009); "
    "Gillis and Glineur, Neural Computation 24 (2012); Ang and Gillis, Neural Computation 31 (2019)"
)
EVERYDAY = True
STARTS_FROM_SPECTRA = True
MONOTONE_LOSS = True

EXTRA = 6  # directions beyond the number of endmembers
COARSE_ITERATIONS = 200
COARSE_TOLERANCE = 1e-3  # of the error, over ten iterations


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of hals."""

    init: Annotated[Init, Meta(description="Where the spectra start from")] = "spa"
    max_iterations: Annotated[int, Meta(ge=1, le=100_000, description="Stop after so many iterations")] = 500
    tolerance: Annotated[
        float,
        Meta(ge=0, le=1, description="Stop when the error falls by less than this share an iteration"),
    ] = 1e-5
    extrapolate: Annotated[bool, Meta(description="Go on in the direction of the last change")] = True
    multilevel: Annotated[bool, Meta(description="First on every 10th pixel: the shorter way")] = True
    compress: Annotated[bool, Meta(description="First on the scene reduced to r + 6 directions")] = False


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize the scene."""
    scene, rank = problem.scene, problem.rank
    began = perf_counter()
    w = yield from initial_spectra(problem, params.init)
    if params.multilevel:
        w = yield from _coarse(scene, w, problem.locked, params.extrapolate)
    if params.compress and scene.n_bands > rank + EXTRA:
        w = yield from _compressed(scene, w, problem.locked, params.extrapolate)
    loop = yield from Loop.begin(scene, w, problem.locked, params.extrapolate)
    yield from loop.measure()
    course = Course(began)
    course.add(loop.error)

    def told(iteration: int) -> Step:
        fraction = _fraction(iteration, params, course.points)
        return Step(fraction, loop.error, loop.best.copy(), f"Iteration {iteration}")

    converged = yield from settle(loop, course, params.max_iterations, params.tolerance, told)
    h = yield from initial_abundances(scene, loop.best)
    return Factorization(loop.best, h, course.history, converged, note=loop.note)


def _coarse(
    scene: Scene, w: NDArray[np.float64], locked: tuple[int, ...], extrapolate: bool
) -> Generator[Step | None, None, NDArray[np.float64]]:
    """Improve the spectra on a tenth of the pixels, where an iteration costs a tenth."""
    fewest = max(500, 100 * w.shape[1])
    step = next((s for s in (10, 5, 3, 2) if scene.n_pixels // s >= fewest), 1)
    if step == 1:
        return w
    few = yield from subsample(scene, step)
    loop = yield from Loop.begin(few, w, locked, extrapolate)
    return (yield from _improve(loop, f"On every {step}th pixel"))


def _compressed(
    scene: Scene, w: NDArray[np.float64], locked: tuple[int, ...], extrapolate: bool
) -> Generator[Step | None, None, NDArray[np.float64]]:
    """Improve the spectra on the scene's coordinates along its first directions."""
    basis = yield from directions(scene, w.shape[1] + EXTRA)
    reduced = yield from projected(scene, basis.T)
    loop = yield from Loop.begin(reduced, w, locked, extrapolate, basis)
    return (yield from _improve(loop, f"On {basis.shape[1]} directions"))


def _improve(loop: Loop, where: str) -> Generator[Step | None, None, NDArray[np.float64]]:
    """Iterate until ten iterations hardly lower the error."""
    before = loop.error
    for iteration in range(1, COARSE_ITERATIONS + 1):
        yield from loop.iterate()
        if iteration % 10 == 0:
            if not loop.revival.fresh and before - loop.error <= COARSE_TOLERANCE * before:
                break
            before = loop.error
            yield Step(0.0, loop.error, loop.best.copy(), f"{where}, iteration {iteration}")
    return loop.best


def _fraction(iteration: int, params: Params, history: list[tuple[float, float]]) -> float:
    """Share of the work done: by the iterations, or by how far the rate has fallen."""
    share = iteration / params.max_iterations
    rates = [1 - b / a for (_, a), (_, b) in pairwise(history) if a > 0]
    if params.tolerance > 0 and len(rates) > 1 and rates[-1] > 0 and rates[0] > params.tolerance:
        fallen = np.log(rates[0] / rates[-1]) / np.log(rates[0] / params.tolerance)
        share = max(share, min(0.99, float(fallen)))
    return share
