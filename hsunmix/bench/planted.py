"""Scenes made of library spectra, so that the true endmembers and abundances are known.

The kinds are those on which unmixing methods differ: pure pixels or none, outliers and shade, noise, bad
bands, clouds, a rare material, bent mixing, many materials, few pixels, few bands. Each can be made from the
23 chosen minerals, plants and ice or from the whole built-in library, whose spectra are darker and more
alike; and with abundances in patches, where few materials meet, or uniform, where every mixture is as likely
as any other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hsunmix.files import resource
from hsunmix.formats import builtin_library, open_spectra
from hsunmix.model.angles import angles

__all__ = ["KINDS", "Kind", "Library", "Mixing", "Planted", "mixed_scene", "planted"]

Array = NDArray[np.float64]
Library = Literal["chosen", "whole"]
Mixing = Literal["patches", "uniform"]

SIDE = 100  # lines and samples, unless a kind has fewer
MIN_ANGLE = 8.0  # degrees between any two materials, where there are enough
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
    bad : array of bool, (bands,)
        Bands without information: spectra are not compared there.
    rare : int or None
        The endmember that only a few pixels have.
    """

    x: Array
    endmembers: Array
    abundances: Array
    odd: NDArray[np.bool_]
    shade: bool = False
    bad: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    rare: int | None = None


@dataclass(frozen=True)
class Kind:
    """How a kind of scene is made.

    Attributes
    ----------
    title : str
    rank : int
    decibel : float
    largest : float
        No abundance is above this.
    odd : bool
        Shade, and outliers.
    side : int
        Lines, and samples.
    disturb : function of a scene and a generator, or None
        What happens to the scene afterwards.
    """

    title: str
    rank: int = 5
    decibel: float = 30.0
    largest: float = 1.0
    odd: bool = False
    side: int = SIDE
    disturb: Callable[[Planted, np.random.Generator], Planted] | None = None


def _bad_bands(scene: Planted, rng: np.random.Generator) -> Planted:
    """A tenth of the bands mostly noise, four dead, eight striped along the columns."""
    x, bands, side = scene.x.copy(), len(scene.x), _side(scene)
    chosen = rng.permutation(bands)
    noisy, dead, striped = np.split(chosen[: bands // 10 + 12], [bands // 10, bands // 10 + 4])
    spread = x.std(axis=1, keepdims=True)
    x[noisy] += 3 * spread[noisy] * rng.standard_normal((len(noisy), x.shape[1]))
    x[striped] += (
        2 * spread[striped, None] * rng.standard_normal((len(striped), 1, side)) * np.ones((side, 1))
    ).reshape(len(striped), -1)
    x[dead] = 0
    bad = np.zeros(bands, dtype=bool)
    bad[[*noisy, *dead, *striped]] = True
    return replace(scene, x=np.maximum(x, 0), bad=bad)


def _clouds(scene: Planted, rng: np.random.Generator) -> Planted:
    """Bands end at a largest value; clouds reach it in a twentieth of the pixels; a border holds zeros."""
    from scipy.ndimage import gaussian_filter

    shape = (_side(scene), _side(scene))
    cover = gaussian_filter(rng.standard_normal(shape), 4, mode="wrap").ravel()
    cloudy = cover > np.quantile(cover, 0.95)
    top = 1.1 * scene.x.max()
    x = scene.x.copy()
    x[:, cloudy] = np.minimum(
        top * rng.uniform(0.95, 1.6, (1, int(cloudy.sum()))) * np.linspace(1.1, 0.9, len(x))[:, None], top
    )
    border = np.zeros(shape, dtype=bool)
    border[:4], border[:, -7:] = True, True
    x[:, border.ravel()] = 0
    return replace(scene, x=x, odd=scene.odd | cloudy | border.ravel())


def _rare(scene: Planted, rng: np.random.Generator) -> Planted:
    """The last material is in ten pixels only, at nine tenths or more."""
    w, h = scene.endmembers, scene.abundances.copy()
    noise = scene.x - w @ h
    last = len(h) - 1
    h[last] = 0
    h /= np.maximum(h.sum(axis=0), 1e-12)
    places = rng.choice(h.shape[1], 10, replace=False)
    share = rng.uniform(0.9, 1.0, 10)
    h[:, places] *= 1 - share
    h[last, places] = share
    return replace(scene, x=np.maximum(w @ h + noise, 0), abundances=h, rare=last)


def _bent(scene: Planted, rng: np.random.Generator) -> Planted:
    """Light that met two materials: the generalized bilinear model, each pair with a strength of its own."""
    w, h = scene.endmembers, scene.abundances
    x = scene.x.copy()
    for i in range(len(h)):
        for j in range(i):
            x += np.outer(w[:, i] * w[:, j], rng.uniform(0, 1, h.shape[1]) * h[i] * h[j])
    return replace(scene, x=x)


def _few_bands(scene: Planted, rng: np.random.Generator) -> Planted:  # noqa: ARG001
    """Eight bands, evenly spaced."""
    keep = np.linspace(0, len(scene.x) - 1, 8).round().astype(int)
    return replace(scene, x=scene.x[keep], endmembers=scene.endmembers[keep], bad=scene.bad[keep])


def _side(scene: Planted) -> int:
    return math.isqrt(scene.x.shape[1])


def _shade(scene: Planted, rng: np.random.Generator) -> Planted:
    light = rng.uniform(0.5, 1.0, scene.x.shape[1])
    clean = scene.endmembers @ scene.abundances
    return replace(scene, x=np.maximum(scene.x - clean * (1 - light), 0), shade=True)


def _poisson(scene: Planted, rng: np.random.Generator) -> Planted:
    """Noise that grows with the light, of the same power over all."""
    clean = scene.endmembers @ scene.abundances
    noise = np.sqrt((clean**2).mean() / 1000 * clean / clean.mean())
    return replace(scene, x=np.maximum(clean + noise * rng.standard_normal(clean.shape), 0))


KINDS = {
    "pure": Kind("planted, pure pixels, 30 dB, r=5"),
    "mixed": Kind("planted, no abundance above 0.8, 30 dB, r=5", largest=0.8),
    "outliers": Kind("planted, 0.5 % outliers, shade 0.5–1, 30 dB, r=5", odd=True),
    "noisy": Kind("planted, 20 dB, r=8", rank=8, decibel=20.0),
    "bad-bands": Kind("planted, noisy, dead and striped bands, 30 dB, r=5", disturb=_bad_bands),
    "clouds": Kind("planted, 5 % saturated clouds and an empty border, 30 dB, r=5", disturb=_clouds),
    "rare": Kind("planted, one material in 10 pixels, 30 dB, r=5", disturb=_rare),
    "bilinear": Kind("planted, bilinear mixing, 30 dB, r=5", disturb=_bent),
    "diluted": Kind("planted, no abundance above 0.6, 30 dB, r=5", largest=0.6),
    "small": Kind("planted, 64 pixels, 30 dB, r=5", side=8),
    "few-bands": Kind("planted, 8 bands, 30 dB, r=6", rank=6, disturb=_few_bands),
    "twelve": Kind("planted, pure pixels, 30 dB, r=12", rank=12),
    "twenty": Kind("planted, pure pixels, 30 dB, r=20", rank=20),
    "shade": Kind("planted, shade 0.5–1, 30 dB, r=5", disturb=_shade),
    "poisson": Kind("planted, noise that grows with the light, 30 dB, r=5", disturb=_poisson),
}


def planted(
    kind: str,
    seed: int,
    library: Library = "chosen",
    mixing: Mixing = "patches",
    side: int | None = None,
    rank: int | None = None,
) -> Planted:
    """Make one scene, of 100 × 100 pixels unless its kind is small.

    Parameters
    ----------
    kind : str
        One of ``KINDS``.
    seed : int
    library : str
        What the materials are drawn from.
    mixing : str
        How they are mixed.
    side : int, optional
        Lines and samples, instead of those of the kind; a kind that is smaller stays so.
    rank : int, optional
        Materials, instead of those of the kind.
    """
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    how = KINDS[kind]
    side = min(how.side, side or how.side)
    rank = rank or how.rank
    scene = mixed_scene(rank, how.decibel, rng, library, mixing, how.largest, how.odd, side)
    return how.disturb(scene, rng) if how.disturb else scene


def mixed_scene(
    rank: int,
    decibel: float,
    rng: np.random.Generator,
    library: Library = "chosen",
    mixing: Mixing = "patches",
    largest: float = 1.0,
    odd: bool = False,
    side: int = SIDE,
) -> Planted:
    """Mix ``rank`` materials, no abundance above ``largest``; ``odd``: with shade and outliers.

    The decibels are 10 log₁₀ of the mean square of all values over that of the noise, which is the
    same in all bands. Noise below zero counts as zero.
    """
    w = _materials(rank, rng, library)
    h = (_abundances if mixing == "patches" else _uniform)(rank, rng, largest, side)
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
    return Planted(np.maximum(x, 0), w, h, outliers, odd, np.zeros(len(w), dtype=bool))


def _materials(rank: int, rng: np.random.Generator, library: Library) -> Array:
    """Return spectra (bands, rank) of a library, at least 8° apart, nearer where there aren't so many."""
    spectra = _library(library)
    apart = MIN_ANGLE
    while apart > 1:
        for _ in range(1000 if apart == MIN_ANGLE else 100):
            chosen: list[int] = []
            for k in rng.permutation(spectra.shape[1]):
                if (angles(spectra[:, [k]], spectra[:, chosen]) >= apart).all():
                    chosen.append(int(k))
                if len(chosen) == rank:
                    return spectra[:, chosen]
        apart *= 0.75
    raise ValueError(f"the library has no {rank} spectra")


@cache
def _library(name: Library) -> Array:
    """Spectra (bands, n) without gaps, outside the two windows of water vapour."""
    found = builtin_library() if name == "whole" else open_spectra(resource(*CHOSEN))
    assert found.wavelengths is not None
    nm = found.wavelengths
    keep = (nm > 400) & (nm < 2450) & ~((nm > 1340) & (nm < 1450)) & ~((nm > 1800) & (nm < 1960))
    values = found.values[:, keep]
    return np.asarray(values[np.isfinite(values).all(axis=1)].T, dtype=np.float64)


def _abundances(rank: int, rng: np.random.Generator, largest: float, side: int) -> Array:
    """Mixtures of two to four materials in patches, and a few pure pixels of each (up to ``largest``)."""
    from scipy.ndimage import gaussian_filter

    fields = np.stack(
        [gaussian_filter(rng.standard_normal((side, side)), 0.06 * side, mode="wrap") for _ in range(rank)]
    )
    fields /= fields.std(axis=(1, 2), keepdims=True)
    h = np.exp(2.0 * fields).reshape(rank, -1)
    h *= rng.gamma(2.0, 0.5, h.shape)  # neighbours differ: scenes aren't that smooth
    h /= h.sum(axis=0)
    count = min(PURE, h.shape[1] // (4 * rank))
    for k in range(rank):
        pure = rng.choice(h.shape[1], count, replace=False)
        h[:, pure] = rng.dirichlet(np.ones(rank), count).T * (1 - 0.98)
        h[k, pure] += 0.98
    over = h.max(axis=0) > largest
    while over.any():  # mix what is too pure with the mean
        h[:, over] = 0.9 * h[:, over] + 0.1 / rank
        over = h.max(axis=0) > largest
    return h


def _uniform(rank: int, rng: np.random.Generator, largest: float, side: int) -> Array:
    """Mixtures drawn evenly from all there are, and pure pixels of each material if they may be."""
    h = rng.dirichlet(np.ones(rank), side * side).T
    while (over := h.max(axis=0) > largest).any():
        h[:, over] = rng.dirichlet(np.ones(rank), int(over.sum())).T
    if largest == 1:
        places = rng.choice(h.shape[1], (rank, min(PURE, h.shape[1] // (4 * rank))), replace=False)
        for k in range(rank):
            h[:, places[k]] = np.eye(rank)[:, [k]]
    return h
