"""Numbers of a user, one for each value of the cube, laid out as the scene is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.memory import require
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import PerPixel
from hsunmix.errors import InputError

__all__ = ["laid_out"]


def laid_out(scene: Scene, numbers: NDArray[Any]) -> PerPixel:
    """Lay out numbers as the scene is: one for each value, zero in the padding.

    Parameters
    ----------
    scene : Scene
    numbers : array
        (lines, samples, bands), or (bands, pixels) for a matrix; where an axis but the first of an
        image has the length one it is repeated; (lines, samples) is one for each pixel, and (bands,)
        one for each band.

    Raises
    ------
    InputError
        The shape is another.
    TooLargeError
        They don't fit into memory.
    """
    if numbers.dtype.kind not in "fiub":
        raise InputError(f"weights are numbers, not {numbers.dtype}")
    image = len(scene.shape) == 2
    bands = len(scene.bands)
    whole = (*scene.shape, bands) if image else (bands, *scene.shape)
    given = numbers
    if given.ndim == 2 and image:
        given = given[:, :, None]
    elif given.ndim == 1 and not image:
        given = given[:, None]
    if given.ndim not in (1, len(whole)) or not all(
        a in (1, b) for a, b in zip(given.shape[::-1], whole[::-1], strict=False)
    ):
        raise InputError(f"weights of shape {numbers.shape} for a scene of {whole}")
    pixels_first = np.broadcast_to(given, whole)
    require(4 * scene.n_bands * scene.n_pixels, "the weights")
    out = scene.per_pixel(scene.n_bands, np.float32, 0)
    for columns, pixels in scene.by_tile():
        if image:
            block = pixels_first[pixels // scene.shape[1], pixels % scene.shape[1]].T
        else:
            block = pixels_first[:, pixels]
        out.put(columns, block[scene.bands])
    return out
