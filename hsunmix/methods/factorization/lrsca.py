"""Low-rank sparse components (LRSCA): at most k materials in each pixel, and no pure pixel needed.

Problem: minimize ‖X − W H‖²_F over W ≥ 0 and H ≥ 0 with at most ``k`` entries of each column of H that aren't
zero.
Method: each pixel's best set of endmembers as by ksparse, then the exact W, in turn. With ``starts`` above
one the others begin with random pixels; each runs on about 2,000 pixels, and the one with the lowest error
goes on with all.
Cost: one read of X and all sets of up to k endmembers for each pixel an iteration: 21 sets for k = 2, r = 6.
Guarantee: the error never rises while there are no more than 20,000 sets; it is no global optimum. Where
enough pixels lie on every face of k materials, W is determined but for scale and order, even if no pixel is
pure; if pixels hold more materials than k, spectra are drawn to mixtures.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Annotated

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.engine.subsets import sampled
from hsunmix.methods import Factorization, Problem
from hsunmix.methods.factorization import _steps
from hsunmix.methods.factorization._exact import exact_spectra
from hsunmix.methods.factorization._initial import initial_spectra
from hsunmix.methods.factorization._steps import Array, Quadratic, Work, fit_by_work
from hsunmix.methods.factorization._two_block import Common, factorize
from hsunmix.methods.shared._least_squares import refuse_broken
from hsunmix.methods.shared._sparse_sets import Few, few_of
from hsunmix.model.progress import Step

__all__ = ["REFERENCE", "STARTS_FROM_SPECTRA", "TITLE", "Params", "run"]

TITLE = "Low-rank sparse components (LRSCA)"
REFERENCE = "Cohen and Gillis, ICASSP (2019); Cohen and Gillis, Neural Computation 31 (2019)"
STARTS_FROM_SPECTRA = True

MIN_PIXELS = 2_000  # pixels that starts are compared on
TRIAL = 40  # iterations of each


class Params(Common, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of lrsca."""

    k: Annotated[int, Meta(ge=1, le=100, description="At most so many endmembers in a pixel")] = 2
    starts: Annotated[
        int, Meta(ge=1, le=1000, description="Try so many starts, all but the first from random pixels")
    ] = 1


class Steps(_steps.Steps):
    """At most k endmembers a pixel, exactly; W exactly."""

    def __init__(self, k: int) -> None:
        self.k = k

    def fit(self, scene: Scene, w: Array) -> Generator[Step | None, None, PerPixel]:
        """Solve every pixel."""
        return (yield from fit_by_work(self, scene, w))

    def abundances(self, w: Array) -> Generator[Step | None, None, Work]:
        """Solve every pixel."""
        from hsunmix.kernels.two_block import add_sums

        yield compiling(add_sums)
        few = yield from few_of(w, self.k)
        return Work(_solve_and_add, (few,))

    def spectra(self, quadratic: Quadratic) -> Array:
        """Solve every band."""
        return exact_spectra(quadratic.c, quadratic.g)


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize the scene."""
    steps = Steps(params.k)
    if params.starts > 1:
        problem = replace(problem, start=(yield from _best_start(problem, params, steps)))
    return (yield from factorize(problem, params, params.init, steps))


def _best_start(problem: Problem, params: Params, steps: Steps) -> Generator[Step | None, None, Array]:
    """Return the spectra that some iterations on a few pixels come to with the lowest error."""
    scene = yield from sampled(problem.scene, MIN_PIXELS)
    first = yield from initial_spectra(problem, params.init)
    rng, best = np.random.default_rng(problem.seed), (np.inf, first)
    free = np.setdiff1d(np.arange(problem.rank), problem.locked)
    short = Common(max_iterations=min(TRIAL, params.max_iterations), tolerance=params.tolerance)
    for k in range(params.starts):
        w = first.copy()
        if k:
            drawn = np.sort(rng.choice(scene.n_pixels, len(free), replace=False))
            w[:, free] = np.maximum(scene.columns(drawn), 0)
        found = yield from factorize(replace(problem, scene=scene, start=w), short, "", steps)
        best = min(best, (float(found.history[:, 1].min()), found.endmembers), key=lambda one: one[0])
        yield Step(0.0, best[0], best[1].copy(), f"Start {k + 1} of {params.starts}")
    return best[1]


def _solve_and_add(part: Part, few: Few, h: NDArray[np.float32], xht: Array, hht: Array) -> None:
    from hsunmix.kernels.two_block import add_sums

    refuse_broken(few.work(part, *few.small, h))
    add_sums(part.tiles, h, xht, hht)
