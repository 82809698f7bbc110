"""Alternating nonnegative least squares: NMF where each factor in turn is made exactly optimal.

Problem: minimize ‖X − W H‖²_F over W ≥ 0, H ≥ 0.
Update: H is the exact nonnegative least squares solution for W, then W the exact one for H. Pixels
are solved by sets of endmembers, as by nnls; bands likewise, from X Hᵀ and H Hᵀ.
Cost: one read of X, 4 · bands · pixels · r operations and the pixels' small problems an iteration.
Guarantee: the error never rises, and limit points are stationary. It needs fewer iterations than
methods that improve a factor a little, but zigzags where endmembers are much alike.
"""

from __future__ import annotations

from collections.abc import Generator

from hsunmix.methods import Factorization, Problem
from hsunmix.methods.factorization import _steps
from hsunmix.methods.factorization._exact import exact_abundances, exact_spectra
from hsunmix.methods.factorization._steps import Array, Quadratic, Work
from hsunmix.methods.factorization._two_block import Common, factorize
from hsunmix.model.progress import Step

__all__ = ["MONOTONE_LOSS", "REFERENCE", "STARTS_FROM_SPECTRA", "TITLE", "Params", "run"]

TITLE = "NMF by alternating nonnegative least squares (ANLS)"
REFERENCE = "Kim and Park, SIAM Journal on Scientific Computing 33 (2011)"
STARTS_FROM_SPECTRA = True
MONOTONE_LOSS = True


class Params(Common, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of anls."""


class Steps(_steps.Steps):
    """Exact both ways."""

    def abundances(self, w: Array) -> Generator[Step | None, None, Work]:
        """Solve every pixel."""
        return (yield from exact_abundances(w))

    def spectra(self, quadratic: Quadratic) -> Array:
        """Solve every band."""
        return exact_spectra(quadratic.c, quadratic.g)


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize the scene."""
    return (yield from factorize(problem, params, params.init, Steps()))
