"""Scenes made of library spectra, so that the true endmembers and abundances are known.

The four kinds are the ones on which unmixing methods differ: pure pixels; none purer than 0.8;
outliers and shade; much noise and many materials. Each can be made from the 23 chosen minerals, plants
and ice or from the whole built-in library, whose spectra are darker and more alike; and with abundances
in patches, where few materials meet, or uniform, where every mixture is as likely as any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hsunmix.files import resource
from hsunmix.formats import builtin_library, open_spectra
from hsunmix.model.angles import angles

__all__ = ["KINDS", "Library", "Mixing", "Planted", "mixed_scene", "planted"]

Array = NDArray[np.float64]
Library = Literal["chosen", "whole"]
Mixing = Literal["patches", "uniform"]

SIDE = 100  # lines and samples
MIN_ANGLE = 8.0  # degrees between any two materials
CHOSEN = ("resources", "spectra", "usgs_1995.csv")
PURE = 20  # nearly pure pixels of each material


@dataclass(frozen=True, eq=False)
class Planted:
    """A scene with its truth.

    Attributes
    ----------
    x : array, (bands, pixels)
    endmembers : array, (bands, r)
    abundances : array, (r, pixels)
        They sum to one; where there is shade, the pixels are darker than they say.
    odd : array of bool, (pixels,)
        Outliers: they hold no mixture, so they have no true abundances.
    shade : bool
        Whether brightness varies: abundances are then compared as shares of their sum.
    """

    x: Array
    endmembers: Array
    abundances: Array
    odd: NDArray[np.bool_]
    shade: bool = False


KINDS = {
    "pure": "planted, pure pixels, 30 dB, r=5",
    "mixed": "planted, no abundance above 0.8, 30 dB, r=5",
    "outliers": "planted, 0.5 % outliers, shade 0.5–1, 30 dB, r=5",
    "noisy": "planted, 20 dB, r=8",
}


def planted(kind: str, seed: int, library: Library = "chosen", mixing: Mixing = "patches") -> Planted:
    """Make one scene of 100 × 100 pixels.

    Parameters
    ----------
    kind : str
        One of ``KINDS``.
    seed : int
    library : str
        What the materials are drawn from.
    mixing : str
        How they are mixed.
    """
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    rank, decibel = (8, 20.0) if kind == "noisy" else (5, 30.0)
    largest = 0.8 if kind == "mixed" else 1.0
    return mixed_scene(rank, decibel, rng, library, mixing, largest, odd=kind == "outliers")


def mixed_scene(
    rank: int,
    decibel: float,
    rng: np.random.Generator,
    library: Library = "chosen",
    mixing: Mixing = "patches",
    largest: float = 1.0,
    odd: bool = False,
) -> Planted:
    """Mix ``rank`` materials, no abundance above ``largest``; ``odd``: with shade and outliers.

    The decibels are 10 log₁₀ of the mean square of all values over that of the noise, which is the
    same in all bands. Noise below zero counts as zero.
    """
    w = _materials(rank, rng, library)
    h = _abundances(rank, rng, largest) if mixing == "patches" else _uniform(rank, rng, largest)
    clean = w @ h
    if odd:
        clean = clean * rng.uniform(0.5, 1.0, h.shape[1])
    noise = np.sqrt((clean**2).mean() / 10 ** (decibel / 10))
    x = clean + noise * rng.standard_normal(clean.shape)
    outliers = np.zeros(h.shape[1], dtype=bool)
    if odd:
        places = rng.choice(h.shape[1], h.shape[1] // 200, replace=False)
        x[:, places] = x.max() * rng.random((len(w), len(places)))
        outliers[places] = True
    return Planted(np.maximum(x, 0), w, h, outliers, odd)


def _materials(rank: int, rng: np.random.Generator, library: Library) -> Array:
    """Return spectra (bands, rank) of a library, any two at least 8° apart."""
    spectra = _library(library)
    for _ in range(1000):
        pick = rng.permutation(spectra.shape[1])
        chosen: list[int] = []
        for k in pick:
            if (angles(spectra[:, [k]], spectra[:, chosen]) >= MIN_ANGLE).all():
                chosen.append(int(k))
            if len(chosen) == rank:
                return spectra[:, chosen]
    raise ValueError(f"the library has no {rank} spectra {MIN_ANGLE}° apart")


@cache
def _library(name: Library) -> Array:
    """Spectra (bands, n) without gaps, outside the two windows of water vapour."""
    found = builtin_library() if name == "whole" else open_spectra(resource(*CHOSEN))
    assert found.wavelengths is not None
    nm = found.wavelengths
    keep = (nm > 400) & (nm < 2450) & ~((nm > 1340) & (nm < 1450)) & ~((nm > 1800) & (nm < 1960))
    values = found.values[:, keep]
    return np.asarray(values[np.isfinite(values).all(axis=1)].T, dtype=np.float64)


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
        pure = rng.choice(h.shape[1], PURE, replace=False)
        h[:, pure] = rng.dirichlet(np.ones(rank), PURE).T * (1 - 0.98)
        h[k, pure] += 0.98
    over = h.max(axis=0) > largest
    while over.any():  # mix what is too pure with the mean
        h[:, over] = 0.9 * h[:, over] + 0.1 / rank
        over = h.max(axis=0) > largest
    return h


def _uniform(rank: int, rng: np.random.Generator, largest: float) -> Array:
    """Mixtures drawn evenly from all there are, and pure pixels of each material if they may be."""
    h = rng.dirichlet(np.ones(rank), SIDE * SIDE).T
    while (over := h.max(axis=0) > largest).any():
        h[:, over] = rng.dirichlet(np.ones(rank), int(over.sum())).T
    if largest == 1:
        places = rng.choice(h.shape[1], (rank, PURE), replace=False)
        for k in range(rank):
            h[:, places[k]] = np.eye(rank)[:, [k]]
    return h
