"""Mean and spread of the spectra in a part of a scene."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part
from hsunmix.errors import InputError
from hsunmix.model.progress import Step

__all__ = ["RegionStatistics", "region_statistics"]


@dataclass(frozen=True, eq=False)
class RegionStatistics:
    """The spectra of a part of a scene.

    Attributes
    ----------
    pixels : int
        How many of its pixels are used.
    mean, spread : array of float64, (bands,)
        Mean and standard deviation over those pixels, in the cube's units; NaN in bands that are not
        used, and everywhere when no pixel is.
    """

    pixels: int
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]


def region_statistics(
    scene: Scene, mask: NDArray[np.bool_]
) -> Generator[Step | None, None, RegionStatistics]:
    """Pass through the pixels of a part of a scene.

    Parameters
    ----------
    scene : Scene
    mask : array of bool, of the scene's shape
        True for the pixels wanted; those that the scene doesn't use are left out.

    Raises
    ------
    InputError
        The mask has another shape than the scene.
    """
    if mask.shape != scene.shape:
        raise InputError(f"a region of shape {mask.shape} in a scene of shape {scene.shape}")
    columns = np.flatnonzero(mask.reshape(-1)[scene.pixels])
    if not columns.size:
        nothing = np.full(len(scene.bands), np.nan)
        return RegionStatistics(0, nothing, nothing.copy())
    # Seen from one of its own spectra, the sums of squares keep their digits.
    origin = scene.columns(columns[:1])
    bands = scene.n_bands
    found = yield from scene.map(_add, columns, origin, sums=[(bands,), (bands,)])
    count = len(columns)
    total, squares = found.sums[0] / count, found.sums[1] / count
    mean = scene.full_spectra(origin + total[:, None])[:, 0]
    spread = scene.full_spectra(np.sqrt(np.maximum(squares - total * total, 0))[:, None])[:, 0]
    return RegionStatistics(count, mean, spread)


def _add(
    part: Part, columns: NDArray[np.int64], origin: NDArray[np.float64], total: NDArray[np.float64],
    squares: NDArray[np.float64],
) -> None:  # fmt: skip
    """Add a part's pixels of the region, and their squares, both seen from the origin."""
    width = part.tiles.shape[2]
    for i, tile in enumerate(part.tiles):
        first = part.first + i * width
        own = columns[slice(*np.searchsorted(columns, (first, first + width)))] - first
        away = tile[:, own].astype(np.float64) - origin
        total += away.sum(axis=1)
        squares += (away * away).sum(axis=1)
