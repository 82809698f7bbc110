"""Abundances of the part of a scene that is looked at, before those of the whole scene.

With fixed spectra every pixel is solved alone. So a window of the scene, subsampled to what can be
solved in a few hundredths of a second, shows what the whole will look like, and where all pixels
of the window were taken it is already exact there.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import residuals
from hsunmix.engine.scene import Scene
from hsunmix.engine.subsets import ascending
from hsunmix.methods import Abundances, get
from hsunmix.model.progress import Step

__all__ = ["BUDGET", "Preview", "PreviewRegion", "Window", "preview", "preview_region", "within"]

Window = tuple[int, int, int, int]  # first line, past the last, first sample, past the last

BUDGET = 40e6  # bands · endmembers · pixels: some hundredths of a second on two cores


@dataclass(frozen=True, eq=False)
class PreviewRegion:
    """Part of a scene that is looked at; serves any spectra.

    Attributes
    ----------
    scene : Scene
        Every ``step``-th line and sample of the window; possibly without a pixel.
    place : array of int64, (pixels of the part,)
        The place of each in the subsampled window, row by row.
    window : tuple of 4 int
        First line, one past the last, first sample, one past the last.
    step : int
    """

    scene: Scene
    place: NDArray[np.int64]
    window: Window
    step: int


@dataclass(frozen=True, eq=False)
class Preview:
    """Part of a result.

    Attributes
    ----------
    window : tuple of 4 int
    step : int
        Each solved pixel stands for a block of step × step.
    abundances : array of float32, (r, lines of the window, samples of the window)
        NaN where a pixel is not used.
    rmse : array of float32, (lines of the window, samples of the window)
    """

    window: Window
    step: int
    abundances: NDArray[np.float32]
    rmse: NDArray[np.float32]


def within(scene: Scene, window: Window | None, rank: int, budget: float = BUDGET) -> tuple[Window, int]:
    """Return what of a window lies in the scene, and by which step it must be subsampled.

    Parameters
    ----------
    scene : Scene
        Of lines and samples.
    window : tuple of 4 int, or None
        None means the whole scene.
    rank : int
        Number of endmembers.
    budget : float
        As ``BUDGET``.
    """
    lines, samples = scene.shape
    top, bottom, left, right = window or (0, lines, 0, samples)
    top, left = min(max(top, 0), lines - 1), min(max(left, 0), samples - 1)
    bottom, right = min(max(bottom, top + 1), lines), min(max(right, left + 1), samples)
    work = (bottom - top) * (right - left) * scene.n_bands * rank
    return (top, bottom, left, right), max(1, int(np.ceil(np.sqrt(work / budget))))


def preview_region(scene: Scene, window: Window, step: int) -> Generator[Step | None, None, PreviewRegion]:
    """Take every ``step``-th line and sample of a window out of a scene."""
    top, bottom, left, right = window
    line = np.minimum(np.arange(top, bottom, step) + step // 2, bottom - 1)
    sample = np.minimum(np.arange(left, right, step) + step // 2, right - 1)
    wanted = (line[:, None] * scene.shape[1] + sample).ravel()
    column = np.minimum(np.searchsorted(scene.pixels, wanted), scene.n_pixels - 1)
    place = np.flatnonzero(scene.pixels[column] == wanted)
    column = column[place]
    part = yield from ascending(scene, column)
    return PreviewRegion(part, place, window, step)


def preview(
    seen: PreviewRegion, endmembers: NDArray[np.float64], abundance: str
) -> Generator[Step | None, None, Preview]:
    """Solve the pixels of a region.

    Parameters
    ----------
    seen : PreviewRegion
    endmembers : array, (bands, r)
        In the cube's units.
    abundance : str
        An abundance method, with its defaults.
    """
    part, step = seen.scene, seen.step
    w = part.used_spectra(np.asarray(endmembers, dtype=np.float64))
    top, bottom, left, right = seen.window
    height, width = bottom - top, right - left
    shape = (-(-height // step), -(-width // step))
    layers = np.full((w.shape[1] + 1, shape[0] * shape[1]), np.nan, np.float32)
    if part.n_pixels:
        method = get(abundance, "abundance")
        found: Abundances = yield from method.run(part, w, method.params())
        rest = yield from residuals(part, w, found.h)
        layers[:-1, seen.place] = found.h.known()
        layers[-1, seen.place] = np.sqrt(rest.known() / part.n_bands) * part.scale
    grown = layers.reshape(-1, *shape)
    if step > 1:
        grown = grown.repeat(step, axis=1).repeat(step, axis=2)[:, :height, :width]
    return Preview(seen.window, step, grown[:-1], grown[-1])
