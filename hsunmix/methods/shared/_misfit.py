"""What a result leaves unexplained, over the values that are known."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import norms_squared, residuals
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.methods.shared._missing import there
from hsunmix.model.progress import Step

__all__ = ["Misfit", "misfit"]


@dataclass(frozen=True, eq=False)
class Misfit:
    """Squares of what is left, in scene units.

    Attributes
    ----------
    rest : PerPixel
        Their sum over the known values of each pixel.
    known : PerPixel, or int
        How many values of each pixel are known.
    norm : float
        ‖X‖² over the known values.
    norms : array of float64, (scenes,), or None
        The same over the pixels of each of several scenes.
    """

    rest: PerPixel
    known: PerPixel | int
    norm: float
    norms: NDArray[np.float64] | None = None

    def relative_errors(self, scene: Scene) -> tuple[float, ...]:
        """‖X − WH‖ / ‖X‖ over each of several scenes; empty for a single one."""
        if self.norms is None:
            return ()
        rest = scene.of_images(self.rest)
        share = np.divide(rest, self.norms, out=np.zeros_like(rest), where=self.norms > 0)
        return tuple(np.sqrt(share).tolist())

    @property
    def relative_error(self) -> float:
        """‖X − WH‖ / ‖X‖."""
        return float(np.sqrt(self.rest.sum() / self.norm))

    def rmse(self, scene: Scene) -> NDArray[np.floating]:
        """Root mean square of each pixel in the cube's units, in the scene's shape.

        float32, or float64 where that doesn't reach.
        """
        known = self.known if isinstance(self.known, int) else scene.spread(self.known)
        values: NDArray[np.float64] = np.sqrt(scene.spread(self.rest) / np.maximum(known, 1)) * scene.scale
        largest, reach = float(np.nanmax(values)), np.finfo(np.float32)
        reaches = float(reach.tiny) <= largest <= float(reach.max) or largest == 0
        return values.astype(np.float32) if reaches else values


def misfit(
    scene: Scene,
    w: NDArray[np.float64],
    h: PerPixel,
    weights: PerPixel | None = None,
    rest: PerPixel | None = None,
) -> Generator[Step | None, None, Misfit]:
    """Measure a result.

    Parameters
    ----------
    scene : Scene
    w : array, (bands used, r)
    h : PerPixel
    weights : PerPixel, optional
        One for each value.
        A zero without a weight is a missing value: it belongs neither to what is left nor to the norm.
    rest : PerPixel, optional
        What is left, where the method knows.
    """
    if weights is None:
        norms = yield from norms_squared(scene)
        norm, of_each = norms.sum(), scene.of_images(norms) if scene.grids else None
        del norms
        return Misfit(rest or (yield from residuals(scene, w, h)), scene.n_bands, norm, of_each)
    rest, known = scene.per_pixel(), scene.per_pixel()
    found = yield from scene.map(_known_only, w, per_pixel=[h, weights, rest, known])
    of_each = scene.of_images((yield from norms_squared(scene))) if scene.grids else None
    return Misfit(rest, known, float(sum(found.values)), of_each)


def _known_only(
    part: Part, w: NDArray[np.float64], h: NDArray[np.float32], weights: NDArray[np.float32],
    rest: NDArray[np.float64], known: NDArray[np.float64],
) -> float:  # fmt: skip
    norm = 0.0
    for i, (tile, share) in enumerate(zip(part.tiles, weights, strict=True)):
        measured = there(tile, share)
        rest[i] = np.square(np.where(measured, tile - w @ h[i], 0.0)).sum(axis=0)
        known[i] = measured.sum(axis=0)
        norm += float(np.square(tile, dtype=np.float64).sum())
    return norm
