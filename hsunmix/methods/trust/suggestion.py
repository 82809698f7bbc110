"""What the residual asks for: the spectrum that the endmembers lack most.

The pixel that fits worst is a bad answer: a single pixel fits badly because it is noisy, or a
glitch. A missing material leaves the same shape of residual in many pixels. So among the pixels
that fit worst those are looked for whose residuals, measured minus modelled, point the same way,
and of the group that together leaves most unexplained, the pixels with the largest residual for
their brightness, which are the purest, are averaged.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.model.progress import Step
from hsunmix.model.unmixing import Unmixing

__all__ = ["Suggestion", "suggest"]

WORST_SHARE = 0.02  # share of the pixels, those that fit worst, that is looked at
MIN_PIXELS, MAX_PIXELS = 200, 2000  # of them
SUPPORT = 5  # other pixels that must share a residual's direction
LIKE = (0.8, 0.6, 0.45)  # cosines from which on two residuals have the same shape: the noisier, the lower
AVERAGED = 12  # pixels in the mean
MIN_TIMES = 1.5  # the usual misfit: what the whole scene has in common is no missing material
NARROW = 3.0  # bands: a residual that is no wider is a glitch of the sensor, not a material


@dataclass(frozen=True, eq=False)
class Suggestion:
    """A spectrum that the endmembers lack.

    Attributes
    ----------
    line, sample : int
        The purest of its pixels.
    pixels : array of int64, (n,)
        line · samples + sample of all pixels of the group, the purest first.
    spectrum : array of float64, (bands,)
        Mean of the purest pixels, in the cube's units; NaN in bands that are not used.
    times : float
        How many times the median misfit of the scene theirs is.
    """

    line: int
    sample: int
    pixels: NDArray[np.int64]
    spectrum: NDArray[np.float64]
    times: float


def suggest(scene: Scene, result: Unmixing) -> Generator[Step | None, None, Suggestion | None]:
    """Find the spectrum to add next.

    Parameters
    ----------
    scene : Scene
        Of lines and samples.
    result : Unmixing
        Of this scene.

    Returns
    -------
    Suggestion or None
        None where no pixels stand out: no shape of residual comes back, or only with about the misfit
        that the scene has everywhere (an error of calibration, a model that is a little off).
    """
    misfit = np.nan_to_num(result.rmse.reshape(-1)[scene.pixels])
    columns = _worst(misfit)
    yield None
    x = scene.columns(columns) * scene.scale
    pixels = scene.pixels[columns]
    w = result.endmembers[scene.bands]
    rest = x - w @ result.abundances.reshape(result.rank, -1)[:, pixels]
    size = np.linalg.norm(rest, axis=0)
    usable = (size > 0) & (_width(rest) > NARROW)
    yield None
    group = _group(rest[:, usable], size[usable])
    if group is None:
        return None
    yield None
    members = np.flatnonzero(usable)[group]
    median = float(np.median(misfit))
    times = float(np.median(misfit[columns[members]])) / median if median > 0 else np.inf
    if times < MIN_TIMES:
        return None
    purity = size[members] / np.linalg.norm(x[:, members], axis=0)
    members = members[np.argsort(-purity, kind="stable")]
    full = np.full(len(scene.bands), np.nan)
    full[scene.bands] = x[:, members[:AVERAGED]].mean(axis=1)
    line, sample = divmod(int(pixels[members[0]]), scene.shape[1])
    return Suggestion(line, sample, pixels[members], full, times)


def _worst(misfit: NDArray[np.float32]) -> NDArray[np.int64]:
    """Columns of the pixels that fit worst; of very many, some spread evenly among them."""
    count = min(len(misfit), max(MIN_PIXELS, round(WORST_SHARE * len(misfit))))
    worst = np.sort(np.argpartition(-misfit, count - 1)[:count])
    return np.asarray(worst[:: -(-count // MAX_PIXELS)], dtype=np.int64)


def _width(rest: NDArray[np.float64]) -> NDArray[np.float64]:
    """Over how many bands each residual is spread: (Σe²)² / Σe⁴."""
    squares = rest**2
    return np.asarray(squares.sum(axis=0) ** 2 / np.maximum((squares**2).sum(axis=0), 1e-300))


def _group(rest: NDArray[np.float64], size: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """Find the residuals of one shape that together leave most unexplained; None if no shape comes back."""
    if rest.shape[1] <= SUPPORT:
        return None
    shape = (rest / size).astype(np.float32)
    with single_threaded_blas():
        like = shape.T @ shape
    for least in LIKE:
        same = like > least
        energy = np.where(same.sum(axis=1) > SUPPORT, same @ size**2, 0.0)
        if energy.max() > 0:
            return np.flatnonzero(same[int(np.argmax(energy))])
    return None
