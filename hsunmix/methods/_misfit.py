"""What a result leaves unexplained, over the values that are known."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import norms_squared, residuals
from hsunmix.engine.scene import Scene
from hsunmix.methods._missing import there
from hsunmix.model.unmixing import Step

__all__ = ["Misfit", "misfit"]


@dataclass(frozen=True, eq=False)
class Misfit:
    """Squares of what is left, in scene units.

    Attributes
    ----------
    rest : array of float64, (n, T)
        Their sum over the known values of each pixel.
    known : array of int, (n, T), or int
        How many values of each pixel are known.
    norm : float
        ‖X‖² over the known values.
    """

    rest: NDArray[np.float64]
    known: NDArray[np.int64] | int
    norm: float

    @property
    def relative_error(self) -> float:
        """‖X − WH‖ / ‖X‖."""
        return float(np.sqrt(self.rest.sum() / self.norm))

    def rmse(self, scene: Scene) -> NDArray[np.floating]:
        """Root mean square of each pixel in the cube's units, in the scene's shape.

        float32, or float64 where that doesn't reach.
        """
        values = np.sqrt(self.rest / np.maximum(self.known, 1)) * scene.scale
        largest, reach = float(values.max()), np.finfo(np.float32)
        reaches = float(reach.tiny) <= largest <= float(reach.max) or largest == 0
        return scene.spread(values.astype(np.float32) if reaches else values)


def misfit(
    scene: Scene,
    w: NDArray[np.float64],
    h: NDArray[np.float32],
    weights: NDArray[np.float32] | None = None,
) -> Generator[Step | None, None, Misfit]:
    """Measure a result.

    Parameters
    ----------
    scene : Scene
    w : array, (bands used, r)
    h : array, (n, r, T)
    weights : array, (n, bands used, T), optional
        A zero without a weight is a missing value: it belongs neither to what is left nor to the norm.
    """
    if weights is None:
        norm = float((yield from norms_squared(scene)).sum())
        return Misfit((yield from residuals(scene, w, h)), scene.n_bands, norm)
    rest, known = np.zeros(h[:, 0].shape), np.zeros(h[:, 0].shape, np.int64)
    norm = 0.0
    for i, (tile, share) in enumerate(zip(scene.tiles, weights, strict=True)):
        measured = there(tile, share)
        rest[i] = np.square(np.where(measured, tile - w @ h[i], 0.0)).sum(axis=0)
        known[i] = measured.sum(axis=0)
        norm += float(np.square(tile, dtype=np.float64).sum())
        yield None
    return Misfit(rest, known, norm)
