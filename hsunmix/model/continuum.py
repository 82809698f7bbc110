"""Continuum removal: spectra divided by their hull from above, so that only absorptions are left."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError

__all__ = ["continuum_removed"]

FEWEST = 3  # values of a spectrum; of fewer the hull is the spectrum itself

Matrix = NDArray[np.float64]


def continuum_removed(values: Matrix, wavelengths: NDArray[np.float64] | None = None) -> Matrix:
    """Divide spectra by their continuum, the convex hull over their values (Clark and Roush, 1984).

    Parameters
    ----------
    values : array, (spectra, bands)
        NaN where a spectrum has no value: the hull goes past it.
    wavelengths : array, (bands,), optional
        In any order; band numbers take their place where there are none.

    Returns
    -------
    array, (spectra, bands)
        1 on the hull, less in absorptions; NaN as before, and where a hull isn't above zero.

    Raises
    ------
    InputError
        Two bands have the same wavelength.
    """
    from spectral.algorithms.continuum import remove_continuum

    place = np.arange(values.shape[1], dtype=float) if wavelengths is None else np.asarray(wavelengths)
    order = np.argsort(place, kind="stable")
    if (np.diff(place[order]) <= 0).any():
        raise InputError("two bands have the same wavelength, so that spectra have no hull: leave one out")
    out = np.full(values.shape, np.nan)
    for row, result in zip(values, out, strict=True):
        there = order[np.isfinite(row[order])]
        if len(there) >= FEWEST and row[there].min() >= 0 and row[there].max() > 0:
            result[there] = remove_continuum(row[there].astype(float), place[there])
    return out
