"""Locked endmembers take the places of those found that are most like them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError

__all__ = ["put_in"]


def put_in(
    found: NDArray[np.float64], locked: NDArray[np.float64]
) -> tuple[NDArray[np.float64], tuple[int, ...]]:
    """Replace, for every locked spectrum, the one found at the smallest spectral angle.

    Parameters
    ----------
    found : array, (bands, r)
    locked : array, (bands, k)
        Both NaN in bands that are not used.

    Returns
    -------
    spectra : array, (bands, r)
    columns : tuple of int
        Where each locked one is now.

    Raises
    ------
    InputError
        There are more locked ones than places.
    """
    r, k = found.shape[1], locked.shape[1]
    if k > r:
        raise InputError(f"{k} endmembers are locked, but only {r} asked for: raise the number or unlock")
    a, b = np.nan_to_num(found), np.nan_to_num(locked)
    lengths = np.linalg.norm(a, axis=0)[:, None] * np.linalg.norm(b, axis=0)[None, :]
    likeness = np.divide(a.T @ b, lengths, out=np.zeros((r, k)), where=lengths > 0)
    spectra, columns = found.copy(), [-1] * k
    for _ in range(k):
        row, column = np.unravel_index(int(np.argmax(likeness)), likeness.shape)
        spectra[:, row] = locked[:, column]
        columns[int(column)] = int(row)
        likeness[row, :] = -2
        likeness[:, column] = -2
    return spectra, tuple(columns)
