"""Values that are missing by their weight: they don't cost their pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.sentinels import NEGATIVE
from hsunmix.model.cube import Cube

__all__ = ["with_weights"]


@dataclass(frozen=True, eq=False)
class KnownPixels:
    """Physical values of a cube, zero where there is no number and the weight says that it is missing.

    Attributes
    ----------
    cube : Cube
    weights : array, (lines, samples, bands)
        A value counts where its weight is finite and above zero.
    """

    cube: Cube
    weights: NDArray[Any]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(lines, samples, bands)."""
        return self.cube.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """float64 where float32 may not reach."""
        stored = self.cube.pixels.dtype
        return np.dtype(np.float64 if stored.kind == "f" and stored.itemsize > 4 else np.float32)

    @property
    def is_matrix(self) -> bool:
        """Whether the cube is a matrix."""
        return self.cube.is_matrix

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> NDArray[Any]:
        """Values of the lines first … last − 1."""
        pick = slice(None) if bands is None else list(bands)
        values = self.cube.read(first, last, bands, dtype=self.dtype)
        return self._filled(values, self.weights[first:last, :, pick])

    def spectrum(self, line: int, sample: int) -> NDArray[Any]:
        """Values of one pixel."""
        return self._filled(self.cube.spectrum(line, sample), self.weights[line, sample])

    def _filled(self, values: NDArray[Any], weights: NDArray[Any]) -> NDArray[Any]:
        empty = ~np.isfinite(values) | np.isin(values, np.array(NEGATIVE, values.dtype))
        values[empty & ~(np.isfinite(weights) & (weights > 0))] = 0
        return values


def with_weights(cube: Cube, weights: NDArray[Any]) -> Cube:
    """Return the cube with its missing values passed over: NaN or nodata, and a weight of zero or NaN.

    Parameters
    ----------
    cube : Cube
    weights : array
        In any of the shapes that methods take; in another one the cube stays as it is, and they refuse it.
    """
    given = np.asarray(weights)
    if cube.is_matrix:
        given = given.T[:, np.newaxis] if given.ndim == 2 else given
    elif given.ndim == 2:
        given = given[:, :, np.newaxis]
    try:
        whole = np.broadcast_to(given, cube.shape)
    except ValueError:
        return cube
    return replace(cube, pixels=KnownPixels(cube, whole), nodata=None, gain=1.0, offset=0.0)
