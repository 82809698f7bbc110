"""Projected gradients: NMF with steps along the gradient whose length is searched.

Problem: minimize ‖X − W H‖²_F over W ≥ 0, H ≥ 0.
Update: with W fixed, h ← max(h − α(Gh − c), 0) where G = WᵀW and c = Wᵀx; α is multiplied or divided
by ten from its last value until the error falls by enough and no longer step would do; up to 20
steps; then the same for W. Every tile of pixels has its own α.
Cost: one read of X, 4 · bands · pixels · r operations and about 6 · pixels · r² a step.
Guarantee: the error never rises, and limit points are stationary. Slower than hals and nenmf; it is
here because other programs have it.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from hsunmix.methods import Factorization, Problem
from hsunmix.methods.factorization._inner import InnerSteps
from hsunmix.methods.factorization._steps import Array
from hsunmix.methods.factorization._two_block import Common, factorize
from hsunmix.model.progress import Step

__all__ = ["MONOTONE_LOSS", "REFERENCE", "STARTS_FROM_SPECTRA", "TITLE", "Params", "run"]

TITLE = "NMF by projected gradients"
REFERENCE = "Lin, Neural Computation 19 (2007)"
STARTS_FROM_SPECTRA = True
MONOTONE_LOSS = True

INNER, DELTA = 20, 0.05  # inner steps, at most and until the progress is this share of the first


class Params(Common, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of pgrad."""


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize the scene."""
    steps = InnerSteps("projected_gradient", _step, INNER, DELTA)
    return (yield from factorize(problem, params, params.init, steps))


def _step(g: Array) -> float:
    """First step: safe for the steepest direction."""
    return 1 / max(float(np.linalg.norm(g, 2)), 1e-30)
