"""How near a result comes to the truth."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.angles import angles as between
from hsunmix.model.angles import paired

__all__ = ["Score", "angles", "nearest", "score"]

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
    angles, mrsa : array, (r,)
        Spectral angle of every endmember, and the angle after its mean is taken off (mean-removed spectral
        angle), degrees.
    """

    angle: float
    rmse: float = float("nan")
    angles: Array = field(default_factory=lambda: np.zeros(0))
    mrsa: Array = field(default_factory=lambda: np.zeros(0))


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
    _, order, degrees = paired(true, found)
    return degrees, order


def score(
    found: Array, abundances: Array, true: Array, true_abundances: Array | None, shares: bool = False
) -> Score:
    """Score a result.

    Parameters
    ----------
    found, true : array, (bands, r)
        Bands in which a spectrum has no value are not compared.
    abundances, true_abundances : array, (r, pixels)
        Pixels without abundances are not compared.
    shares : bool
        Compare abundances divided by their sum.
    """
    whole = np.isfinite(found).all(axis=1)
    found, true = found[whole], true[whole]
    if found.shape[1] < true.shape[1]:
        found = np.pad(found, ((0, 0), (0, true.shape[1] - found.shape[1])))
        abundances = np.pad(abundances, ((0, true.shape[1] - len(abundances)), (0, 0)))
    degrees, order = angles(found, true)
    mrsa = between(true - true.mean(axis=0), found[:, order] - found[:, order].mean(axis=0)).diagonal()
    rmse = float("nan")
    if true_abundances is not None:
        h = abundances[order]
        if shares:
            h = h / np.maximum(h.sum(axis=0), 1e-12)
        known = np.isfinite(h).all(axis=0)
        rmse = float(np.sqrt(np.mean((h[:, known] - true_abundances[:, known]) ** 2)))
    return Score(float(degrees.mean()), rmse, degrees, mrsa)


def nearest(x: Array, true: Array) -> Array:
    """Spectral angle from each true endmember to the pixel that is most like it, (r,), degrees."""
    return np.asarray(between(true, x).min(axis=1))
