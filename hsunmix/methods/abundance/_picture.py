"""The scene as a picture of its coordinates along given spectra: for methods that look at neighbours."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import norms_squared, projected
from hsunmix.engine.scene import TILE, Scene
from hsunmix.engine.source import PerPixel, per_pixel_of
from hsunmix.model.progress import Step

__all__ = ["Picture", "lines_of", "pictured"]

Array = NDArray[np.float64]
Single = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Picture:
    """Coordinates of all pixels along the span of some spectra, laid out as the scene is, or several are.

    Attributes
    ----------
    reduced : Scene
        The same pixels with their coordinates in place of their bands.
    w : array, (k, r)
        The spectra's coordinates.
    flat : array of float32, (k, all pixels)
        The pixels'; zero where a pixel takes no part.
    used : array of bool, (all pixels,)
        Where one does.
    variance : float
        Mean square of a value beyond the spectra, of a pixel of which half have less: what noise makes of it
        where the spectra explain the scene. Zero where nothing is beyond.
    """

    reduced: Scene
    w: Array
    flat: Single
    used: NDArray[np.bool_]
    variance: float

    def images(self) -> Iterator[tuple[slice, Single, NDArray[np.bool_]]]:
        """Yield the place of each scene's pixels, their image (k, lines, samples), and where it has any."""
        for place, grid in self.reduced.images:
            yield place, self.flat[:, place].reshape(-1, *grid), self.used[place].reshape(grid)

    def per_pixel(self, flat: NDArray[Any]) -> Generator[Step | None, None, PerPixel]:
        """Return numbers that are laid out so, one or k for each, as such that stay with their pixels."""
        k = None if flat.ndim == 1 else len(flat)
        numbers = per_pixel_of(self.reduced.counts, TILE, k, flat.dtype, 0, self.reduced.room)
        for i, (columns, pixels) in enumerate(self.reduced.by_tile()):
            numbers.values[i, ..., : len(columns)] = flat[..., pixels]
            yield None
        return numbers


def pictured(scene: Scene, w: Array) -> Generator[Step | None, None, Picture]:
    """Return the picture of a scene that is an image or several, two reads of it; w is (bands used, r)."""
    rows = np.linalg.qr(w)[0].T
    reduced = yield from projected(scene, rows)
    coordinates = reduced.values()
    variance = yield from _noise(scene, coordinates)
    flat = scene.spread(coordinates).reshape(len(rows), -1)
    used = np.isfinite(flat[0])
    for layer in flat:
        layer[~used] = 0
        yield None
    return Picture(reduced, rows @ w, flat, used, variance)


def lines_of(image: Single, numbers: int) -> list[slice]:
    """Cut a picture into blocks of lines of about so many numbers."""
    lines = image.shape[1]
    step = max(1, numbers // (image.shape[0] * image.shape[2]))
    return [slice(first, min(first + step, lines)) for first in range(0, lines, step)]


def _noise(scene: Scene, coordinates: PerPixel) -> Generator[Step | None, None, float]:
    beyond = scene.n_bands - coordinates.k
    if not beyond:
        return 0.0
    norms = (yield from norms_squared(scene)).known()
    along = np.einsum("nkt,nkt->nt", coordinates.values, coordinates.values, dtype=np.float64)
    rest = norms - along.reshape(-1)[: scene.n_pixels]
    # Differences of float32 numbers: less than their digits is nothing.
    return float(np.median(rest)) / beyond if np.median(rest) > 1e-6 * np.median(norms) else 0.0
