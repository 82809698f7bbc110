"""One read of a scene that brings both some of its pixels, and all of them in a few directions."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part
from hsunmix.engine.subsets import of_spectra
from hsunmix.model.progress import Step

__all__ = ["sketched"]


def sketched(
    scene: Scene, rows: NDArray[np.float64], places: NDArray[np.int64]
) -> Generator[Step | None, None, tuple[Scene, Scene]]:
    """Read the pixels once.

    Parameters
    ----------
    scene : Scene
    rows : array, (k, bands used)
        Directions.
    places : array of int64
        Columns, ascending.

    Returns
    -------
    Scene
        The pixels in these columns.
    Scene
        All pixels, coordinates along the directions in place of their bands.
    """
    from hsunmix.kernels.projection import coordinates

    yield compiling(coordinates)
    along = scene.rows(len(rows))
    found = yield from scene.map(_sketch, np.ascontiguousarray(rows), places, per_pixel=[along])
    return of_spectra(scene, np.concatenate(found.values, axis=1)), scene.with_rows(along)


def _sketch(
    part: Part, rows: NDArray[np.float64], places: NDArray[np.int64], along: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Write the coordinates; return the spectra of those of the places that lie here."""
    from hsunmix.kernels.projection import coordinates

    exact = np.empty(along.shape)
    coordinates(part.tiles, rows, exact)
    along[:] = exact
    width = part.tiles.shape[2]
    end = part.first + int(part.counts.sum())
    own = places[slice(*np.searchsorted(places, (part.first, end)))] - part.first
    return np.ascontiguousarray(part.tiles[own // width, :, own % width].T)
