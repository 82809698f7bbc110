"""Made-up scenes, and what is asked of results: for tests of every room."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from hsunmix.engine.loading import from_array
from hsunmix.methods.running import pipeline
from hsunmix.model.choice import Choice
from hsunmix.model.library import Library
from hsunmix.model.maps import usual_maps
from hsunmix.model.progress import finish
from hsunmix.model.unmixing import Unmixing

__all__ = ["angles", "lake", "library_of_classes", "library_problem", "mixture", "solved", "with_numbers"]


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


def lake(lines: int = 40, samples: int = 30, bands: int = 60, noise: float = 0.002) -> np.ndarray:
    """A city with a lake, (lines, samples, bands): light varies, and the water is nearly black."""
    rng = np.random.default_rng(0)
    nm = np.linspace(450, 2480, bands)
    plants = 0.04 + 0.45 / (1 + np.exp((715 - nm) / 12)) * np.exp(-(((nm - 900) / 1200) ** 2))
    roofs = 0.12 + 0.15 * (nm - 450) / 2000 + 0.08 * np.sin(nm / 300)
    soil = 0.1 + 0.3 * (1 - np.exp((400 - nm) / 700))
    light = rng.uniform(0.4, 1.0, (lines, samples, 1))
    x = light * (rng.dirichlet([0.5, 0.5, 0.5], (lines, samples)) @ np.array([plants, roofs, soil]))
    line, sample = np.mgrid[:lines, :samples]
    water = ((line / lines - 0.6) / 0.3) ** 2 + ((sample / samples - 0.4) / 0.35) ** 2 < 1
    x[water] = rng.uniform(0.8, 1.2, (water.sum(), 1)) * (0.0005 + 0.004 * np.exp((450 - nm) / 200))
    return x + noise * rng.standard_normal(x.shape)


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
    return finish(pipeline.solve(from_array(x), w, Choice(method, parameters))).abundances.astype(np.float64)


def with_numbers(
    result: Unmixing, abundances: np.ndarray | None = None, rmse: np.ndarray | None = None
) -> Unmixing:
    """Return a result with other abundances, another residual or both."""
    new = usual_maps(
        result.abundances if abundances is None else abundances, result.rmse if rmse is None else rmse
    )
    return replace(result, maps={**result.maps, **new})


def library_of_classes(classes: tuple[str, ...], each: int, bands: int = 40, seed: int = 0) -> Library:
    """A library of so many smooth spectra of each class, which differ in brightness and shape."""
    rng = np.random.default_rng([seed, each])
    place = np.linspace(0, 1, bands)
    rows = []
    for k in range(len(classes)):
        base = 0.1 + 0.4 * np.exp(-(((place - (k + 0.5) / len(classes)) / 0.25) ** 2))
        bumps = rng.standard_normal((each, bands + 8))
        smooth = np.stack([np.convolve(one, np.ones(9) / 9, "valid") for one in bumps])
        rows.append(base * rng.uniform(0.7, 1.2, (each, 1)) + 0.03 * smooth)
    names = tuple(f"{name} {i + 1}" for name in classes for i in range(each))
    return Library(
        np.clip(np.concatenate(rows), 0.01, None), names, classes=tuple(np.repeat(classes, each).tolist())
    )
