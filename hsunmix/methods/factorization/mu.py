"""Multiplicative updates: NMF by Lee and Seung's rule, for three measures of misfit.

Problem: minimize D(X, W H) over W ≥ 0, H ≥ 0, where D is ‖X − WH‖²_F (``frobenius``), the
Kullback-Leibler divergence Σ x log(x/v) − x + v with v = WH (``kl``: counts, Poisson noise), or the
Itakura-Saito divergence Σ x/v − log(x/v) − 1 (``is``: relative errors, dark pixels count as bright
ones).
Start: exact abundances, lifted from zero; where spectra that are no pixels explain little, spectra without
zeros, and half of the exact abundances, with as much by chance of one endmember as of any other.
Update: h ← h · (Wᵀx)/(WᵀWh), or h · (Wᵀ(x/v))/(Wᵀ1), or h · √(Wᵀ(x/v²)/Wᵀ(1/v)); then W likewise.
Divergences don't allow negative values: they count as zero for ``kl``, and ``is`` lifts everything
below 1e-4 of the largest value to it. X/(WH) is made in pieces that stay in the cache.
Cost: one read of X and 4 · bands · pixels · r operations an iteration; 8 for kl, 12 for is, and
the divergence itself every tenth iteration.
Guarantee: D never rises; convergence is slow, often hundreds of times slower than hals. With kl and
is the history shows ‖X − WH‖/‖X‖, which is not what is minimized and may rise. Abundances of kl
and is are the method's own; ask for ``nnls`` to have least squares ones.
"""

from __future__ import annotations

from collections.abc import Generator
from time import perf_counter
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import coordinates_along, norms_squared, residuals
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.methods import Factorization, Problem
from hsunmix.methods.factorization._divergence import FIRST_FLOOR, Divergence, minimize
from hsunmix.methods.factorization._initial import initial_abundances, initial_spectra
from hsunmix.methods.factorization._inner import InnerSteps
from hsunmix.methods.factorization._steps import Array
from hsunmix.methods.factorization._two_block import Common, Factors, descend
from hsunmix.methods.shared._nndsvd import MIN_SHARE
from hsunmix.model.progress import Step

__all__ = ["MONOTONE_LOSS", "REFERENCE", "STARTS_FROM_SPECTRA", "TITLE", "Params", "run"]

TITLE = "NMF by multiplicative updates"
REFERENCE = (
    "Lee and Seung, NIPS 13 (2000); Févotte and Idier, Neural Computation 23 (2011), for Itakura-Saito"
)
STARTS_FROM_SPECTRA = True
MONOTONE_LOSS = True

FLOOR = 1e-16
NEAR = 0.12  # relative error up to which exact abundances are near those that the iteration ends with


class Params(Common, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of mu."""

    loss: Annotated[
        Literal["frobenius", "kl", "is"],
        Meta(description="Misfit: least squares, Kullback-Leibler or Itakura-Saito"),
    ] = "frobenius"


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize the scene."""
    scene, rank = problem.scene, problem.rank
    began = perf_counter()
    given = yield from initial_spectra(problem, params.init)
    w = np.maximum(given, 0)
    pixels = problem.start is None and params.init not in ("random", "nndsvd")
    h = yield from _lifted(scene, w)
    if not pixels and (yield from _error(scene, w, h)) > NEAR:
        free = np.setdiff1d(np.arange(rank), problem.locked)
        w[:, free] = np.maximum(w[:, free], MIN_SHARE * w[:, free].mean(axis=0))
        alike = yield from _alike(scene, w)
        h = yield from initial_abundances(scene, w)
        chance = scene.chance(rank, problem.seed)
        yield from scene.map(_mix, per_pixel=[h, alike, chance], blind=True)
    note = (
        "Values of locked spectra below zero counted as zero."
        if (given[:, list(problem.locked)] < 0).any()
        else ""
    )
    if params.loss == "frobenius":
        return (yield from _least_squares(problem, params, w, h, note, began))
    factors = Divergence(scene, w, h, problem.locked, params.loss == "is")
    history, converged = yield from minimize(factors, params, began)
    note = " ".join(filter(None, [note, factors.note]))
    return Factorization(factors.w, factors.h, history, converged, note=note)


class Steps(InnerSteps):
    """Lee and Seung's rule, for both factors."""

    def fit(self, scene: Scene, w: Array) -> Generator[Step | None, None, PerPixel]:
        """Begin anew, without zeros."""
        return (yield from _lifted(scene, w))


def _lifted(scene: Scene, w: Array) -> Generator[Step | None, None, PerPixel]:
    """Exact abundances, but none below a small share of the largest: the rule never leaves a zero."""
    h = yield from initial_abundances(scene, w)
    h.lift(float(np.float32(FIRST_FLOOR) * np.float32(h.max())))
    return h


def _error(scene: Scene, w: Array, h: PerPixel) -> Generator[Step | None, None, float]:
    """Relative error of the factors."""
    rest = yield from residuals(scene, w, h)
    norms = yield from norms_squared(scene)
    return float(np.sqrt(rest.sum() / norms.sum()))


def _alike(scene: Scene, w: Array) -> Generator[Step | None, None, PerPixel]:
    """As much of each endmember as of any other, in each pixel as much as it is bright.

    Exact abundances of spectra that explain little hold many zeros, which the rule never leaves, and numbers
    near them, which it hardly does: from there it ends where no other method would. These alone are no start
    either, as nothing tells the components apart: chance does, and half of the exact ones.
    """
    length = np.linalg.norm(w, axis=0)
    length[length == 0] = 1
    mixed = (w / length).sum(axis=1)
    power = float(mixed @ mixed) or 1.0
    bright = yield from coordinates_along(scene, mixed[None] / power)
    bright.lift(MIN_SHARE * max(bright.max(), 0.0))
    h = scene.per_pixel(w.shape[1], np.float32)
    yield from scene.map(_share_out, length, per_pixel=[bright, h], blind=True)
    return h


def _mix(
    _part: Part, h: NDArray[np.float32], alike: NDArray[np.float32], chance: NDArray[np.float32]
) -> None:
    h[:] = h / 2 + alike * chance


def _share_out(_part: Part, length: Array, bright: Array, h: NDArray[np.float32]) -> None:
    h[:] = bright / length[:, None]


def _least_squares(
    problem: Problem,
    params: Params,
    w: Array,
    h: PerPixel,
    note: str,
    began: float,
) -> Generator[Step | None, None, Factorization]:
    scene, floor = problem.scene, FLOOR * max(float(w.max(initial=0)), 1e-30)
    factors = Factors(scene, w, h, problem.locked, Steps("multiply", floor))
    yield from factors.measure()
    best, history, converged = yield from descend(factors, params, began)
    h = yield from initial_abundances(scene, best)
    note = " ".join(filter(None, [note, factors.note]))
    return Factorization(best, h, history, converged, note=note)
