"""Made-up scenes, and what is asked of results: for tests of every room."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from hsunmix.engine.scene import from_array
from hsunmix.jobs import finish
from hsunmix.methods import pipeline

__all__ = ["angles", "library_problem", "mixture", "solved"]


def mixture(
    bands: int = 24, pixels: int = 900, rank: int = 4, noise: float = 0.002, seed: int = 0
) -> np.ndarray:
    """Mixtures of smooth spectra, (bands, pixels), the first pixels pure."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, bands)[:, None]
    w = 0.05 + np.exp(-(((place - np.linspace(0.1, 0.9, rank)) / 0.15) ** 2))
    h = rng.dirichlet(np.full(rank, 0.5), pixels).T
    h[:, :rank] = np.eye(rank)
    return np.abs(w @ h + noise * rng.standard_normal((bands, pixels)))


def angles(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Spectral angles in degrees of the best matching pairs."""
    cosine = (found / np.linalg.norm(found, axis=0)).T @ (true / np.linalg.norm(true, axis=0))
    degrees = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    return degrees[linear_sum_assignment(degrees)]


def library_problem(rank: int, seed: int = 0, pixels: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """A library, and pixels of four spectra each with noise."""
    rng = np.random.default_rng(seed)
    w = rng.random((60, rank))
    h = np.zeros((rank, pixels))
    for t in range(pixels):
        h[rng.choice(rank, min(4, rank), replace=False), t] = rng.dirichlet(np.ones(min(4, rank)))
    return w, w @ h + 0.02 * rng.standard_normal((60, pixels))


def solved(x: np.ndarray, w: np.ndarray, method: str, **parameters: object) -> np.ndarray:
    """Abundances of given spectra by a method."""
    return finish(pipeline.solve(from_array(x), w, method, parameters)).abundances.astype(np.float64)
