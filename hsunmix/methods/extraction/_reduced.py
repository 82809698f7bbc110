"""Coordinates of all pixels in the scene's first directions, for methods that look at its shape."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import gram
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import PerPixel
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.model.progress import Step

__all__ = ["Directions", "directions", "longest"]

NOISE_FLOOR = 1e-12  # of the whole power: below it is the rounding of float32

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Directions:
    """Where a scene extends.

    Attributes
    ----------
    mean : array, (bands used,)
    power : array, (bands used,)
        Mean squared coordinate along each direction, descending.
    basis : array, (bands used, bands used)
        The directions as rows, orthonormal.
    total : float
        Mean of ‖x‖².
    """

    mean: Array
    power: Array
    basis: Array
    total: float

    @property
    def count(self) -> int:
        """Directions that hold more than rounding."""
        return int((self.power > NOISE_FLOOR * self.total).sum())


def directions(scene: Scene) -> Generator[Step | None, None, tuple[Directions, Directions]]:
    """Principal directions of the pixels about the origin, and about their mean."""
    product, total = yield from gram(scene)
    correlation, mean = product / scene.n_pixels, total / scene.n_pixels
    yield None
    about_origin = _directions(correlation, mean, float(np.trace(correlation)))
    yield None
    about_mean = _directions(correlation - np.outer(mean, mean), mean, float(np.trace(correlation)))
    return about_origin, about_mean


@single_threaded_blas()
def _directions(matrix: Array, mean: Array, total: float) -> Directions:
    power, vectors = np.linalg.eigh(matrix)
    basis = vectors.T[::-1]
    sign = np.where(basis.sum(axis=1) < 0, -1.0, 1.0)  # else LAPACK's choice decides what vca finds
    return Directions(mean, power[::-1], np.ascontiguousarray(basis * sign[:, None]), total)


def longest(norms: PerPixel) -> NDArray[np.int64]:
    """The longest pixel: the answer where one endmember is asked for, and shape says nothing."""
    return np.array([norms.argmax()], dtype=np.int64)
