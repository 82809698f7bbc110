"""Spectra to start from, out of the singular vectors of the scene."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, gram
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.model.progress import Step

__all__ = ["MIN_SHARE", "directions", "nndsvd"]

Array = NDArray[np.float64]

MIN_SHARE = 1e-3  # of the scene's mean, in place of zeros: multiplicative updates never leave a zero


def directions(scene: Scene, count: int) -> Generator[Step | None, None, Array]:
    """Return the first left singular vectors of the scene, (bands used, count)."""
    product, _ = yield from gram(scene)
    with single_threaded_blas():
        values: Array = np.linalg.eigh(product)[1][:, ::-1][:, :count]
    return values


def nndsvd(scene: Scene, rank: int) -> Generator[Step | None, None, Array]:
    """Return W (bands used, rank) by nonnegative double singular value decomposition.

    Every singular vector is cut into its positive and its negative part, and the part that carries
    more of the scene, in bands and pixels together, becomes a spectrum.

    References
    ----------
    Boutsidis and Gallopoulos, Pattern Recognition 41 (2008).
    """
    from hsunmix.kernels.projection import coordinates

    u = yield from directions(scene, rank)
    yield compiling(coordinates)
    found = yield from scene.map(_powers, np.ascontiguousarray(u.T))
    above, below = (np.sqrt(np.sum(part, axis=0)) for part in zip(*found.values, strict=True))
    up, down = np.maximum(u, 0), np.maximum(-u, 0)
    positive = np.linalg.norm(up, axis=0) * above >= np.linalg.norm(down, axis=0) * below
    # As long as what the part explains of a pixel, in the units of the scene: not the root of that.
    w = np.where(positive, up, down) * np.where(positive, above, below) / np.sqrt(scene.n_pixels)
    return np.asarray(np.maximum(w, MIN_SHARE * w.mean()))


def _powers(part: Part, rows: Array) -> tuple[Array, Array]:
    """Squares of the coordinates of a part's pixels above and below zero, along each direction."""
    from hsunmix.kernels.projection import coordinates

    v = np.empty((len(part.tiles), len(rows), part.tiles.shape[2]))
    coordinates(part.tiles, rows, v)
    return (np.maximum(v, 0) ** 2).sum(axis=(0, 2)), (np.minimum(v, 0) ** 2).sum(axis=(0, 2))
