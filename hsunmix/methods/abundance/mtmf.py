"""Mixture tuned matched filter: how much of a material stands out from the rest, and whether that can be.

Problem: for every pixel x and each of the spectra t by itself, find the score s, best among all linear
filters with s(t) = 1 and s(μ) = 0 whose mean square over the scene is smallest, where μ is the scene's mean.
No other material needs to be known. A second map tells how infeasible it is that the pixel is such a
mixture.
Method: s = (t − μ)ᵀ Σ⁻¹ (x − μ) / (t − μ)ᵀ Σ⁻¹ (t − μ) with the scene's covariance Σ. Along the scene's
noise adjusted components (MNF; the noise of each band is what the other bands don't predict), where noise
has variance one and the scene λ, a mixture with the share s of the target lies around s (t − μ) with the
variance (1 − s)² (λ − 1) + 1. Infeasibility is the root of the mean square, over the components, of the
distance from there in such units: about one for true mixtures, above it for what has the filter's answer by
chance.
Cost: two reads of X; bands² + 3 · bands · r operations a pixel.
Guarantee: scores are the matched filter's, which for a rare target in Gaussian clutter is the best linear
detector.
Limits: there must be more pixels than bands; a band with one value in all pixels has no part. Scores are no
fractions of a whole, don't sum to one, may be negative, and a material that fills much of the scene is part
of its own background: its scores are too low. The residual is that of the scores taken for abundances, and
says little.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import gram
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.errors import InputError
from hsunmix.methods import Abundances
from hsunmix.methods.contract import PixelMap
from hsunmix.methods.shared._components import noise_adjusted
from hsunmix.model.progress import Step
from hsunmix.model.wording import counted
from hsunmix.parameters import NoParams as Params

__all__ = ["MAY_BE_NEGATIVE", "MOMENTS", "NUMBERS", "REFERENCE", "TITLE", "WHOLE_SCENE", "Params", "run"]

TITLE = "Mixture tuned matched filter (MTMF)"
REFERENCE = "Boardman and Kruse, IEEE TGRS 49 (2011)"
MAY_BE_NEGATIVE = True
MOMENTS = True
WHOLE_SCENE = True
NUMBERS = (24, 24)

FLAT = 1e-12  # of a band's mean square: so much variance is rounding

Array = NDArray[np.float64]


def run(scene: Scene, w: NDArray[np.float64], params: Params) -> Generator[Step | None, None, Abundances]:
    """Score every pixel; w is (bands used, r)."""
    product, total = yield from gram(scene)
    kept = _varying(product, total, scene.n_pixels)
    found = noise_adjusted(product[np.ix_(kept, kept)], total[kept], scene.n_pixels)
    forward = np.zeros((kept.sum(), scene.n_bands))
    forward[:, kept] = found.forward
    target = found.forward @ (w[kept] - found.mean[:, None])
    filters = target / found.variances[:, None]
    answer = (filters * target).sum(axis=0)
    filters = (filters / np.where(answer > 0, answer, np.inf)).T
    r = w.shape[1]
    scores, apart = scene.per_pixel(r, np.float32, 0), scene.per_pixel(r, np.float32, 0)
    beyond = np.maximum(found.variances - 1, 0)
    yield from scene.map(
        _score, forward, found.forward @ found.mean, filters, target, beyond, per_pixel=[scores, apart]
    )
    scores.pad(0)
    apart.pad(0)
    infeasibility = PixelMap(apart, kind="score", of_endmembers=True, title="Infeasibility (noise sigmas)")
    note = "Scores of a matched filter: 0 is the scene's mean, 1 the whole spectrum; they don't sum to one."
    if flat := int((~kept).sum()):
        note += f" {counted(flat, 'band')} with one value in all pixels had no part."
    return Abundances(scores, note, {"infeasibility": infeasibility})


def _varying(product: Array, total: Array, pixels: int) -> NDArray[np.bool_]:
    """Return the bands whose values differ; by others the filter would tell that no pixel is the target.

    Raises
    ------
    InputError
        Pixels don't differ, or are too few: it would tell no more than that either.
    """
    power = np.diag(product) / pixels
    kept = power - np.square(total / pixels) > FLAT * power
    if not kept.any():
        raise InputError("mtmf needs pixels that differ, and all are alike")
    if pixels <= kept.sum():
        raise InputError(f"mtmf needs more pixels than bands, not {kept.sum()} bands and {pixels} pixels")
    return np.asarray(kept)


@single_threaded_blas()
def _score(
    part: Part, forward: Array, mean: Array, filters: Array, target: Array, beyond: Array,
    scores: NDArray[np.float32], apart: NDArray[np.float32],
) -> None:  # fmt: skip
    for tile, score, far in zip(part.tiles, scores, apart, strict=True):
        z = forward @ tile - mean[:, None]
        score[:] = filters @ z
        for k, (s, t) in enumerate(zip(score.astype(np.float64), target.T, strict=True)):
            variance = (1 - np.clip(s, 0, 1)) ** 2 * beyond[:, None] + 1
            far[k] = np.sqrt(((z - t[:, None] * s) ** 2 / variance).mean(axis=0))
