"""What hfc and nwhfc share: a test of every eigenvalue, with the mean and without it."""

from __future__ import annotations

from statistics import NormalDist
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.threads import single_threaded_blas

__all__ = ["FalseAlarm", "significant"]

Array = NDArray[np.float64]


class FalseAlarm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parameter of both methods."""

    false_alarm: Annotated[
        float, Meta(ge=1e-9, le=0.4, description="Probability of taking noise for a signal, per eigenvalue")
    ] = 1e-3


@single_threaded_blas()
def significant(
    correlation: Array, covariance: Array, n: int, false_alarm: float
) -> tuple[int, Array, float]:
    """Count the eigenvalues of the correlation that exceed those of the covariance.

    A source that is there moves the mean, so it shows in the correlation's eigenvalue and not in the
    covariance's; noise has the same in both. For n pixels their difference has about the variance
    2 / n · (λ² + κ²).

    Returns
    -------
    count : int
    score : array (bands,)
        Differences in standard deviations, in the order of the eigenvalues.
    threshold : float
        The score that noise exceeds with probability ``false_alarm``.
    """
    largest = np.linalg.eigvalsh(correlation)[::-1]
    centred = np.linalg.eigvalsh(covariance)[::-1]
    deviation = np.sqrt(2 / n * (largest**2 + centred**2))
    # Below this, eigenvalues are rounding of float32 data, not noise.
    score = (largest - centred) / np.maximum(deviation, 1e-13 * largest[0] + 1e-300)
    threshold = -NormalDist().inv_cdf(false_alarm)
    return int((score > threshold).sum()), score, threshold
