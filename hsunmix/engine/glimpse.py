"""What the first read of a scene in its file keeps: an even sample, and each band's largest value."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part
from hsunmix.engine.subsets import evenly
from hsunmix.model.progress import Step

__all__ = ["GLIMPSED", "Glimpse", "Glimpsing", "largest_values"]

GLIMPSED = 12_000  # pixels of the sample
Tops = tuple[NDArray[np.float32], NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class Glimpse:
    """A glimpse of a scene.

    Attributes
    ----------
    spectra : array of float32, (bands used, n)
        Of the columns ``evenly(pixels, GLIMPSED)``.
    top : array of float32, (bands used,)
        Each band's largest value.
    sharing : array of int64, (bands used,)
        How many pixels have it.
    """

    spectra: NDArray[np.float32]
    top: NDArray[np.float32]
    sharing: NDArray[np.int64]

    def only(self, bands: NDArray[np.bool_]) -> Glimpse:
        """Return the same of some of the bands."""
        return Glimpse(self.spectra[bands], self.top[bands], self.sharing[bands])

    def scaled(self, exponent: int) -> Glimpse:
        """Return the same times a power of two."""
        spectra, top = np.ldexp(self.spectra, exponent), np.ldexp(self.top, exponent)
        return Glimpse(spectra, top, self.sharing)


class Glimpsing:
    """Takes it in: a ``Visitor``."""

    def begin(self, _bands: NDArray[np.bool_], pixels: int, *_: object) -> None:
        """Get ready for at most so many pixels."""
        self._places, self._done = evenly(pixels, GLIMPSED), 0
        self._spectra: list[NDArray[np.float32]] = []
        self._tops: list[Tops] = []
        self._pixels = pixels

    def visit(self, block: Scene) -> Generator[Step | None, None, None]:
        """Look at the next pixels."""
        end = self._done + block.n_pixels
        own = self._places[slice(*np.searchsorted(self._places, (self._done, end)))] - self._done
        self._spectra.append(block.columns(own).astype(np.float32))
        self._tops.append((yield from largest_values(block)))
        self._done = end

    @property
    def seen(self) -> Glimpse | None:
        """What was seen; None where pixels are missing, so that it is no even sample of those there are."""
        if self._done != self._pixels:
            return None
        return Glimpse(np.concatenate(self._spectra, axis=1), *_together(self._tops))


def largest_values(scene: Scene) -> Generator[Step | None, None, Tops]:
    """Find each band's largest value, and how many pixels have it."""
    return _together((yield from scene.map(_largest)).values)


def _together(tops: list[Tops]) -> Tops:
    top = np.max([largest for largest, _ in tops], axis=0)
    return top, np.sum([np.where(largest == top, count, 0) for largest, count in tops], axis=0)


def _largest(part: Part) -> Tops:
    """The same of a part."""
    bands = part.tiles.shape[1]
    top, sharing = np.full(bands, -np.inf, np.float32), np.zeros(bands, np.int64)
    for tile, count in zip(part.tiles, part.counts, strict=True):
        largest = tile[:, :count].max(axis=1)
        higher = np.maximum(top, largest)
        here = (tile[:, :count] == higher[:, None]).sum(axis=1)
        sharing = np.where(higher == top, sharing, 0) + here
        top = higher
    return top, sharing
