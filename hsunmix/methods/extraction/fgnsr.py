"""Self dictionary with few pixels in use (FGNSR): endmembers that explain the whole scene, not the odd.

Problem: minimize ½ ‖M − MX‖² + μ tr X over Ω = {0 ≤ X, x_ii ≤ 1, w_i x_ij ≤ w_j x_ii}, where M are
the centres of clusters that h2nmf finds, each times the root of its size; w = 1. The diagonal of X says how
much a centre is needed.
Method: fast gradient on products of rank 40; the projection onto Ω is a fixed point a row, nothing
is sorted; rows that the optimum leaves zero are left out. μ falls by steps from where X = 0, each
solution the start of the next, until tr X reaches r/2 + 1. Of the 2r candidates with the largest
diagonal those r are taken, by exchanges, that explain all candidates best.
Cost: h2nmf's clusters, r reads of X, or two where it stays in its file, and about 40 · candidates · pixels in
use an iteration.
Guarantee: with all pixels as candidates and no noise it finds the vertices of a separable scene;
odd pixels stand for few and are ignored. Where r pixels explain the scene to 1 %, they are
candidates too. Values below zero count as zero.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.methods.extraction._options import Options
from hsunmix.methods.extraction._selection import Candidates, selecting
from hsunmix.methods.extraction._self_dictionary import path
from hsunmix.model.progress import Step

__all__ = ["MOMENTS", "NUMBERS", "READS", "REFERENCE", "TITLE", "Params", "run"]

MOMENTS = True
NUMBERS = (272, 8)
READS = (2, 0)
TITLE = "Self dictionary by fast gradient (FGNSR)"
REFERENCE = "Gillis and Luce, IEEE TIP 27 (2018); candidates by Gillis, Kuang and Park, IEEE TGRS 53 (2015)"


class Params(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of fgnsr."""

    candidates: Annotated[
        int, Meta(ge=10, le=3000, description="Choose among so many pixels, centres of clusters")
    ] = 100
    max_iterations: Annotated[
        int,
        Meta(ge=1, le=100_000, description="Steps of the fast gradient method for one weight of the trace"),
    ] = 200


def _diagonal(
    given: Candidates, rank: int, params: Params
) -> Generator[Step | None, None, NDArray[np.float64]]:
    """Weigh the candidates by the diagonal of X."""
    enough = min(rank / 2 + 1, 0.9 * rank)
    m = given.weighted
    points = yield from path(
        m, np.ones(m.shape[1]), params.max_iterations, lambda point: bool(point.diagonal.sum() >= enough)
    )
    return points[-1].diagonal


run = selecting(_diagonal)
