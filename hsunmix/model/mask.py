"""Which pixels and bands take part."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["dead_bands", "usable_pixels"]


def usable_pixels(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Find the pixels that hold data.

    Parameters
    ----------
    values : array, (..., bands)
        Spectra over the bands used, with NaN where the file holds no data.

    Returns
    -------
    array of bool, (...)
        True where every band is finite and not all are zero.
    """
    return np.asarray(np.isfinite(values).all(axis=-1) & (values != 0).any(axis=-1))


def dead_bands(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Find the bands without information in a sample of pixels.

    Parameters
    ----------
    values : array, (pixels, bands)
        Spectra, with NaN where the file holds no data.

    Returns
    -------
    array of bool, (bands,)
        True where no pixel that holds data anywhere is finite and not zero. All False when the
        sample has no data at all: that says nothing about the bands.
    """
    holds = np.isfinite(values) & (values != 0)
    some = holds.any(axis=1)
    if not some.any():
        return np.zeros(values.shape[1], dtype=bool)
    return np.asarray(~holds[some].any(axis=0))
