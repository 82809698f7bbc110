"""Abundances of non-local means: each pixel is first drawn to those around it that are like it.

Problem: as nnls, or fcls with ``sum_to_one``, of x̄_i = Σ_j a_ij x_j in place of x_i: a mean over the pixels j
within ``reach`` lines and samples, with weights a_ij ∝ exp(−max(d_ij − 1, 0) / ``softness``), where d_ij is
the squared difference of both pixels in the span of the spectra over what noise alone would make of it.
Method: coordinates along the spectra; their means; the exact solver on them. The noise is told from what half
of the pixels have beyond the spectra. Masked pixels take no part, and none is invented at borders.
Cost: 2 · bands · r operations a pixel, and 4 · r for each of (2 · reach + 1)² neighbours.
Guarantee: where no neighbour is alike, and where nothing lies beyond the spectra, it is nnls or fcls.
Limits: it takes noise away and some detail with it; where the spectra don't explain the scene, what they lack
counts as noise and it smooths too much. Pixels of a matrix have no neighbours.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.threads import run_chunks
from hsunmix.methods import Abundances
from hsunmix.methods.abundance._constrained import each_alone, solve
from hsunmix.methods.abundance._picture import lines_of, pictured
from hsunmix.model.progress import Step

__all__ = ["NUMBERS", "READS", "REFERENCE", "TITLE", "WHOLE_SCENE", "Params", "run"]

TITLE = "Abundances of non-local means"
REFERENCE = "Buades, Coll and Morel, CVPR (2005), for the means; solved as by nnls and fcls"
READS = (2, 0)
NUMBERS = (40, 24)
WHOLE_SCENE = True

NUMBERS_AT_ONCE = 60_000  # coordinates of a block of lines: with all neighbours less than 0.2 s

Single = NDArray[np.float32]


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of nlm."""

    reach: Annotated[
        int, Meta(ge=1, le=25, description="Neighbours are at most so many lines and samples away")
    ] = 5
    softness: Annotated[
        float, Meta(gt=0, le=100, description="How unlike neighbours may be, in units of the noise")
    ] = 2.0
    sum_to_one: Annotated[bool, Meta(description="Abundances of a pixel sum to one, as by fcls")] = False


def run(
    scene: Scene,
    w: NDArray[np.float64],
    params: Params,
) -> Generator[Step | None, None, Abundances]:
    """Solve every pixel; w is (bands used, r)."""
    if not scene.images:
        return (yield from each_alone(scene, w, params.sum_to_one))
    picture = yield from pictured(scene, w)
    reduced = picture.reduced
    if picture.variance > 0:
        scale = np.float32(1 / (2 * len(picture.flat) * picture.variance))
        for place, image, used in picture.images():
            means = scene.room.array(image.shape, np.float32)
            work = partial(_block, image, used, scale, params.reach, np.float32(params.softness), means)
            yield from run_chunks(work, lines_of(image, NUMBERS_AT_ONCE))
            picture.flat[:, place] = means.reshape(len(means), -1)
        reduced = reduced.with_tiles((yield from picture.per_pixel(picture.flat)).values)
    return (yield from solve(reduced, picture.w, params.sum_to_one))


def _block(
    image: Single, used: NDArray[np.bool_], scale: np.float32, reach: int, softness: np.float32, out: Single,
    block: slice,
) -> None:  # fmt: skip
    """Write the means of some lines."""
    lines, samples = used.shape
    total, weights = image[:, block].copy(), np.ones(used[block].shape, np.float32)
    for down in range(max(-reach, -block.stop), reach + 1):
        first, last = max(block.start, -down), min(block.stop, lines - down)
        if first >= last:
            continue
        for right in range(max(-reach, 1 - samples), min(reach, samples - 1) + 1):
            if down == right == 0:
                continue
            here = slice(first, last), slice(max(0, -right), min(samples, samples - right))
            there = slice(first + down, last + down), slice(here[1].start + right, here[1].stop + right)
            other = image[:, *there]
            apart = np.square(other - image[:, *here]).sum(axis=0) * scale
            weight = np.exp(-np.maximum(apart - 1, 0) / softness) * used[there]
            inside = slice(first - block.start, last - block.start), here[1]
            total[:, *inside] += weight * other
            weights[inside] += weight
    out[:, block] = total / weights
