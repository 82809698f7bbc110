"""Numbers that say how well a result explains its scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.unmixing import Unmixing

__all__ = ["Statistics", "top_of_residual"]

NEAR_ONE = 0.05


def top_of_residual(rmse: NDArray[np.float32]) -> float:
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
    rmse : dict of str to float
        Its mean, median, 95th percentile and largest value, in the cube's units.
    sum_near_one, negative, above_one : float
        Shares of the pixels whose abundances sum to one within 0.05, of which one is below
        −0.001, of which one is above 1.001.
    """

    pixels: int
    used_pixels: int
    bands: int
    used_bands: int
    rmse: dict[str, float]
    sum_near_one: float
    negative: float
    above_one: float

    @classmethod
    def of(cls, unmixing: Unmixing) -> Statistics:
        """Compute them."""
        flat = unmixing.abundances.reshape(unmixing.rank, -1)
        used = np.isfinite(flat).all(axis=0)
        known = flat[:, used]
        count = int(used.sum())
        error = unmixing.rmse.reshape(-1)
        error = error[np.isfinite(error)].astype(np.float64)
        rmse = {}
        if error.size:
            median, high = np.percentile(error, [50, 95])
            rmse = {
                "mean": float(error.mean()), "median": float(median), "95 % of the pixels below": float(high),
                "largest": float(error.max()),
            }  # fmt: skip
        return cls(
            pixels=flat.shape[1],
            used_pixels=count,
            bands=int(unmixing.used_bands.size),
            used_bands=int(unmixing.used_bands.sum()),
            rmse=rmse,
            sum_near_one=_share(np.abs(known.sum(axis=0, dtype=np.float64) - 1) <= NEAR_ONE),
            negative=_share((known < -0.001).any(axis=0)),
            above_one=_share((known > 1.001).any(axis=0)),
        )


def _share(flags: NDArray[np.bool_] | np.bool_) -> float:
    return float(np.mean(flags)) if np.size(flags) else 0.0
