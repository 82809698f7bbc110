"""Scenes made of library spectra, so that the true endmembers and abundances are known.

The four kinds are the ones on which unmixing methods differ: pure pixels; none purer than 0.8;
outliers and shade; much noise and many materials.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from hsunmix.files import resource
from hsunmix.formats import open_spectra

__all__ = ["KINDS", "Planted", "planted"]

Array = NDArray[np.float64]

SIDE = 100  # lines and samples
LEAST_ANGLE = 8.0  # degrees between any two materials


@dataclass(frozen=True, eq=False)
class Planted:
    """A scene with its truth.

    Attributes
    ----------
    x : array, (bands, pixels)
    endmembers : array, (bands, r)
    abundances : array, (r, pixels)
        They sum to one; where there is shade, the pixels are darker than they say.
    shade : bool
        Whether brightness varies: abundances are then compared as shares of their sum.
    """

    x: Array
    endmembers: Array
    abundances: Array
    shade: bool = False


KINDS = {
    "pure": "planted, pure pixels, 30 dB, r=5",
    "mixed": "planted, no abundance above 0.8, 30 dB, r=5",
    "outliers": "planted, 0.5 % outliers, shade 0.5–1, 30 dB, r=5",
    "noisy": "planted, 20 dB, r=8",
}


def planted(kind: str, seed: int) -> Planted:
    """Make one scene of 100 × 100 pixels.

    Parameters
    ----------
    kind : str
        One of ``KINDS``.
    seed : int
    """
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    rank, decibel = (8, 20.0) if kind == "noisy" else (5, 30.0)
    w = _materials(rank, rng)
    h = _abundances(rank, rng, largest=0.8 if kind == "mixed" else 1.0)
    shade = kind == "outliers"
    clean = w @ h
    if shade:
        clean = clean * rng.uniform(0.5, 1.0, h.shape[1])
    noise = np.sqrt((clean**2).mean() / 10 ** (decibel / 10))
    x = clean + noise * rng.standard_normal(clean.shape)
    if shade:
        odd = rng.choice(h.shape[1], h.shape[1] // 200, replace=False)
        x[:, odd] = x.max() * rng.random((len(w), len(odd)))
    return Planted(np.maximum(x, 0), w, h, shade)


def _materials(rank: int, rng: np.random.Generator) -> Array:
    """Return spectra (bands, rank) of the built-in library, any two at least 8° apart."""
    spectra = _library()
    for _ in range(1000):
        pick = rng.permutation(spectra.shape[1])
        chosen: list[int] = []
        for k in pick:
            if all(_angle(spectra[:, k], spectra[:, j]) >= LEAST_ANGLE for j in chosen):
                chosen.append(int(k))
            if len(chosen) == rank:
                return spectra[:, chosen]
    raise ValueError(f"the library has no {rank} spectra {LEAST_ANGLE}° apart")


@cache
def _library() -> Array:
    """Spectra (bands, n) without gaps, outside the two windows of water vapour."""
    library = open_spectra(resource("resources", "spectra", "usgs_1995.csv"))
    assert library.wavelengths is not None
    nm = library.wavelengths
    keep = (nm > 400) & (nm < 2450) & ~((nm > 1340) & (nm < 1450)) & ~((nm > 1800) & (nm < 1960))
    values = library.values[:, keep]
    whole = np.isfinite(values).mean(axis=1) > 0.95
    values = values[whole][:, np.isfinite(values[whole]).all(axis=0)]
    return np.asarray(values.T, dtype=np.float64)


def _angle(a: Array, b: Array) -> float:
    return float(np.degrees(np.arccos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1))))


def _abundances(rank: int, rng: np.random.Generator, largest: float) -> Array:
    """Mixtures of two to four materials in patches, and a few pure pixels of each (up to ``largest``)."""
    from scipy.ndimage import gaussian_filter

    fields = np.stack(
        [gaussian_filter(rng.standard_normal((SIDE, SIDE)), 6, mode="wrap") for _ in range(rank)]
    )
    fields /= fields.std(axis=(1, 2), keepdims=True)
    h = np.exp(2.0 * fields).reshape(rank, -1)
    h *= rng.gamma(2.0, 0.5, h.shape)  # neighbours differ: scenes aren't that smooth
    h /= h.sum(axis=0)
    for k in range(rank):
        pure = rng.choice(h.shape[1], 20, replace=False)
        h[:, pure] = rng.dirichlet(np.ones(rank), 20).T * (1 - 0.98)
        h[k, pure] += 0.98
    over = h.max(axis=0) > largest
    while over.any():  # mix what is too pure with the mean
        h[:, over] = 0.9 * h[:, over] + 0.1 / rank
        over = h.max(axis=0) > largest
    return h
