"""The two ends of tiles along directions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def extremes(y: NDArray, f: NDArray) -> NDArray:
    """Return (2, m): the largest and smallest fᵀ y, of y (k, pixels)."""
    along = f.T @ y
    return np.array([along.max(axis=1, initial=-np.inf), along.min(axis=1, initial=np.inf)])
