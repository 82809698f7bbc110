"""The spectral angle between spectra, and which of two sets belong together by it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["angles", "cosines", "paired"]

Array = NDArray[np.float64]


def cosines(first: Array, second: Array) -> Array:
    """Return the cosine of every column's angle with every other, (r1, r2); zero where one has no length.

    Parameters
    ----------
    first, second : array, (bands, r1) and (bands, r2)
    """
    lengths = np.linalg.norm(first, axis=0)[:, None] * np.linalg.norm(second, axis=0)
    shape = (first.shape[1], second.shape[1])
    return np.asarray(np.divide(first.T @ second, lengths, out=np.zeros(shape), where=lengths > 0))


def angles(first: Array, second: Array) -> Array:
    """Return the same in degrees."""
    return np.asarray(np.degrees(np.arccos(np.clip(cosines(first, second), -1, 1))))


def paired(first: Array, second: Array) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
    """Pair columns one to one such that the sum of their angles is smallest (the Hungarian method).

    Parameters
    ----------
    first, second : array, (bands, r1) and (bands, r2)

    Returns
    -------
    one, other : array of int, (min(r1, r2),)
        Columns of both that belong together; the first ones ascend.
    degrees : array
        Their angles.
    """
    from scipy.optimize import linear_sum_assignment

    between = angles(first, second)
    one, other = linear_sum_assignment(between)
    return one, other, between[one, other]
