"""Sequential maximum angle convex cone: take the pixel that the cone of those before explains worst.

Problem: find r columns of X whose cone holds all others, X ≈ X(:, K) H with H ≥ 0.
Update: the brightest pixel is the first. Each next one is the pixel with the longest residual; its residual
is taken off all other residuals, as much of it as is there, but never so much that one of the pixel's
abundances falls below zero (what the new endmember holds of an old one is taken off the old one's
abundance). Residuals are never formed: what is needed of them follows from X and the abundances.
Cost: one read of X and 2 · bands · pixels operations an endmember.
Guarantee: no pixel twice, and residuals never grow. Like xray and snpa it keeps abundances nonnegative, so
that a dark pixel inside the cone isn't taken, but its abundances are not the best ones: for mixtures of many
endmembers they are below the truth, and pixels may be taken that a true projection would have explained. It
does not protect against outliers.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import norms_squared
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.methods import Extraction, Problem
from hsunmix.model.progress import Step
from hsunmix.parameters import NoParams as Params

__all__ = ["NUMBERS", "READS", "REFERENCE", "TITLE", "Params", "run"]

TITLE = "Sequential maximum angle convex cone (SMACC)"
REFERENCE = "Gruninger, Ratkowski and Hoke, SPIE 5425 (2004)"
READS = (2, 1)
NUMBERS = (32, 8)

NOTHING_LEFT = 1e-12  # of the longest pixel's squared norm: float32 data are no better

Array = NDArray[np.float64]


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Extraction]:
    """Choose ``rank`` pixels, fewer when the others are in the cone of those."""
    scene, rank = problem.scene, problem.rank
    left = yield from norms_squared(scene)
    longest = left.max()
    h = scene.per_pixel(rank, np.float64, 0)
    chosen: list[int] = []
    while len(chosen) < rank and left.max() > NOTHING_LEFT * longest:
        k = left.argmax()
        yield from _take(scene, k, chosen, h, left)
        chosen.append(k)
        yield Step(len(chosen) / rank, message=f"Endmember {len(chosen)} of {rank}")
    note = "" if len(chosen) == rank else f"The scene has only {len(chosen)} spectra outside of their cone."
    columns = np.array(chosen, dtype=np.int64)
    return Extraction(np.maximum(scene.columns(columns), 0), columns, note)


def _take(
    scene: Scene, k: int, chosen: list[int], h: PerPixel, left: PerPixel
) -> Generator[Step | None, None, None]:
    """Take the residual of a pixel off all others."""
    old = scene.columns(np.array([*chosen, k], dtype=np.int64))
    holds = h.at(np.array([k]))[:, 0]  # what the new one holds of those before
    holds[len(chosen)] = -1
    residual = old[:, -1] - old[:, :-1] @ holds[: len(chosen)]
    yield from scene.map(_reduce, residual, residual @ old[:, :-1], holds, per_pixel=[h, left])
    h.put(k, np.eye(1, h.k, len(chosen)).T)
    left.put(k, 0)


def _reduce(part: Part, residual: Array, shared: Array, holds: Array, h: Array, left: Array) -> None:
    """Lower what is left of each pixel by its part along a residual, as far as abundances allow."""
    length, count = float(residual @ residual), len(shared)
    held = np.flatnonzero(holds > 0)
    for tile, have, rest in zip(part.tiles, h, left, strict=True):
        along = residual @ tile - shared @ have[:count]
        share = np.maximum(along / length, 0)
        if len(held):  # else a part of an old abundance would be negative
            share = np.minimum(share, (have[held] / holds[held, None]).min(axis=0))
        share[rest <= 0] = 0
        have -= holds[:, None] * share
        np.maximum(have, 0, out=have)
        rest += share * (share * length - 2 * along)
        np.maximum(rest, 0, out=rest)
