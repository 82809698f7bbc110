"""The noise of a band is what regression on all other bands can't predict.

With P = R⁻¹, R the bands' correlation, band i is −Σ_j≠i P_ij / P_ii x_j plus noise of variance 1 / P_ii.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.threads import single_threaded_blas

__all__ = ["precision", "unpredicted"]

Array = NDArray[np.float64]

RIDGE = 1e-10  # of the mean of the diagonal


@single_threaded_blas()
def precision(correlation: Array, ridge: float | None = None) -> Array:
    """Return P, (bands, bands): the inverse of a correlation, whose diagonal is lifted a little."""
    p = len(correlation)
    lifted = RIDGE * np.trace(correlation) / p if ridge is None else ridge
    return np.asarray(np.linalg.inv(correlation + lifted * np.eye(p)))


def unpredicted(precision: Array) -> Array:
    """Return what takes spectra, (bands, pixels), to what the other bands don't predict of them."""
    return np.asarray(precision / np.diag(precision)[:, None])
