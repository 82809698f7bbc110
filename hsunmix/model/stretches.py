"""Where the curve of a spectrum goes on from band to band, and where it is broken."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.band_ranges import runs

__all__ = ["breaks", "stretches"]

MIN_BANDS = 30  # with fewer, as of multispectral sensors, bands stand apart everywhere
GAP = 5.0  # usual steps from band to band


def breaks(x: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell after which bands nothing was measured before the next one.

    That is so where a file leaves out the bands of water vapour, and where one detector ends and another
    begins anew at shorter wavelengths: a line drawn there would show what nobody has measured.

    Parameters
    ----------
    x : array, (bands,)
        Wavelengths or numbers of bands, in the order of the bands.

    Returns
    -------
    array of bool, (bands − 1,)
    """
    steps = np.diff(x)
    if len(x) < MIN_BANDS:
        return np.zeros(max(len(x) - 1, 0), dtype=bool)
    usual = float(np.median(steps))
    back = steps * usual <= 0 if usual else np.zeros(len(steps), dtype=bool)
    return np.asarray(back | (np.abs(steps) > GAP * abs(usual)) & (usual != 0))


def stretches(x: NDArray[np.float64], known: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (first, last) of every stretch of a curve that is drawn in one go, both inclusive.

    Parameters
    ----------
    x : array, (bands,)
    known : array of bool, (bands,)
        Where the curve has a value.
    """
    broken = np.flatnonzero(breaks(x))
    found = []
    for first, last in runs(known):
        inside = broken[(broken >= first) & (broken < last)].tolist()
        found += list(zip([first, *(k + 1 for k in inside)], [*inside, last], strict=True))
    return found
