"""Numbers that say how well a result explains its scene."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.unmixing import Unmixing

__all__ = ["Statistics", "gather", "residual_statistics", "top_of_residual"]

NEAR_ONE = 0.05
PIXELS = 1 << 18  # looked at together


def top_of_residual(rmse: NDArray[Any]) -> float:
    """Return the end of the residual's colours: above 99.5 % of the pixels, never zero."""
    known = rmse[np.isfinite(rmse)]
    if not known.size:
        return 1.0
    return float(np.percentile(known, 99.5)) or float(known.max()) or 1.0


@dataclass(frozen=True)
class Statistics:
    """Over the pixels used.

    Attributes
    ----------
    pixels, used_pixels, bands, used_bands : int
    sum_near_one, negative, above_one : float
        Shares of the pixels whose abundances sum to one within 0.05, of which one is below
        −0.001, of which one is above 1.001.
    means, most : tuple of float
        Of each endmember: its mean abundance, and the share of the pixels of which it is the most.
    """

    pixels: int
    used_pixels: int
    bands: int
    used_bands: int
    sum_near_one: float
    negative: float
    above_one: float
    means: tuple[float, ...]
    most: tuple[float, ...]


def gather(unmixing: Unmixing) -> Generator[None, None, Statistics]:
    """Compute them, some pixels at a time."""
    rank = unmixing.rank
    flat = unmixing.abundances.reshape(rank, -1)
    used, near, negative, above = 0, 0, 0, 0
    sums, most = np.zeros(rank), np.zeros(rank)
    for first in range(0, flat.shape[1], PIXELS):
        part = flat[:, first : first + PIXELS]
        known = part[:, np.isfinite(part).all(axis=0)]
        used += known.shape[1]
        near += int(np.count_nonzero(np.abs(known.sum(axis=0, dtype=np.float64) - 1) <= NEAR_ONE))
        negative += int(np.count_nonzero((known < -0.001).any(axis=0)))
        above += int(np.count_nonzero((known > 1.001).any(axis=0)))
        sums += known.sum(axis=1, dtype=np.float64)
        most += np.bincount(known.argmax(axis=0), minlength=rank)
        yield
    whole = used or 1
    return Statistics(
        pixels=flat.shape[1],
        used_pixels=used,
        bands=int(unmixing.used_bands.size),
        used_bands=int(unmixing.used_bands.sum()),
        sum_near_one=near / whole,
        negative=negative / whole,
        above_one=above / whole,
        means=tuple((sums / whole).tolist()),
        most=tuple((most / whole).tolist()),
    )


def residual_statistics(rmse: NDArray[np.float32]) -> dict[str, float]:
    """Return its mean, median, 95th percentile and largest value, in the cube's units."""
    known = rmse[np.isfinite(rmse)]
    if not known.size:
        return {}
    median, high = np.percentile(known, [50, 95])
    return {
        "mean": float(known.mean(dtype=np.float64)), "median": float(median),
        "95 % of the pixels below": float(high), "largest": float(known.max()),
    }  # fmt: skip
