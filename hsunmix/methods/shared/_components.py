"""Noise adjusted components (MNF): directions ordered by how far the scene stands out from its noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.threads import single_threaded_blas

__all__ = ["Components", "noise_adjusted", "predicted_noise"]

Array = NDArray[np.float64]

QUIETEST = 1e-10  # of the mean power of a band: float32 data have no less noise
FLATTEST = 1e-10  # of the largest variance


@dataclass(frozen=True, eq=False)
class Components:
    """Where noise has variance one and is uncorrelated.

    Attributes
    ----------
    mean : array, (bands,)
        The scene's.
    forward : array, (components, bands)
        ``forward @ (x − mean)`` are a pixel's components, the one that stands out most first.
    backward : array, (bands, components)
        Its inverse.
    variances : array, (components,)
        Of the scene, in units of the noise; one or less is nothing but noise.
    """

    mean: Array
    forward: Array
    backward: Array
    variances: Array


def noise_adjusted(product: Array, total: Array, pixels: int, noise: Array | None = None) -> Components:
    """Return the components of a scene.

    Parameters
    ----------
    product, total : array, (bands, bands), (bands,)
        X Xᵀ, and the sum over the pixels.
    pixels : int
    noise : array, (bands, bands), optional
        Covariance of the noise; by default that of each band is what the others don't predict.
    """
    mean = total / pixels
    covariance = product / pixels - np.outer(mean, mean)
    return _split(mean, covariance, np.diag(predicted_noise(product / pixels)) if noise is None else noise)


@single_threaded_blas()
def _split(mean: Array, covariance: Array, noise: Array) -> Components:
    """Whiten the noise, then turn to the scene's axes."""
    power, axes = np.linalg.eigh((noise + noise.T) / 2)
    power = np.maximum(power, max(QUIETEST * float(np.trace(covariance)) / len(mean), 1e-300))
    whiten = axes.T / np.sqrt(power)[:, None]
    scene = whiten @ covariance @ whiten.T
    variances, turn = np.linalg.eigh((scene + scene.T) / 2)
    variances, turn = variances[::-1], turn[:, ::-1]
    variances = np.maximum(variances, FLATTEST * max(float(variances[0]), 1e-300))
    return Components(mean, turn.T @ whiten, (axes * np.sqrt(power)) @ turn, variances)


@single_threaded_blas()
def predicted_noise(correlation: Array) -> Array:
    """Return the variance of each band's noise, (bands,): what regression on the other bands leaves.

    With P = R⁻¹, band i is −Σ_j≠i P_ij / P_ii x_j plus noise of variance 1 / P_ii.
    """
    p = len(correlation)
    power = float(np.trace(correlation)) / p
    ridge = max(QUIETEST * power, 1e-300)
    precision = np.linalg.inv(correlation + ridge * np.eye(p))
    return np.asarray(np.maximum(1 / np.diag(precision), QUIETEST * power))
