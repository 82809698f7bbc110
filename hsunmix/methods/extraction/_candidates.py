"""A few pixels that stand for the scene: the centres of its clusters."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.outline import Outline
from hsunmix.engine.scene import Scene
from hsunmix.methods.extraction._hierarchy import cluster
from hsunmix.model.progress import Step

__all__ = ["candidates", "clusters"]


def candidates(scene: Scene, count: int) -> Generator[Step | None, None, NDArray[np.int64]]:
    """Columns of the pixels that represent ``count`` clusters of h2nmf, in the clusters' order.

    All columns where the scene has no more; fewer than asked for where pixels are equal.
    """
    return (yield from clusters(scene, count))[0]


def clusters(
    scene: Scene, count: int
) -> Generator[Step | None, None, tuple[NDArray[np.int64], NDArray[np.int64], Outline | None]]:
    """Return candidates, how many pixels each of them stands for, and the outline that ``Clusters`` has."""
    if count >= scene.n_pixels:
        return np.arange(scene.n_pixels), np.ones(scene.n_pixels, np.int64), None
    found = yield from cluster(scene, count)
    return found.columns, found.sizes, found.outline
