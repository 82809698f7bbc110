"""Orthogonal NMF: every pixel belongs to one endmember, bright or dark; a cluster map.

Problem: minimize ‖X − W H‖²_F over W ≥ 0, H ≥ 0 with rows of H orthogonal: as they are nonnegative,
each pixel has one abundance that isn't zero. This is k-means on the directions of the spectra.
Update: each pixel goes to the endmember with the smallest angle, h = wᵀx/‖w‖²; then each endmember
becomes X hᵀ/‖h‖², the mean of its pixels weighted by brightness. The k-means++ start draws pixels
with a probability proportional to what those before them leave unexplained.
Cost: one read of X and 4 · bands · pixels · r operations an iteration.
Guarantee: the error never rises and the iteration ends, at a local optimum that depends on the
start. Mixed pixels are not explained: for maps of what prevails, not for fractions.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from hsunmix.methods import Factorization, Problem
from hsunmix.methods.factorization._clusters import ClusterParams, OneEach, with_draws
from hsunmix.methods.factorization._steps import Array, Quadratic
from hsunmix.methods.factorization._two_block import factorize
from hsunmix.model.progress import Step

__all__ = ["MONOTONE_LOSS", "REFERENCE", "STARTS_FROM_SPECTRA", "TITLE", "Params", "run"]

TITLE = "Orthogonal NMF (clusters)"
REFERENCE = (
    "Pompili, Gillis, Absil and Glineur, Neurocomputing 141 (2014); Arthur and Vassilvitskii, SODA (2007)"
)
STARTS_FROM_SPECTRA = True
MONOTONE_LOSS = True


class Params(ClusterParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of orthogonal."""


class Steps(OneEach):
    """Spectra are the means of their pixels."""

    def spectra(self, quadratic: Quadratic) -> Array:
        """Weighted means; what has no pixels stays."""
        power = np.diag(quadratic.g)[:, None]
        means = np.maximum(quadratic.c, 0) / np.where(power > 0, power, 1)
        return np.asarray(np.where(power > 0, means, quadratic.wt))


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize the scene."""
    problem = yield from with_draws(problem, params.init)
    return (yield from factorize(problem, params, params.init, Steps()))
