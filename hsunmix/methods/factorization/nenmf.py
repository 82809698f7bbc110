"""NeNMF: NMF with Nesterov's optimal gradient method for each factor in turn.

Problem: minimize ‖X − W H‖²_F over W ≥ 0, H ≥ 0.
Update: with W fixed, h ← max(y − (Gy − c)/L, 0) from a point y ahead of h, where G = WᵀW, c = Wᵀx
and L = ‖G‖₂; up to 50 steps, fewer when the step has become short; then the same for W. The momentum
restarts when it overshoots. Every tile of pixels is iterated by itself while it is in the cache.
Cost: one read of X, 4 · bands · pixels · r operations and 2 · pixels · r² a step.
Guarantee: each factor's error falls as 1/steps², and limit points are stationary.
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

TITLE = "NMF by optimal gradients (NeNMF)"
REFERENCE = "Guan, Tao, Luo and Yuan, IEEE Transactions on Signal Processing 60 (2012)"
STARTS_FROM_SPECTRA = True
MONOTONE_LOSS = True

INNER, DELTA = 50, 0.02  # inner steps, at most and until the progress is this share of the first


class Params(Common, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of nenmf."""


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize the scene."""
    steps = InnerSteps("optimal_gradient", _largest, INNER, DELTA)
    return (yield from factorize(problem, params, params.init, steps))


def _largest(g: Array) -> float:
    """Lipschitz constant of the gradient: the largest eigenvalue."""
    return max(float(np.linalg.norm(g, 2)), 1e-30)
