"""How near a result comes to the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.angles import angles as between

__all__ = ["Score", "angles", "score"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """Distance from the truth.

    Attributes
    ----------
    angle : float
        Mean spectral angle of the matched endmembers, degrees.
    rmse : float
        Root mean square error of the abundances; NaN where the truth has none worth comparing.
    """

    angle: float
    rmse: float = float("nan")


def angles(found: Array, true: Array) -> tuple[Array, NDArray[np.intp]]:
    """Spectral angles of the best matching pairs.

    Parameters
    ----------
    found, true : array, (bands, r)

    Returns
    -------
    degrees : array, (r,)
    order : array of int, (r,)
        The column of ``found`` that is matched with each column of ``true`` (Hungarian method).
    """
    from scipy.optimize import linear_sum_assignment

    degrees = between(true, found)
    rows, order = linear_sum_assignment(degrees)
    return degrees[rows, order], order


def score(
    found: Array, abundances: Array, true: Array, true_abundances: Array | None, shares: bool = False
) -> Score:
    """Score a result.

    Parameters
    ----------
    found, true : array, (bands, r)
    abundances, true_abundances : array, (r, pixels)
    shares : bool
        Compare abundances divided by their sum.
    """
    if found.shape[1] < true.shape[1]:
        found = np.pad(found, ((0, 0), (0, true.shape[1] - found.shape[1])))
        abundances = np.pad(abundances, ((0, true.shape[1] - len(abundances)), (0, 0)))
    degrees, order = angles(found, true)
    if true_abundances is None:
        return Score(float(degrees.mean()))
    h = abundances[order]
    if shares:
        h = h / np.maximum(h.sum(axis=0), 1e-12)
    return Score(float(degrees.mean()), float(np.sqrt(np.mean((h - true_abundances) ** 2))))
