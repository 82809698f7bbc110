"""Numbers of a user, one for each value of the cube, laid out as the scene is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.memory import require
from hsunmix.engine.scene import TILE, Scene
from hsunmix.errors import InputError

__all__ = ["laid_out"]


def laid_out(scene: Scene, numbers: NDArray[Any]) -> NDArray[np.float32]:
    """Lay out numbers as tiles, (n, bands used, T), zero in the padding.

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
    require(scene.tiles.nbytes, "the weights")
    out = np.zeros(scene.tiles.shape, np.float32)
    for i, count in enumerate(scene.counts):
        pixels = scene.pixels[i * TILE : i * TILE + count]
        if image:
            block = pixels_first[pixels // scene.shape[1], pixels % scene.shape[1]].T
        else:
            block = pixels_first[:, pixels]
        out[i, :, :count] = block[scene.bands]
    return out
