"""Spectra from running sums over batches of pixels (Mairal et al. 2010): each pixel is seen once."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part
from hsunmix.engine.subsets import batches
from hsunmix.engine.tile_writer import TILE
from hsunmix.methods.shared._least_squares import refuse_broken, unit_spectra
from hsunmix.model.progress import Step

__all__ = ["Running"]

Array = NDArray[np.float64]

SWEEPS = 5  # over the spectra after each batch
FIRST = 10.0  # pixels that a spectrum's start counts for, as if it had been seen pure so often
POINTS = 200  # of the course, at most


@dataclass(eq=False)
class Running:
    """What is known after some batches.

    Attributes
    ----------
    w : array of float64, (bands used, r)
        Spectra.
    hht : array, (r, r)
        The sum of the products of abundances.
    xht : array, (bands used, r)
        That of pixels and abundances.
    batches : int
        How many there were.
    pixels : int
    """

    w: Array
    hht: Array
    xht: Array
    batches: int = 0
    pixels: int = 0

    @classmethod
    def of(cls, w: Array) -> Running:
        """Begin with spectra, each as if it had been seen a few times."""
        return cls(w.copy(), FIRST * np.eye(w.shape[1]), FIRST * w)

    def learn(self, scene: Scene, batch: int, forgetting: float) -> Generator[Step | None, None, Array]:
        """See the pixels of a scene once; return seconds and relative errors so far, (points, 2).

        Parameters
        ----------
        scene : Scene
        batch : int
            Pixels after which the spectra change, about.
        forgetting : float
            Sums before batch t count (1 − 1/t) to this power.
        """
        from hsunmix.kernels.exact import exact

        yield compiling(exact(self.w.shape[1]))
        began, seen = perf_counter(), 0
        left, whole, course = 0.0, 0.0, []
        sums = np.zeros_like(self.hht), np.zeros_like(self.xht)
        often = max(1, scene.n_pixels // max(batch, TILE) // POINTS)
        for piece in batches(scene, batch):
            if piece is None:
                yield None
                continue
            some, complete = piece
            hht, xht, square = yield from self._seen(some)
            sums = sums[0] + hht, sums[1] + xht
            whole, left = whole + square, left + square - self._explained(hht, xht)
            seen += some.n_pixels
            if not complete:
                continue
            self._take(sums, forgetting)
            sums = np.zeros_like(self.hht), np.zeros_like(self.xht)
            if self.batches % often == 0 or seen == scene.n_pixels:
                error = float(np.sqrt(max(left, 0) / whole)) if whole else 0.0
                course.append((perf_counter() - began, error))
                yield Step(seen / scene.n_pixels, error, self.w.copy(), f"Batch {self.batches}")
        self.pixels += seen
        return np.array(course).reshape(-1, 2)

    def _seen(self, scene: Scene) -> Generator[Step | None, None, tuple[Array, Array, float]]:
        """Return H Hᵀ, X Hᵀ and ‖X‖² of some pixels, with their exact abundances."""
        wt, length = unit_spectra(self.w)
        r, bands = wt.shape
        found = yield from scene.map(
            _seen, wt, wt @ wt.T, 1 / length, sums=[(r, r), (bands, r), (1,)], pixels=TILE
        )
        refuse_broken(sum(found.values))
        return found.sums[0], found.sums[1], float(found.sums[2][0])

    def _explained(self, hht: Array, xht: Array) -> float:
        """Return what W H takes from ‖X‖²."""
        return float(2 * np.vdot(self.w, xht) - np.vdot(self.w.T @ self.w, hht))

    def _take(self, sums: tuple[Array, Array], forgetting: float) -> None:
        """Add a batch to the sums, and give every spectrum its best values beside the others."""
        self.batches += 1
        kept = (1 - 1 / self.batches) ** forgetting if forgetting and self.batches > 1 else 1.0
        self.hht, self.xht = kept * self.hht + sums[0], kept * self.xht + sums[1]
        for _ in range(SWEEPS):
            for k in range(self.w.shape[1]):
                if self.hht[k, k] > 0:
                    step = (self.xht[:, k] - self.w @ self.hht[:, k]) / self.hht[k, k]
                    self.w[:, k] = np.maximum(self.w[:, k] + step, 0)


def _seen(part: Part, wt: Array, g: Array, scale: Array, hht: Array, xht: Array, square: Array) -> int:
    from hsunmix.kernels.exact import exact
    from hsunmix.kernels.two_block import add_sums

    h = np.zeros((len(part.tiles), len(wt), part.tiles.shape[2]), np.float32)
    failed = int(exact(len(wt))(part.tiles, part.counts, wt, g, False, h, np.zeros(len(wt)), scale))
    add_sums(part.tiles, h, xht, hht)
    square += np.square(part.tiles, dtype=np.float64).sum()
    return failed
