"""The best of many random sets of pixels: what every other method has to beat.

Problem: find r columns of X whose cone is near all others.
Method: draw ``sets`` sets of r different pixels; the one with the lowest relative error (exact
nonnegative abundances) is the result. Large scenes are judged on every m-th pixel, at least 5000 of
them.
Cost: one read of those pixels for every 200 pixels drawn, and an nnls on them for every set.
Guarantee: none. A method that explains the scene no better than this has found nothing.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated

import numpy as np
from msgspec import Meta

from hsunmix.methods import Extraction, Problem
from hsunmix.methods.extraction._choice import best_set, extraction
from hsunmix.methods.extraction._options import Options, with_options
from hsunmix.model.progress import Step

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

TITLE = "Random pixels (RAND)"
REFERENCE = "Gillis, Nonnegative Matrix Factorization, SIAM (2020): the usual floor of comparisons"


class Params(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of random."""

    sets: Annotated[int, Meta(ge=1, le=100_000, description="Draw so many sets, keep the best")] = 50


@with_options
def run(problem: Problem, params: Params) -> Generator[Step | None, None, Extraction]:
    """Draw; fewer than ``rank`` are returned when no set holds so many independent spectra."""
    scene, rank = problem.scene, problem.rank
    rng = np.random.default_rng(problem.seed)
    size = min(rank, scene.n_pixels)
    sets = [rng.choice(scene.n_pixels, size, replace=False) for _ in range(params.sets)]
    columns = yield from best_set(scene, sets, "Random set")
    return extraction(scene, columns, rank)
