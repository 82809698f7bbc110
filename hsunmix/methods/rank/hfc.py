"""Harsanyi, Farrand and Chang's test (HFC): in how many directions the mean is no accident of noise.

Problem: count the eigenvalues of the correlation matrix that are larger than those of the covariance
matrix by more than noise explains, with a given probability of a false alarm (Neyman and Pearson).
Method: the l-th eigenvalues of both are compared; their difference is normal with variance
2/N (λ² + κ²) where only noise is.
Cost: one read of X, and eigenvalues of two bands × bands matrices.
Limits: noise is taken as equal in all bands (nwhfc drops this), pixels as independent, and a source
whose mean lies along that of the others is missed.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from hsunmix.engine.passes import gram
from hsunmix.engine.scene import Scene
from hsunmix.errors import InputError
from hsunmix.methods import RankEstimate
from hsunmix.methods.rank._eigenvalues import FalseAlarm as Params
from hsunmix.methods.rank._eigenvalues import significant
from hsunmix.model.progress import Step

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

TITLE = "Virtual dimensionality (HFC)"
REFERENCE = "Chang and Du, IEEE TGRS 42 (2004); Harsanyi, Farrand and Chang (1993)"


def run(scene: Scene, params: Params) -> Generator[Step | None, None, RankEstimate]:
    """Estimate the virtual dimensionality."""
    n = scene.n_pixels
    if n < 2:
        raise InputError("hfc needs at least 2 pixels")
    product, total = yield from gram(scene)
    mean = total / n
    correlation = product / n
    count, score, threshold = significant(
        correlation, correlation - np.outer(mean, mean), n, params.false_alarm
    )
    rank = max(count, 1)
    return RankEstimate(
        rank,
        score[: max(2 * rank, rank + 10)],
        "eigenvalue with the mean less that without, in standard deviations of noise",
        f"{rank} directions hold a signal by HFC: there the eigenvalues differ by more than "
        f"{threshold:.1f} standard deviations (false alarms {params.false_alarm:g}).",
    )
