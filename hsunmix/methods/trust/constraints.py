"""What a result's constraints hide: the same endmembers with nothing constrained.

Abundances that may not be negative can't say that a pixel needs less than nothing of a material.
The unconstrained solution can: where it has negative fractions, or (if they had to sum to one) sums
far from one, the pixel holds something that these endmembers don't offer. Noise makes small
overstepping, so only what is more than ``MAX_NEGATIVE`` and three standard errors counts; the noise is
taken from the pixel of median misfit, since in a pixel that lacks a material the misfit is no noise.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, residuals, unconstrained
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part
from hsunmix.engine.subsets import subsample
from hsunmix.methods import find
from hsunmix.model.progress import Step
from hsunmix.model.unmixing import Unmixing
from hsunmix.model.wording import percent

__all__ = ["MAX_NEGATIVE", "MAX_SUM_ERROR", "Check", "check", "sums_to_one"]

MAX_NEGATIVE = 0.05  # a fraction below −MAX_NEGATIVE is negative
MAX_SUM_ERROR = 0.10  # a sum further than this from one is far from it
ERRORS = 3.0  # standard errors that both must exceed as well
THINNED = 16  # the noise is taken from every so many pixels
MAX_PIXELS = 20_000  # pixels of a scene that isn't subsampled for it


@dataclass(frozen=True, eq=False)
class Check:
    """How far the unconstrained solution oversteps the constraints.

    Attributes
    ----------
    overstep : array of float32, (lines, samples) or (pixels,)
        How far the worst fraction lies below zero, or the sum from one if it was constrained, as a
        fraction; 0 where noise explains it, NaN where a pixel is not used.
    negative, sums : float
        Share of the pixels with a negative fraction; with a sum far from one.
    missing : float
        Share of the pixels that overstep what the result was constrained to.
    sum_to_one : bool
        Whether the sum was.
    sentence : str
        For an analyst.
    """

    overstep: NDArray[np.float32]
    negative: float
    sums: float
    missing: float
    sum_to_one: bool
    sentence: str


def sums_to_one(result: Unmixing) -> bool:
    """Whether a result's abundances were made to sum to one, by their method or by a parameter of it."""
    solved = find(result.abundance, "abundance") if result.abundance else None
    if solved is not None and solved.traits.sum_to_one:
        return True
    own = result.parameters
    if solved is not None and result.method != result.abundance:
        own = {} if result.asked is None else result.asked.abundance.parameters
    return bool(own.get("sum_to_one"))


def check(
    scene: Scene, endmembers: NDArray[np.float64], sum_to_one: bool
) -> Generator[Step | None, None, Check]:
    """Solve without constraints and see which are overstepped.

    Parameters
    ----------
    scene : Scene
    endmembers : array, (bands, r)
        In the cube's units.
    sum_to_one : bool
        Whether the result's abundances were made to sum to one.
    """
    from hsunmix.kernels import least_squares

    yield compiling(least_squares.unconstrained)
    w = scene.used_spectra(np.asarray(endmembers, dtype=np.float64))
    inverse = np.ascontiguousarray(np.linalg.pinv(w, rcond=1e-12))
    noise = yield from _noise(scene, w, inverse)
    covariance = inverse @ inverse.T
    lowest = -np.maximum(MAX_NEGATIVE, ERRORS * noise * np.sqrt(np.diag(covariance)))
    furthest = max(MAX_SUM_ERROR, ERRORS * noise * float(np.sqrt(covariance.sum())))
    overstep = scene.per_pixel(dtype=np.float32)
    limits = lowest.astype(np.float32)[:, None], np.float32(furthest)
    counted = yield from scene.map(_overstep, inverse, *limits, sum_to_one, per_pixel=[overstep])
    negative, sums, missing = (sum(part) / scene.n_pixels for part in zip(*counted.values, strict=True))
    text = _sentence(negative, sums, missing, sum_to_one)
    return Check(scene.spread(overstep), negative, sums, missing, sum_to_one, text)


def _overstep(
    part: Part, inverse: NDArray[np.float64], small: NDArray[np.float32], limit: np.float32, sum_to_one: bool,
    overstep: NDArray[np.float32],
) -> tuple[int, int, int]:  # fmt: skip
    from hsunmix.kernels.least_squares import unconstrained

    h = np.empty((len(part.tiles), len(inverse), part.tiles.shape[2]), np.float32)
    unconstrained(part.tiles, part.counts, inverse, h)
    used = np.arange(h.shape[2]) < part.counts[:, None]
    below = (h < small).any(axis=1) & used
    distance = np.abs(h.sum(axis=1) - 1)
    far = (distance > limit) & used
    depth = np.where(below, -h.min(axis=1), 0)
    missing = below | far if sum_to_one else below
    overstep[:] = np.maximum(depth, np.where(far, distance, 0)) if sum_to_one else depth
    return int(below.sum()), int(far.sum()), int(missing.sum())


def _noise(
    scene: Scene, w: NDArray[np.float64], inverse: NDArray[np.float64]
) -> Generator[Step | None, None, float]:
    """Standard deviation of the noise, in scene units, by the pixel of median misfit."""
    free = scene.n_bands - w.shape[1]
    if free < 1:
        return 0.0
    part = scene if scene.n_pixels <= MAX_PIXELS else (yield from subsample(scene, THINNED))
    h = yield from unconstrained(part, inverse)
    rest = yield from residuals(part, w, h)
    return float(np.sqrt(np.median(rest.known()) / free))


def _sentence(negative: float, sums: float, missing: float, sum_to_one: bool) -> str:
    if missing:
        first = (
            f"{percent(missing)} of the pixels violate the constraints: "
            "they need something these endmembers don't offer"
        )
    else:
        first = "No pixel needs anything that these endmembers don't offer"
    if sum_to_one:
        parts = f"fractions below zero in {percent(negative)}, sums far from 1 in {percent(sums)}"
        return f"{first}: {parts}." if missing else f"{first}."
    bright = (
        f" In {percent(sums)} of the pixels fractions don't sum to 1 (shade or brightness)." if sums else ""
    )
    return f"{first}.{bright}"
