"""Sparse NMF: few endmembers in each pixel, because abundances cost.

Problem: minimize ½‖X − W H‖²_F + λ Σ h over W ≥ 0 with columns of length one, H ≥ 0. λ is ``penalty``
times the mean length of a pixel (root mean square), so the penalty is the share that a pure pixel
of mean brightness loses.
Update: H is the exact solution for W, since on h ≥ 0 the penalty is linear; then each column of W in
turn is set to its optimum w ∝ max(R hᵀ, 0), R being what the others leave, several times over.
Cost: one read of X, 4 · bands · pixels · r operations and the pixels' small problems an iteration.
Guarantee: the loss never rises. Abundances come out smaller than they are, by design; ask for
``nnls`` abundances to undo this while keeping the spectra. The history shows ‖X − WH‖/‖X‖,
which is not all that is minimized and may rise.
"""

from __future__ import annotations

from collections.abc import Generator
from time import perf_counter
from typing import Annotated

import numpy as np
from msgspec import Meta

from hsunmix.engine.passes import norms_squared
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import PerPixel
from hsunmix.methods import Factorization, Problem
from hsunmix.methods.factorization import _steps
from hsunmix.methods.factorization._exact import exact_abundances
from hsunmix.methods.factorization._initial import initial_spectra
from hsunmix.methods.factorization._steps import Array, Quadratic, Work, divided, fit_by_work
from hsunmix.methods.factorization._two_block import Common, Factors, descend
from hsunmix.model.progress import Step

__all__ = ["REFERENCE", "STARTS_FROM_SPECTRA", "TITLE", "Params", "run"]

TITLE = "Sparse NMF"
REFERENCE = "Hoyer, IEEE Workshop on Neural Networks for Signal Processing (2002)"
STARTS_FROM_SPECTRA = True

SWEEPS = 10


class Params(Common, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of sparse."""

    penalty: Annotated[
        float, Meta(ge=0, le=1, description="Cost of abundances: the share that a mean pure pixel loses")
    ] = 0.005


class Steps(_steps.Steps):
    """Both exactly, W one column at a time."""

    def __init__(self, weight: float) -> None:
        self.weight = weight

    def fit(self, scene: Scene, w: Array) -> Generator[Step | None, None, PerPixel]:
        """Solve every pixel."""
        return (yield from fit_by_work(self, scene, w))

    def abundances(self, w: Array) -> Generator[Step | None, None, Work]:
        """Solve every pixel."""
        return (yield from exact_abundances(w, self.weight))

    def spectra(self, quadratic: Quadratic) -> Array:
        """Sweep the columns of W."""
        wt, c, g = quadratic.wt.copy(), quadratic.c, quadratic.g
        for _ in range(SWEEPS):
            before = wt.copy()
            for k in np.flatnonzero(np.diag(g) > 0):
                rest = c[k] - g[k] @ wt + g[k, k] * wt[k]
                best = np.maximum(rest, 0)
                length = np.linalg.norm(best)
                if length > 0:
                    wt[k] = best / length
                else:  # every entry hurts: the least bad one alone
                    wt[k] = np.eye(1, len(rest), int(rest.argmax()))[0]
            if np.abs(wt - before).max() <= 1e-6:
                break
        return wt

    def penalty(self, w: Array, h: PerPixel) -> float:  # noqa: ARG002
        """λ Σ h."""
        return self.weight * h.sum()


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize the scene."""
    scene, rank = problem.scene, problem.rank
    began = perf_counter()
    w = yield from initial_spectra(problem, params.init)
    length = np.linalg.norm(w, axis=0)
    length[length == 0] = 1
    norm = float((yield from norms_squared(scene)).sum())
    steps = Steps(params.penalty * float(np.sqrt(norm / scene.n_pixels)))
    h = yield from steps.fit(scene, w / length)
    factors = Factors(scene, w / length, h, problem.locked, steps)
    yield from factors.measure()
    _, history, converged = yield from descend(factors, params, began, own_loss=True)
    w = factors.w
    h = yield from steps.fit(scene, w)
    back = np.where(np.isin(np.arange(rank), problem.locked), length, 1)
    h = yield from divided(scene, h, back)
    return Factorization(w * back, h, history, converged, note=factors.note)
