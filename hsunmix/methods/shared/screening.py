"""What no endmember should be looked for in: bands that are mostly noise, and pixels at the sensor's limit.

A pixel is saturated where its values stand at their bands' largest value in many bands at once, and other
pixels share those values: a sensor, or a product, cannot count further. Clouds and glint look so.
"""

from __future__ import annotations

from collections.abc import Generator

import msgspec
import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.glimpse import largest_values
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.engine.subsets import evenly, some_columns, with_bands, with_pixels
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods import Method
from hsunmix.methods.shared.noisy_bands import noisy_bands
from hsunmix.model.band_ranges import in_words
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step
from hsunmix.model.unmixing import Unmixing
from hsunmix.model.wording import counted
from hsunmix.parameters import to_dict

__all__ = ["filled", "saturated", "screened", "screens", "without_noise"]

Array = NDArray[np.float64]

MAX_PIXELS = 10_000  # from which spectra are told where bands were left out
NOISE_SHARE = 0.05  # of a band's variance; noise at least three times that of the usual band besides
MIN_SHARING = 5  # pixels at a band's largest value that make it a limit
BANDS = 0.1  # of the bands must be at their limit
MAX_SHARE = 0.3  # of the pixels: where more are at the limit, it is none of a few clouds


def screens(method: Method, params: msgspec.Struct) -> bool:
    """Whether a method with these parameters is to be given a scene that was ``screened``."""
    return method.traits.screens and bool(to_dict(params)["screen"])


def without_noise(cube: Cube, result: Unmixing) -> Cube:
    """Return a cube without the bands that a run on it found to be noise; itself where there are none."""
    left_out = cube.good_bands & ~result.used_bands
    if not result.parameters.get("screen") or not left_out.any():
        return cube
    return cube.with_bad_bands(left_out if cube.bad_bands is None else cube.bad_bands | left_out)


def screened(scene: Scene) -> Generator[Step | None, None, tuple[Scene, str]]:
    """Return the scene without such bands and pixels, and what was left out, in words.

    A scene that stays in its file is read for it only where there are such pixels; the workers of a cluster
    look for it at the blocks that they have.
    """
    said = []
    noisy = (yield from noisy_bands(scene, NOISE_SHARE, 3))[scene.bands]
    if noisy.any():
        bands = scene.bands.copy()
        bands[np.flatnonzero(bands)[noisy]] = False
        said.append(_of_bands(scene.bands & ~bands))
        scene = yield from with_bands(scene, ~noisy, bands)
    bright = yield from saturated(scene)
    if bright.any():
        said.append(
            f"{counted(int(bright.sum()), 'pixel')} at the sensor's limit (clouds or glint) "
            f"{'was' if bright.sum() == 1 else 'were'} left out."
        )
        scene = yield from with_pixels(scene, ~bright)
    return scene, " ".join(said)


def filled(scene: Scene, less: Scene, w: Array, h: PerPixel) -> Generator[Step | None, None, Array]:
    """Spectra over all bands of the cube and in its units, those that were left out by least squares.

    Parameters
    ----------
    scene, less : Scene
        As it was, and as ``screened`` returned it.
    w : array, (bands of ``less``, r)
    h : PerPixel
        Abundances of the pixels of ``less``.
    """
    full = less.full_spectra(w)
    left_out = scene.bands & ~less.bands
    if left_out.any():
        places = evenly(less.n_pixels, MAX_PIXELS)
        x = yield from some_columns(scene, np.searchsorted(scene.pixels, less.pixels[places]))
        x = x[left_out[scene.bands]]
        shares = np.nan_to_num(h.at(places).astype(np.float64))
        yield None
        with single_threaded_blas():
            found = np.linalg.lstsq(shares @ shares.T, shares @ x.T, rcond=1e-9)[0]
        full[left_out] = np.maximum(found.T, 0) * scene.scale
    return full


def saturated(scene: Scene) -> Generator[Step | None, None, NDArray[np.bool_]]:
    """Find the pixels at the limit, (pixels,)."""
    none = np.zeros(scene.n_pixels, dtype=bool)
    known = scene.glimpse
    top, sharing = (yield from largest_values(scene)) if known is None else (known.top, known.sharing)
    limits = np.flatnonzero((sharing >= MIN_SHARING) & (top > 0))
    if len(limits) < max(1, BANDS * scene.n_bands):
        return none
    share: PerPixel = scene.per_pixel()
    yield from scene.map(_at_limit, limits, top[limits].astype(np.float32), per_pixel=[share])
    bright = none.copy()
    bright[share.where_at_least(BANDS * scene.n_bands)] = True
    return bright if bright.mean() <= MAX_SHARE else none


def _at_limit(
    part: Part, limits: NDArray[np.int64], top: NDArray[np.float32], out: NDArray[np.float64]
) -> None:
    for i, tile in enumerate(part.tiles):
        out[i] = (tile[limits] == top[:, None]).sum(axis=0)


def _of_bands(left_out: NDArray[np.bool_]) -> str:
    count = int(left_out.sum())
    be, was = ("is", "was") if count == 1 else ("are", "were")
    return f"{counted(count, 'band')} that {be} mostly noise ({in_words(left_out)}) {was} left out."
