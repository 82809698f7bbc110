"""In which numbers reflectance is written: 0 to 1, to 100, to 255, to 10,000 and others.

A library and a scene each have one scale, told from their values: what is bright has a reflectance of
about one half. Powers of ten are told apart by what is nearest; the full scale of an instrument's integers
counts where values reach exactly it. Ten is no scale: values up to thirty times as bright are radiance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["BRIGHT", "BRIGHTEST", "Scale", "between", "scale_of", "to_brightness"]

BRIGHT = 0.5  # reflectance of what is bright in a scene or a library
BRIGHTEST = 99.0  # percentile of the values that is taken for it: a few odd ones count for nothing
FULL = (255.0, 1023.0, 4095.0, 16383.0, 65535.0)  # of integers of 8, 10, 12, 14 and 16 bits
REACHED = 0.2  # share of the full scale that the bright values have, if it is theirs
ONE = -2.2, 1.5  # decades between which values are on a scale of one: from water to radiance
ALIKE = 1.0  # decades; what is no farther apart differs in brightness, not in units


@dataclass(frozen=True)
class Scale:
    """By what a library's values must be multiplied to be in a scene's units.

    Attributes
    ----------
    factor : float
    sentence : str
        How it was told, for an analyst; empty where nothing is to be done.
    """

    factor: float = 1.0
    sentence: str = ""


def scale_of(values: NDArray[np.floating]) -> float:
    """Return the number by which a reflectance of one is written.

    Parameters
    ----------
    values : array
        Spectra; NaN is left out.

    Returns
    -------
    float
        1, 100, 1000, 10000 …, the full scale of integers, or below 0.01 another power of ten; 1
        where no value is positive.
    """
    known = _known(values)
    return _scale(known, _bright(known))


def _scale(known: NDArray[np.float64], bright: float) -> float:
    if bright <= 0:
        return 1.0
    most = float(known.max())
    decades = float(np.log10(bright / BRIGHT))
    if most in FULL and bright >= REACHED * most and (known == np.rint(known)).all():
        return most
    return 1.0 if ONE[0] < decades < ONE[1] else 10.0 ** round(decades)


def between(library: NDArray[np.floating], scene: NDArray[np.floating]) -> Scale:
    """Return the one factor that brings a whole library to a scene's units.

    Parameters
    ----------
    library, scene : array
        Values of the bands in common; NaN is left out.
    """
    values = _known(library), _known(scene)
    bright = _bright(values[0]), _bright(values[1])
    mine, theirs = map(_scale, values, bright)
    if mine == theirs or min(bright) <= 0 or abs(np.log10(bright[0] / bright[1])) < ALIKE:
        return Scale()
    factor = theirs / mine
    return Scale(
        factor,
        f"values of 0 to {mine:,g} for a scene of 0 to {theirs:,g}, it seems; "
        f"multiplied by {factor:,g} they are in its units",
    )


def _known(values: NDArray[np.floating]) -> NDArray[np.float64]:
    known = np.asarray(values, dtype=np.float64)
    return known[np.isfinite(known)]


def _bright(known: NDArray[np.float64]) -> float:
    return float(np.percentile(known, BRIGHTEST)) if known.size else 0.0


def to_brightness(values: NDArray[np.float64], spectrum: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale a library's values so that they are as near a spectrum as one factor can bring them."""
    both = np.isfinite(values) & np.isfinite(spectrum)
    length = float(values[both] @ values[both])
    return values * (float(values[both] @ spectrum[both]) / length if length > 0 else 1.0)
