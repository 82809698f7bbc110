"""Minimum volume NMF: the smallest simplex or cone that still explains the pixels.

Problem: minimize ‖X − W H‖²_F + λ log det(WᵀW + δI) over W ≥ 0, H ≥ 0. With ``model`` ``spectra`` each
column of W sums to one and H is free: pixels may be bright or dark, as under shade, and only the
directions of the spectra matter. With ``fractions`` the abundances of a pixel sum to at most one
and W is free: the volume is that of the simplex in the data's own units; more exact on clean scenes,
but a few outliers or pixels that are too bright blow it up.
Update: H is the exact (constrained) least squares solution. For W the log det is replaced by its
tangent, λ tr(Y WᵀW) with Y = (WᵀW + δI)⁻¹, and the quadratic problem is lowered by the optimal
gradient method; both a few times over. λ is ``penalty`` times the ratio of the two terms at the
start, δ is relative to the data.
Cost: one read of X, 4 · bands · pixels · r operations and the pixels' small problems an iteration.
Guarantee: the loss never rises; the spectra are the true ones up to noise, even without pure pixels,
when abundances are scattered well enough. A large penalty or a bad start shrinks too much; outliers
hurt. The history shows ‖X − WH‖/‖X‖, which may rise while the volume shrinks.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from time import perf_counter
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.methods import Factorization, Problem
from hsunmix.methods.factorization import _steps
from hsunmix.methods.factorization._exact import exact_abundances
from hsunmix.methods.factorization._initial import initial_spectra
from hsunmix.methods.factorization._steps import Array, Quadratic, Work, divided, fit_by_work
from hsunmix.methods.factorization._two_block import Common, Factors, descend
from hsunmix.methods.shared._least_squares import refuse_broken, unit_spectra
from hsunmix.methods.shared.descent import optimal_gradient
from hsunmix.model.progress import Step

__all__ = ["EVERYDAY", "REFERENCE", "STARTS_FROM_SPECTRA", "TITLE", "Params", "run"]

TITLE = "Minimum volume NMF"
REFERENCE = "Leplat, Ang and Gillis, ICASSP (2019); Fu, Huang, Sidiropoulos and Ma, IEEE SPM 36 (2019)"
EVERYDAY = True
STARTS_FROM_SPECTRA = True

ROUNDS, INNER = 2, 20  # tangents, and gradient steps for each
DELTA = 0.1
SMALLEST_FIT = 1e-6  # of ‖X‖²: where the start fits exactly, λ would vanish


class Params(Common, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of minvol."""

    penalty: Annotated[
        float, Meta(ge=0, le=1000, description="Weight of the volume, relative to the misfit at the start")
    ] = 0.1
    model: Annotated[
        Literal["spectra", "fractions"],
        Meta(description="What is bounded: each spectrum's sum (allows shade), or each pixel's abundances"),
    ] = "spectra"


class Steps(_steps.Steps):
    """H exactly, W by optimal gradients on the tangent of the log det."""

    def __init__(self, model: str, delta: float) -> None:
        self.fractions, self.delta, self.weight = model == "fractions", delta, 0.0
        self.fixed = np.zeros((0, 0))  # locked spectra; they count for the volume

    def fit(self, scene: Scene, w: Array) -> Generator[Step | None, None, PerPixel]:
        """Solve every pixel."""
        return (yield from fit_by_work(self, scene, w))

    def abundances(self, w: Array) -> Generator[Step | None, None, Work]:
        """Solve every pixel: h ≥ 0, and Σh ≤ 1 with ``fractions``."""
        if self.fractions:
            return (yield from _at_most_one(w))
        return (yield from exact_abundances(w))

    def spectra(self, quadratic: Quadratic) -> Array:
        """Lower the quadratic problem on the tangent, twice."""
        inside: Callable[[Array], Array] = _nonnegative if self.fractions else _on_simplex
        wt, c, g, free = quadratic.wt, quadratic.c, quadratic.g, quadratic.free
        whole = np.empty((len(wt) + len(self.fixed), wt.shape[1]))
        place = np.setdiff1d(np.arange(len(whole)), free)
        whole[place] = self.fixed
        for _ in range(ROUNDS):
            whole[free] = wt
            y = self.weight * np.linalg.inv(whole @ whole.T + self.delta * np.eye(len(whole)))
            right = c - y[np.ix_(free, place)] @ self.fixed if len(place) else c
            wt = _descend(wt, right, g + y[np.ix_(free, free)], inside)
        return wt

    def penalty(self, w: Array, h: PerPixel) -> float:  # noqa: ARG002
        """½ λ log det(WᵀW + δI)."""
        return 0.5 * self.weight * self.volume(w)

    def volume(self, w: Array) -> float:
        """Log det(WᵀW + δI), W in units of the largest value."""
        whole = w.T @ w / self.delta + np.eye(w.shape[1])  # free of the data's unit
        return float(np.linalg.slogdet(DELTA * whole)[1])


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize the scene."""
    scene, rank = problem.scene, problem.rank
    began = perf_counter()
    w = yield from initial_spectra(problem, params.init)
    fractions = params.model == "fractions"
    sums = np.where(w.sum(axis=0) > 0, w.sum(axis=0), 1)
    if not fractions:
        w = w / sums
    largest = max(scene.largest, 0.0) if fractions else 1.0
    steps = Steps(params.model, DELTA * max(largest, 1e-30) ** 2)
    steps.fixed = w.T[sorted(problem.locked)]
    h = yield from steps.fit(scene, w)
    factors = Factors(scene, w, h, tuple(sorted(problem.locked)), steps)
    yield from factors.measure()
    fit = max(2 * factors.loss, SMALLEST_FIT * factors.norm)
    steps.weight = params.penalty * fit / max(abs(steps.volume(w)), 1e-3)
    yield from factors.measure()
    _, history, converged = yield from descend(factors, params, began, own_loss=True)
    w = factors.w
    h = yield from steps.fit(scene, w)
    if not fractions and problem.locked:
        back = np.where(np.isin(np.arange(rank), problem.locked), sums, 1)
        w, h = w * back, (yield from divided(scene, h, back))
    return Factorization(w, h, history, converged, fixed_scale=fractions, note=factors.note)


def _at_most_one(w: Array) -> Generator[Step | None, None, Work]:
    """Nonnegative least squares; where their sum exceeds one the bound holds as an equality."""
    from hsunmix.kernels.exact import exact
    from hsunmix.kernels.two_block import add_sums

    solver = exact(w.shape[1])
    yield compiling(solver)
    yield compiling(add_sums)
    wt, (unit, length) = np.ascontiguousarray(w.T), unit_spectra(w)
    return Work(_solve_at_most_one, (wt, wt @ wt.T, unit, unit @ unit.T, 1 / length))


def _solve_at_most_one(
    part: Part, wt: Array, g: Array, unit: Array, g_unit: Array, scale: Array, h: NDArray[np.float32],
    xht: Array, hht: Array,
) -> None:  # fmt: skip
    from hsunmix.kernels.exact import exact
    from hsunmix.kernels.two_block import add_sums

    solver, none, same = exact(len(wt)), np.zeros(len(wt)), np.ones(len(wt))
    refuse_broken(solver(part.tiles, part.counts, unit, g_unit, False, h, none, scale))
    above = h.sum(axis=1) > 1
    if above.any():
        bounded = np.empty_like(h)
        refuse_broken(solver(part.tiles, part.counts, wt, g, True, bounded, none, same))
        np.copyto(h, bounded, where=above[:, None])
    add_sums(part.tiles, h, xht, hht)


def _descend(wt: Array, c: Array, g: Array, inside: Callable[[Array], Array]) -> Array:
    """Optimal gradient steps for ½⟨W, gW⟩ − ⟨c, W⟩, with restarts; the last point is the lowest."""
    length = float(np.linalg.norm(g, 2)) or 1.0
    return optimal_gradient(wt, lambda at: inside(at - (g @ at - c) / length), INNER)


def _nonnegative(wt: Array) -> Array:
    return np.maximum(wt, 0)


def _on_simplex(wt: Array) -> Array:
    """Nearest rows that are ≥ 0 and sum to one (Held, Wolfe and Crowder's sorting)."""
    ordered = -np.sort(-wt, axis=1)
    excess = (np.cumsum(ordered, axis=1) - 1) / np.arange(1, wt.shape[1] + 1)
    count = (ordered > excess).sum(axis=1)
    return np.asarray(np.maximum(wt - excess[np.arange(len(wt)), count - 1][:, None], 0))
