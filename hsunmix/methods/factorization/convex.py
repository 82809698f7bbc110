"""Convex NMF and semi-NMF: endmembers that are mixtures of pixels, or that may be negative.

Problem: minimize ‖X − W H‖²_F over H ≥ 0 with, for ``model`` ``convex``, W = X_C G, G ≥ 0, where X_C are
``candidates`` pixels drawn at random and those of the start; the columns of G are scaled to sum
one, so every endmember is a weighted mean of pixels and stays within the data. For ``semi`` W is
free, of either sign: for data that were centred, filtered or differentiated.
Update: H is the exact nonnegative least squares solution for W. ``convex``: G is improved by optimal
gradient steps, in products of r × candidates. ``semi``: W = X Hᵀ (H Hᵀ)⁺. The paper's multiplicative
rules solve the same problems more slowly.
Cost: one read of X, 4 · bands · pixels · r operations and the pixels' small problems an iteration; for
``convex`` 80 · candidates² · r more, and memory for candidates² numbers.
Guarantee: the error never rises. Convex endmembers can't lie outside the data: where materials have
no pure pixels they are mixtures themselves.
"""

from __future__ import annotations

from collections.abc import Generator
from time import perf_counter
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.methods import Factorization, Problem
from hsunmix.methods.factorization import _steps
from hsunmix.methods.factorization._exact import exact_abundances
from hsunmix.methods.factorization._initial import initial_spectra
from hsunmix.methods.factorization._steps import Array, Quadratic, Work
from hsunmix.methods.factorization._two_block import Common, Factors, descend
from hsunmix.methods.shared.descent import optimal_gradient
from hsunmix.model.progress import Step

__all__ = ["MONOTONE_LOSS", "REFERENCE", "STARTS_FROM_SPECTRA", "TITLE", "Params", "run"]

TITLE = "Convex and semi-NMF"
REFERENCE = "Ding, Li and Jordan, IEEE TPAMI 32 (2010)"
STARTS_FROM_SPECTRA = True
MONOTONE_LOSS = True

INNER = 40


class Params(Common, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of convex."""

    model: Annotated[
        Literal["convex", "semi"],
        Meta(description="Spectra are weighted means of pixels, or free and of either sign"),
    ] = "convex"
    candidates: Annotated[
        int, Meta(ge=1, le=500, description="Pixels that convex spectra are mixed from, drawn at random")
    ] = 300


class Semi(_steps.Steps):
    """H exactly, W by least squares."""

    def abundances(self, w: Array) -> Generator[Step | None, None, Work]:
        """Solve every pixel."""
        return (yield from exact_abundances(w))

    def spectra(self, quadratic: Quadratic) -> Array:
        """Least squares, the shortest one where abundances depend on each other."""
        return np.asarray(np.linalg.lstsq(quadratic.g, quadratic.c, rcond=1e-12)[0])


class Convex(Semi):
    """H exactly, W = X_C G with G by optimal gradients.

    Parameters
    ----------
    pixels : array, (bands, candidates)
        X_C.
    mix : array, (r, candidates)
        Gᵀ of the start.
    """

    def __init__(self, pixels: Array, mix: Array) -> None:
        self.pixels, self.mix = pixels, mix
        self._multiply()

    def _multiply(self) -> None:
        """Set X_CᵀX_C and a bound of its norm: no SVD, which would take long with many candidates."""
        self.product = self.pixels.T @ self.pixels
        v = np.ones(len(self.product))
        for _ in range(20):
            v = np.maximum(self.product @ v, 1e-30)
            v /= v.max()
        self.length = float((self.product @ v / v).max()) or 1.0  # Collatz and Wielandt

    def spectra(self, quadratic: Quadratic) -> Array:
        """Improve G for ½⟨XG, g XG⟩ − ⟨c, XG⟩."""
        g, c, free = quadratic.g, quadratic.c, quadratic.free
        self._adopt(quadratic.wt, free)
        mix, right = self.mix[free], c @ self.pixels
        length = float(np.linalg.norm(g, 2)) * self.length or 1.0

        def step(at: Array) -> Array:
            return np.maximum(at - (g @ at @ self.product - right) / length, 0)

        mix = optimal_gradient(mix, step, INNER)
        self.mix = self.mix.copy()
        self.mix[free] = mix
        return np.asarray(mix @ self.pixels.T)

    def _adopt(self, wt: Array, free: NDArray[np.intp]) -> None:
        """Make pixels by which the loop replaced endmembers that had died out candidates too."""
        away = np.abs(self.mix[free] @ self.pixels.T - wt).max(axis=1)
        for k in np.flatnonzero(away > 1e-6 * np.abs(wt).max()):
            least = int(self.mix.sum(axis=0).argmin())
            self.pixels[:, least] = wt[k]
            self.mix[:, least] = 0
            self.mix[free[k]] = np.eye(1, len(self.product), least)
            self._multiply()


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize the scene."""
    scene, rank = problem.scene, problem.rank
    began = perf_counter()
    w = yield from initial_spectra(problem, params.init)
    steps: Semi = Semi()
    locked = list(problem.locked)
    if params.model == "convex":
        free = np.setdiff1d(np.arange(rank), locked)
        steps = convex = yield from _mixtures(scene, w, params.candidates, params.init, problem)
        w = w.copy()
        w[:, free] = (convex.pixels @ convex.mix.T)[:, free]
    h = yield from steps.fit(scene, w)
    factors = Factors(scene, w, h, problem.locked, steps)
    yield from factors.measure()
    w, history, converged = yield from descend(factors, params, began)
    if isinstance(steps, Convex):
        sums = steps.mix.sum(axis=1)
        sums[[*locked, *np.flatnonzero(sums <= 0)]] = 1
        w = factors.w / sums
    h = yield from steps.fit(scene, w)
    fixed = params.model == "convex"
    return Factorization(w, h, history, converged, fixed_scale=fixed, note=factors.note)


def _mixtures(
    scene: Scene, w: Array, count: int, init: str, problem: Problem
) -> Generator[Step | None, None, Convex]:
    """Draw the candidates, and make w a mixture of them: itself where it is made of pixels."""
    from scipy.optimize import nnls

    rng = np.random.default_rng(problem.seed)
    drawn = rng.choice(scene.n_pixels, min(count, scene.n_pixels), replace=False)
    pixels = np.maximum(scene.columns(np.sort(drawn)), 0)
    r = w.shape[1]
    if problem.start is None and init != "nndsvd":  # singular vectors are no pixels
        return Convex(np.column_stack([w, pixels]), np.eye(r, r + pixels.shape[1]))
    mix = []
    for column in w.T:
        part, _ = nnls(pixels, column)
        mix.append(part if part.any() else np.full(len(part), 1 / len(part)))
        yield None
    return Convex(pixels, np.array(mix))
