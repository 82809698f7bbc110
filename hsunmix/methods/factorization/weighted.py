"""Weighted NMF: noisy bands count less, odd entries little, missing ones nothing.

Problem: minimize Σ ρ((x_bj − (WH)_bj)/σ_b) over W ≥ 0, H ≥ 0, where ρ is half the square up to
``outliers`` and grows linearly beyond (Huber). σ_b is the noise of band b, from the regression of each
band on the others as in HySime, if ``bands`` is ``noise``; else the root mean square misfit of the start,
the same for all. With ``missing`` ``zeros`` entries that are exactly zero (dead detectors, stripes) are
left out of the sum. Weights may come from outside, one a value, a pixel or a band (``weights=`` in Python,
``--weights FILE`` on the command line; not in the window): then each ρ is multiplied by its weight.
``variances`` or ``deviations`` of the noise take the place of σ. A weight of zero, and what is
no number, means a missing value; such a value may be NaN or nodata itself, and its pixel stays. One with
a weight above zero costs its pixel.
Update: the bands are divided by σ_b. Entries that are missing are filled in from the model, doubtful
ones moved towards it (this touches the loss from above, so lowering one lowers the other); then
the rows of H and the columns of W are set to their optimum in turn.
Cost: one read of X and 6 · bands · pixels · r operations an iteration.
Guarantee: the loss never rises. Much that is missing makes it slow. Whole pixels and bands that are
bad are better masked: they are left out before any method sees them. The history shows ‖X − WH‖/‖X‖
with every entry, which is not what is minimized and may rise; abundances are the method's own. An
abundance method that is asked for besides solves each pixel over the values that it has, and counts
these alike, whatever their weights: pixels with the same gaps together, so that gaps that differ from
pixel to pixel take longer. For one that looks at the whole scene, such as ``tv``, gaps are filled in by what
nonnegative least squares of the pixel's other values say.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from time import perf_counter
from typing import Annotated, Any, Literal

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, gram, norms_squared, residuals
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.methods import Factorization, Problem
from hsunmix.methods.factorization._initial import initial_abundances, initial_spectra
from hsunmix.methods.factorization._steps import Array
from hsunmix.methods.factorization._two_block import Common
from hsunmix.methods.shared._missing import WeightKind, filled_in, shares, unweighted
from hsunmix.methods.shared._regression import precision
from hsunmix.methods.shared.descent import Course, Revival
from hsunmix.model.progress import Step

__all__ = ["REFERENCE", "STARTS_FROM_SPECTRA", "TAKES_WEIGHTS", "TITLE", "Params", "run"]

TITLE = "Weighted and robust NMF"
REFERENCE = "Zhu, arXiv:1612.06037 (2016); Ren et al., The Astrophysical Journal 892 (2020)"
STARTS_FROM_SPECTRA = True
TAKES_WEIGHTS = True

SWEEPS, W_SWEEPS = 4, 10
NEVER = 1e18  # a limit that no residual reaches
QUIETEST = 1e-3  # of the median noise: a band can't count more than this allows


class Params(Common, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of weighted."""

    bands: Annotated[
        Literal["noise", "equal"], Meta(description="Weigh bands by their estimated noise, or all alike")
    ] = "noise"
    outliers: Annotated[
        float,
        Meta(ge=0, le=1000, description="Residuals above so many times the noise count less; 0: never"),
    ] = 3.0
    missing: Annotated[
        Literal["none", "zeros"], Meta(description="Whether entries that are exactly zero are missing")
    ] = "none"
    weights_are: Annotated[
        WeightKind,
        Meta(description="What weights from outside are: weights, or the noise's variances or deviations"),
    ] = "weights"


class _State:
    """The factors in units of the noise."""

    def __init__(
        self,
        scene: Scene,
        w: Array,
        h: PerPixel,
        sigma: Array,
        roots: PerPixel | None,
        params: Params,
        revival: Revival,
    ) -> None:
        self.scene, self.h, self.sigma, self.roots = scene, h, sigma, roots
        self.w = w / sigma[:, None]
        self.limit = np.float32(params.outliers or NEVER)
        self.zeros = params.missing == "zeros"
        self.revival = revival

    def sweep(
        self, free: NDArray[np.bool_], sweeps: int
    ) -> Generator[Step | None, None, tuple[float, float]]:
        """Update H and W; return the loss and ‖X − WH‖² from before."""
        from hsunmix.kernels.hals import update_spectra
        from hsunmix.kernels.robust import update

        scene, w = self.scene, self.w
        r = w.shape[1]
        yield compiling(update)
        inverse, g = (1 / self.sigma).astype(np.float32), (w.T @ w).astype(np.float32)
        w32 = np.ascontiguousarray(w.T, dtype=np.float32)
        found = yield from scene.map(
            _sweep, inverse, w32, g, sweeps, self.limit, self.zeros,
            per_pixel=[self.h] if self.roots is None else [self.h, self.roots],
            sums=[(scene.n_bands, r), (r, r)],
        )  # fmt: skip
        self.revival.fresh = False
        if sweeps:
            xht, hht = found.sums
            yield compiling(update_spectra)
            wt = np.ascontiguousarray(w.T)
            update_spectra(wt, xht.T.copy(), hht, free, W_SWEEPS, 0.1, 0.0)
            self.w = wt.T.copy()
            power = np.diag(hht) * (self.w**2).sum(axis=0)
            dead = self.revival.dead(power)
            if len(dead):
                yield from self._revive(dead)
        return sum(loss for loss, _ in found.values), sum(rest for _, rest in found.values)

    def _revive(self, dead: NDArray[np.intp]) -> Generator[Step | None, None, None]:
        rest = yield from residuals(self.scene, self.w * self.sigma[:, None], self.h)
        for k, spectrum in self.revival.spectra(self.scene, rest, dead):
            self.w[:, k] = np.maximum(spectrum, 0) / self.sigma
            self.h.clear(k)
        self.revival.done(dead)


def _sweep(
    part: Part, inverse: NDArray[np.float32], w: NDArray[np.float32], g: NDArray[np.float32], sweeps: int,
    limit: np.float32, zeros: bool, h: NDArray[np.float32], *more: NDArray[Any],
) -> tuple[float, float]:  # fmt: skip
    """``more`` are the roots of the weights, where there are any, and the two sums."""
    from hsunmix.kernels.robust import update

    *roots, xht, hht = more
    alike = np.ones((1, 1, part.tiles.shape[2]), np.float32)
    arguments = inverse, w, g, h, sweeps, limit, zeros, roots[0] if roots else alike, xht, hht
    loss, rest = update(part.tiles, part.counts, *arguments)
    return float(loss), float(rest)


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize the scene."""
    scene, rank = problem.scene, problem.rank
    began = perf_counter()
    known, beginning = unweighted(scene), scene
    if problem.weights is not None:
        known = yield from shares(scene, problem.weights, params.weights_are, problem.weights_unit)
        assert known.roots is not None
        beginning = yield from filled_in(scene, known.roots)
    w = yield from initial_spectra(replace(problem, scene=beginning), params.init)
    h = yield from initial_abundances(beginning, w)
    norm = float((yield from norms_squared(scene)).sum())
    rest = yield from residuals(beginning, w, h)
    misfit = np.sqrt(max(float(rest.sum()), 1e-8 * norm) / (scene.n_pixels * scene.n_bands))
    sigma = np.full(scene.n_bands, misfit)
    if known.unit is not None:
        sigma = known.unit
    elif params.bands == "noise":
        sigma = yield from _noise(beginning, float(misfit))
    sigma = sigma / known.factor
    state = _State(scene, w, h, sigma, known.roots, params, Revival(problem.locked))
    free = ~np.isin(np.arange(rank), problem.locked)
    course = Course(began)
    before, converged, fresh = np.inf, False, False
    for iteration in range(params.max_iterations + 1):
        final = iteration == params.max_iterations
        loss, left = yield from state.sweep(free, 0 if final else SWEEPS)
        course.add(float(np.sqrt(left / norm)))
        # The loss is from before the update: that of components started anew shows in the next but one.
        settles = bool(before - loss <= 2 * params.tolerance * loss)
        converged = settles and not (state.revival.fresh or fresh)
        fresh = state.revival.fresh
        if converged and not final:
            loss, left = yield from state.sweep(free, 0)
            course.add(float(np.sqrt(left / norm)))
            break
        before = loss
        spectra = state.w * sigma[:, None]
        yield Step(iteration / params.max_iterations, course.error, spectra, f"Iteration {iteration}")
    estimated = params.bands == "noise" and known.unit is None
    return Factorization(
        state.w * sigma[:, None], state.h, course.history, converged,
        note=_note(sigma * scene.scale, state.revival.note, estimated, problem),
    )  # fmt: skip


def _noise(scene: Scene, misfit: float) -> Generator[Step | None, None, Array]:
    """Standard deviation of every band's noise, by its regression on the others."""
    if scene.n_bands < 2 or scene.n_pixels <= scene.n_bands:
        return np.full(scene.n_bands, misfit)
    product, _ = yield from gram(scene)
    sigma = np.sqrt(1 / np.diag(precision(product / scene.n_pixels)))
    return np.maximum(sigma, max(QUIETEST * float(np.median(sigma)), 1e-6 * misfit))


def _note(sigma: Array, anew: str, estimated: bool, problem: Problem) -> str:
    given = "Values were weighted by numbers from outside." if problem.weights is not None else ""
    noise = f"The noise of the bands was estimated between {sigma.min():.3g} and {sigma.max():.3g}."
    return " ".join(filter(None, [given, anew, noise if estimated else ""]))
