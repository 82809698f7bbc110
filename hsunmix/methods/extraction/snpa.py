"""Successive nonnegative projection: take the pixel that mixtures of those taken explain worst.

Problem: find r columns of X whose mixtures, abundances ≥ 0 with sums of at most one, are all others.
Update: k = argmax_j min ‖x_j − X(:, K) h‖ over h ≥ 0, Σh ≤ 1; then K ← K ∪ {k}. Of pixels within
1e-6 of the largest distance the longest is taken. The small problem of every pixel is solved
exactly, beginning with the endmembers that it had before; residuals are never formed.
Cost: one read of X and 2 · bands · pixels operations an endmember, and a few r × r products for
every pixel that may be the next choice.
Guarantee: as spa, but more robust, and also where the spectra are linearly dependent, as long as
none is a mixture of the others and the origin. It does not protect against outliers.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from hsunmix.methods import Extraction, Problem
from hsunmix.methods.extraction._model import Model
from hsunmix.methods.extraction._options import Options, with_options
from hsunmix.methods.extraction.spa import pick
from hsunmix.model.progress import Step

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

TITLE = "Successive nonnegative projection (SNPA)"
REFERENCE = "Gillis, SIAM Journal on Imaging Sciences 7 (2014)"


class Params(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of snpa."""


@with_options
def run(problem: Problem, params: Params) -> Generator[Step | None, None, Extraction]:
    """Choose ``rank`` pixels, fewer when the others are mixtures of those."""
    scene, rank = problem.scene, problem.rank
    model = yield from Model.begin(scene, rank, bounded=True)
    chosen: list[int] = []
    while len(chosen) < rank and not model.exhausted:
        chosen.append(pick(model.residual, model.norms))
        yield Step(len(chosen) / rank, message=f"Endmember {len(chosen)} of {rank}")
        if len(chosen) < rank:
            yield from model.add(chosen[-1])
    note = "" if len(chosen) == rank else f"All pixels are mixtures of only {len(chosen)} of them."
    columns = np.array(chosen, dtype=np.int64)
    return Extraction(np.maximum(scene.columns(columns), 0), columns, note)
