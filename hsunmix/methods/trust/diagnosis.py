"""Whether fractions mean anything: what makes abundances that should be shares exceed a whole, and its cure.

A nonnegative abundance may be as large as it likes. Of a spectrum that is nearly zero, such as that of
clear water, it takes several to explain a little brightness, so a dark endmember fills what the others leave,
and its map shows residuals. Sums of one prevent it; where brightness varies, sums of at most one do, with
shade for what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["DARK", "Diagnosis", "dark", "diagnose"]

DARK = 0.15  # of the length of the longest of the endmembers' spectra
WHOLE = 1.0  # the mean of a share of the pixels can't be above this
ROUNDING = 1e-4
TOGETHER = 2.0  # sum of the means above which light that varies is no reason any more
CURE = "Cure: abundances that sum to one (-a fcls), or to less where a pixel is in the shade (-a shade)."


@dataclass(frozen=True)
class Diagnosis:
    """Why abundances are no shares.

    Attributes
    ----------
    cause : str
        ``dark``, or empty where no spectrum is.
    endmembers : tuple of int
        Those whose mean abundance is more than a whole, the worst first; empty where only all together are.
    sentence : str
        For an analyst: what is seen, and what to do.
    cures : tuple of str
        Abundance methods that help, the nearest at hand first.
    """

    cause: str
    endmembers: tuple[int, ...]
    sentence: str
    cures: tuple[str, ...]


def dark(spectra: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which of some spectra, (bands, r), are dark beside the others, (r,); zeros are shade."""
    known = spectra[np.isfinite(spectra).all(axis=1)]
    lengths = np.linalg.norm(known, axis=0)
    if not lengths.any():
        return np.zeros(len(lengths), dtype=bool)
    return np.asarray((lengths > 0) & (lengths < DARK * lengths.max()))


def diagnose(spectra: NDArray[np.float64], means: NDArray[np.float64]) -> Diagnosis | None:
    """Say what makes a result's abundances exceed a whole.

    Parameters
    ----------
    spectra : array, (bands, r)
        Endmembers; NaN in bands that are not used.
    means : array, (r,)
        Mean abundance of each over the scene.

    Returns
    -------
    Diagnosis or None
        None where no mean is above 100 %, and their sum not above 200 %.
    """
    means = np.asarray(means, dtype=np.float64)
    above = [int(k) for k in np.argsort(-means) if means[k] > WHOLE + ROUNDING]
    if not above:
        return _together(float(means.sum()))
    is_dark = dark(spectra)
    seen = ", ".join(f"{k + 1} ({100 * means[k]:.4g} %)" for k in above)
    which = f"The mean abundance of endmember{'s' if len(above) > 1 else ''} {seen} is above 100 %"
    black = [k for k in above if is_dark[k]]
    if black:
        what = f"a spectrum as dark as {black[0] + 1} fills what the others leave, and its map says little"
        return Diagnosis("dark", tuple(above), f"{which}: {what}. {CURE}", ("fcls", "shade"))
    return Diagnosis("", tuple(above), f"{which}, so it is no fraction. {CURE}", ("fcls", "shade"))


def _together(total: float) -> Diagnosis | None:
    """Say that abundances make far more than a whole together, though none does by itself."""
    if not total > TOGETHER:
        return None
    sentence = f"The mean abundances sum to {100 * total:.4g} %, so they are no fractions. {CURE}"
    return Diagnosis("", (), sentence, ("fcls", "shade"))
