"""Self dictionary (FGNSR): how many pixels it takes to explain all others, by the trace of X.

Problem: minimize ½ ‖M − MX‖² + μ tr X over Ω, as in the extraction method of this name, with w the
sums of the spectra, so that brightness does not matter; M are the centres of clusters that h2nmf
finds, and the vertices that spa finds.
Method: while μ falls, tr X first grows because the fit gets better, then stays where all materials
are found, then grows again because noise is fitted. Its change, relative to itself, for a relative
change of μ is smallest at such a level place; the estimate is the trace, rounded, at the last one,
among fits better than 20 %.
Cost: h2nmf's clusters, one read of X a vertex, and some thousand small steps.
Limits: on separable scenes with little noise (40 dB or better) it finds the planted number; with more noise
or without pure pixels nothing is quite level, and it tends to say less. On real scenes, where a
material is many spectra, it tends to say far more: 7 on Samson, 16 on Jasper, where 3 and 4 are used.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from hsunmix.engine.scene import Scene
from hsunmix.methods import RankEstimate
from hsunmix.methods.extraction._selection import gathered
from hsunmix.methods.extraction._self_dictionary import Point, path
from hsunmix.model.progress import Step

__all__ = ["MOMENTS", "READS", "REFERENCE", "TITLE", "Params", "run"]

READS = None
MOMENTS = False
TITLE = "Self dictionary (FGNSR)"
REFERENCE = "Gillis and Luce, IEEE TIP 27 (2018)"

FAIR = 0.2  # relative error above which a fit says nothing
RISE = 1.1  # how much faster the trace must grow after a level place
SMALLEST = 1e-6  # of ‖M‖²: where μ ends


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of fgnsr as an estimate of the rank."""

    candidates: Annotated[
        int, Meta(ge=10, le=1000, description="Look at so many pixels, centres of clusters")
    ] = 100
    largest: Annotated[int, Meta(ge=2, le=60, description="Look for at most so many endmembers")] = 30
    max_iterations: Annotated[
        int,
        Meta(ge=1, le=100_000, description="Steps of the fast gradient method for one weight of the trace"),
    ] = 500


def run(scene: Scene, params: Params) -> Generator[Step | None, None, RankEstimate]:
    """Estimate the number of endmembers."""
    most = min(params.largest, scene.n_bands, scene.n_pixels)
    given = yield from gathered(scene, params.candidates, most)
    m = given.spectra
    sums = np.maximum(m.sum(axis=0), 1e-6 * m.sum(axis=0).max())
    power = float(np.square(m).sum())

    def enough(point: Point) -> bool:
        return bool(point.diagonal.sum() > most + 1 or point.mu < SMALLEST * power)

    points = yield from path(m, sums / sums.mean(), params.max_iterations, enough)
    at = _level(points)
    rank = int(np.clip(round(float(points[at].diagonal.sum())), 1, most))
    curve = np.sort(points[at].diagonal)[::-1][: max(2 * rank, rank + 5)]
    return RankEstimate(
        rank,
        curve,
        "diagonal of X, the largest first: how much the k-th pixel is needed",
        f"{rank} pixels explain all others by FGNSR, with a relative error of "
        f"{100 * points[at].error:.2g} %; noise and missing pure pixels lower this number, "
        "materials that vary raise it.",
    )


def _level(points: list[Point]) -> int:
    """Find where the trace stays: the last level place, or the most level of all if that comes later."""
    trace = np.array([point.diagonal.sum() for point in points])
    if len(points) < 3:
        return len(points) - 1
    growth = np.abs(trace[2:] - trace[:-2]) / np.maximum(trace[1:-1], 1e-9)
    growth[[point.error >= FAIR for point in points[1:-1]]] = np.inf
    if not np.isfinite(growth).any():
        return len(points) - 1
    found = int(np.argmin(growth))
    for i in range(found + 1, len(growth) - 1):
        if growth[i] <= growth[i - 1] and growth[i] < growth[i + 1]:
            found = i if growth[i + 1 :].max() >= RISE * growth[i] else found
    return 1 + found
