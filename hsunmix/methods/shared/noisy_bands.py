"""Bands that are mostly noise: those of water vapour, dead and striped ones that no header names.

A band is noisy where the other bands don't tell its values: most of its spread is what its regression on
them leaves, and that is far more than in the scene's other bands. Spread is measured by medians, so that
a material that lives in one band only, in few pixels, makes none noisy.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.glimpse import GLIMPSED
from hsunmix.engine.scene import Scene
from hsunmix.engine.subsets import evenly, some_columns
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods.shared._regression import precision, unpredicted
from hsunmix.model.progress import Step

__all__ = ["noisy_bands"]

Array = NDArray[np.float64]

MAX_PIXELS = GLIMPSED
MIN_BANDS = 10  # with fewer the others can't tell a band's values
PIXELS_PER_BAND = 5  # fewer, and regression finds in the others what isn't there
MOSTLY = 0.5  # of a band's variance
FAR = 3.0  # times the noise of the usual band
MAX_SHARE = 0.5  # of the bands: where more are noisy the scene is, not its bands


def noisy_bands(
    scene: Scene, share: float = MOSTLY, rounds: int = 1
) -> Generator[Step | None, None, NDArray[np.bool_]]:
    """Find them on an even sample of the pixels.

    Parameters
    ----------
    scene : Scene
    share : float
        Of a band's variance that must be noise.
    rounds : int
        How often: without the noisiest bands others show.

    Returns
    -------
    array of bool, (bands of the cube,)
        All False where the scene is too small to tell.
    """
    found = np.zeros(len(scene.bands), dtype=bool)
    count = min(scene.n_pixels, MAX_PIXELS)
    if scene.n_bands < MIN_BANDS or count < PIXELS_PER_BAND * scene.n_bands:
        return found
    if scene.glimpse is not None:
        x = scene.glimpse.spectra.astype(np.float64)
    else:
        x = yield from some_columns(scene, evenly(scene.n_pixels, count))
    left = np.arange(len(x))
    for _ in range(rounds):
        noisy = yield from _noisy(x[left], share)
        if len(left) - noisy.sum() < (1 - MAX_SHARE) * len(x):
            return np.zeros(len(scene.bands), dtype=bool)
        found[np.flatnonzero(scene.bands)[left[noisy]]] = True
        left = left[~noisy]
        if not noisy.any() or len(left) < MIN_BANDS:
            break
    return found


def _noisy(x: Array, share: float) -> Generator[Step | None, None, NDArray[np.bool_]]:
    yield None
    with single_threaded_blas():
        x = x - x.mean(axis=1, keepdims=True)
        size = np.sqrt((x**2).mean(axis=1))
        size[size == 0] = 1
        x /= size[:, None]  # noise of any size must not hide what the others share
        correlation = x @ x.T / x.shape[1]
        yield None
        rest = unpredicted(precision(correlation, 1e-9)) @ x
    yield None
    spread = size * _spread(x)
    noise = np.minimum(size * _spread(rest), spread)  # where few odd pixels mislead the regression
    far = noise > FAR * float(np.median(noise))
    return np.asarray((noise**2 > share * spread**2) & far & (spread > 0))


def _spread(values: Array) -> Array:
    """Standard deviation of every row by the median deviation, which few odd pixels don't move."""
    middle = np.median(values, axis=1, keepdims=True)
    return np.asarray(1.4826 * np.median(np.abs(values - middle), axis=1))
