"""Which pixels and bands take part."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["holding_bands", "holds_data", "usable_pixels"]


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


def holding_bands(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Find the bands with information in a sample of pixels.

    Parameters
    ----------
    values : array, (pixels, bands)
        Spectra, with NaN where the file holds no data.

    Returns
    -------
    array of bool, (bands,)
        True where some pixel is finite and not zero. A sample without any says nothing about the bands.
    """
    return np.asarray(holds_data(values).any(axis=0))


def holds_data(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Find the values that say something: finite, and not zero."""
    return np.asarray(np.isfinite(values) & (values != 0))
