"""Other sets of endmembers that explain a scene hardly worse than a result's, found in other ways.

For scenes on which no criterion tells which set is right: materials vary, so no number of endmembers leaves
noise only.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods import Problem
from hsunmix.methods._smoothing import Smoothed
from hsunmix.methods.factorization._excess import abundances
from hsunmix.methods.factorization._vertices import spectra, vertices
from hsunmix.model.angles import angles
from hsunmix.model.progress import Step, relay

__all__ = ["candidate_sets"]

Array = NDArray[np.float64]

REFINEMENT = 20  # iterations, as auto has them
WAYS = (
    ("nfindr", 50, False), ("nfindr", 50, True), ("nfindr", 20, True), ("nfindr", 8, True),
    ("vca", 50, True), ("spa", 50, True), ("vca", 20, False), ("spa", 20, False),
)  # fmt: skip
AS_WELL = 1.15  # times what the result leaves (root mean square), up to which others count


def candidate_sets(
    smooth: Smoothed, w: Array, problem: Problem, model: str
) -> Generator[Step | None, None, list[Array]]:
    """Return them, (bands used, r) each, with columns in the order of the result's.

    Parameters
    ----------
    smooth : Smoothed
    w : array, (bands used, r)
        The result's endmembers.
    problem : Problem
        Locked spectra stay as they are in every set.
    model : str
        Abundance method that says how well a set explains the scene.
    """
    most = AS_WELL * (yield from _left(smooth, w, model))
    found = []
    for init, count, by_brightness in WAYS:
        work = vertices(smooth, count, by_brightness, REFINEMENT, problem.seed, init)
        got = yield from relay(work, lambda _: None)
        if got.w.shape[1] < w.shape[1]:
            continue
        new = _matched(spectra(smooth, got), w)
        if problem.locked and problem.start is not None:
            new[:, list(problem.locked)] = problem.start[:, list(problem.locked)]
        if model != "fcls":  # then their brightness means nothing
            new = _as_bright(new, w)
        if (yield from _left(smooth, new, model)) <= most:
            found.append(new)
    return found


def _left(smooth: Smoothed, w: Array, model: str) -> Generator[Step | None, None, float]:
    """Root mean square of what is left of the sample in its first directions."""
    inside = smooth.basis @ w
    h = yield from abundances(smooth.raw, inside, model)
    with single_threaded_blas():
        return float(np.sqrt(np.square(smooth.raw - inside @ h).mean()))


@single_threaded_blas()
def _matched(found: Array, w: Array) -> Array:
    """Put spectra in the order of those that they are most like, one to one."""
    from scipy.optimize import linear_sum_assignment

    return found[:, linear_sum_assignment(angles(w, found))[1]]


def _as_bright(new: Array, w: Array) -> Array:
    return np.asarray(new * ((new * w).sum(axis=0) / np.maximum(np.square(new).sum(axis=0), 1e-300)))
