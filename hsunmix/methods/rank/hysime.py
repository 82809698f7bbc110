"""Signal subspace by minimum error (HySime): how many directions hold more signal than noise.

Problem: choose the subspace that minimizes the error of the projected scene plus the noise that
the projection lets through.
Method: the noise of a band is what regression on all other bands can't predict; eigenvectors of
the signal's correlation are kept where they hold more than twice their noise.
Cost: one read of X, and products of bands × bands matrices.
Limits: on clean scenes it is right; on real ones it counts small variations too (Samson 43, Jasper 18). Where
more than three directions hold hardly more than twice their noise, the number is the upper end of
a range; the lower end are the directions with a ten thousandth of the scene's power.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import gram
from hsunmix.engine.scene import Scene
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.errors import InputError
from hsunmix.methods import RankEstimate
from hsunmix.methods.shared._regression import precision, unpredicted
from hsunmix.model.progress import Step
from hsunmix.parameters import NoParams as Params

__all__ = ["EVERYDAY", "REFERENCE", "TITLE", "Params", "run"]

TITLE = "Signal subspace (HySime)"
REFERENCE = "Bioucas-Dias and Nascimento, IEEE TGRS 46 (2008)"
EVERYDAY = True

Array = NDArray[np.float64]

BARELY, MAX_BARELY = 3.0, 3  # so few directions may hold less than so many times what they must
FAINT = 1e-4  # of the scene's power


def run(scene: Scene, params: Params) -> Generator[Step | None, None, RankEstimate]:
    """Estimate the dimension of the signal subspace."""
    p, n = scene.n_bands, scene.n_pixels
    if p < 2 or n <= p:
        raise InputError(f"hysime needs at least 2 bands and more pixels than bands, not {p} and {n}")
    product, _ = yield from gram(scene)
    correlation = product / n
    signal, noise = _split(correlation)
    yield None
    power, noise_power = _along(correlation, signal, noise)
    cost = 2 * noise_power - power
    rank = int((cost < 0).sum())
    order = np.argsort(cost)
    curve = np.sqrt(np.maximum(np.trace(correlation) + np.cumsum(cost[order]), 0) / np.trace(correlation))
    rank = max(rank, 1)
    barely = int(((cost < 0) & (power < BARELY * 2 * noise_power)).sum())
    low = min(rank, int((power >= FAINT * power.sum()).sum())) if barely > MAX_BARELY else rank
    sentence = f"The signal fills {rank} dimensions by HySime"
    if low < rank:
        sentence += f", {low} of them with power; real scenes are unmixed with {low} rather than {rank}"
    return RankEstimate(
        rank,
        curve[: min(p, max(2 * rank, rank + 10))],
        "error of the projected scene plus noise let through, relative",
        sentence + ".",
        low,
        rank,
    )


@single_threaded_blas()
def _split(correlation: Array) -> tuple[Array, Array]:
    """Correlation of the signal, and of the noise, which is what regression on the other bands leaves."""
    p = len(correlation)
    noise_map = unpredicted(precision(correlation))  # noise = noise_map · x
    noise = np.diag(np.diag(noise_map @ correlation @ noise_map.T))
    signal_map = np.eye(p) - noise_map
    signal = signal_map @ correlation @ signal_map.T
    # The authors' floor: no band's noise is taken for less than 1e-5 of the mean signal power.
    return signal, noise + 1e-5 * np.trace(signal) / p * np.eye(p)


@single_threaded_blas()
def _along(correlation: Array, signal: Array, noise: Array) -> tuple[Array, Array]:
    """Power of the scene and of the noise along the signal's directions, the strongest first."""
    vectors = np.linalg.eigh(signal)[1][:, ::-1]
    return (
        np.einsum("ij,ij->j", vectors, correlation @ vectors),
        np.einsum("ij,ij->j", vectors, noise @ vectors),
    )
