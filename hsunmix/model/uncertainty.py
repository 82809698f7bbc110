"""How sure a result is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEVEL", "SD_MAP", "RestsOn", "Uncertainty", "deviates"]

RestsOn = Literal["noise", "moves", "sets"]

SD_MAP = "abundance_sd"
LEVEL = 0.9  # share of the intervals that should hold the truth
STABLE = 1.0  # degrees up to which other sets of endmembers agree with one


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """How far endmembers, and so abundances, might be others; the map ``abundance_sd`` goes with it.

    Attributes
    ----------
    spectra_sd : array of float64, (bands, r)
        Standard deviation of each value of the endmembers, in the cube's units; NaN in bands that were not
        used.
    degrees : array of float64, (r,)
        Root mean square of the spectral angle between each endmember and what else it might be.
    rests_on : str
        ``noise`` alone, where endmembers were given; ``moves`` of the endmembers that the noise would hide;
        or other ``sets`` of them that explain the scene hardly worse.
    sets : int
        How many of these were compared.
    doubtful_pixels : int
        Pixels of which far more is left than of others: they hold something else.
    doubt : str
        Why intervals are not to be trusted, for an analyst; empty where they may be.
    """

    spectra_sd: NDArray[np.float64]
    degrees: NDArray[np.float64]
    rests_on: RestsOn = "noise"
    sets: int = 0
    doubtful_pixels: int = 0
    doubt: str = ""

    def of(self, k: int) -> str:
        """Say how far an endmember might be another: ``stable``, ``±4°``; nothing where that is not asked."""
        if self.rests_on == "noise" or (self.rests_on == "sets" and not self.sets):
            return ""
        degrees = float(self.degrees[k])
        return "stable" if degrees <= STABLE else f"±{degrees:.1f}°" if degrees < 3 else f"±{degrees:.0f}°"

    def reordered(self, order: Sequence[int]) -> Uncertainty:
        """Return it for the endmembers in another order: for each new place the old one."""
        index = list(order)
        return replace(self, spectra_sd=self.spectra_sd[:, index], degrees=self.degrees[index])

    @property
    def sentence(self) -> str:
        """What the deviations rest on, and which pixels hold something else, for an analyst."""
        others = "1 other set" if self.sets == 1 else f"{self.sets} other sets"
        rests = {
            "noise": "the noise of the pixels, for these endmembers",
            "moves": "the noise, and how far it lets endmembers lie elsewhere",
            "sets": f"the noise, and {others} of endmembers that explain the scene hardly worse",
        }[self.rests_on]
        odd = ""
        if self.doubtful_pixels:
            one = self.doubtful_pixels == 1
            odd = (
                f"Far more is left of {self.doubtful_pixels} pixel{'' if one else 's'} than of the others: "
                f"{'it holds' if one else 'they hold'} something else."
            )
        return " ".join(filter(None, [f"The standard deviations rest on {rests}.", odd]))


def deviates(level: float = LEVEL) -> float:
    """Return how many standard deviations an interval reaches to each side.

    Raises
    ------
    ValueError
        The level is no share.
    """
    from statistics import NormalDist

    if not 0 < level < 1:
        raise ValueError(f"a share of intervals lies between 0 and 1, not at {level:g}")
    return NormalDist().inv_cdf(0.5 + level / 2)
