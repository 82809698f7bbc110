"""Residual curve: what is left when endmembers are added one by one, and when adding stops to pay.

Problem: choose the number after which another endmember hardly lowers the relative error.
Method: spa finds pixels one by one; for the first k of them the nonnegative least squares error is
measured, k = 1, 2, … The estimate is the last k that lowered the error by at least ``gain`` of what
k − 1 left.
Cost: one read of X a pixel, and nnls for every k on at most some thousand pixels.
Limits: the errors fall for every k, by a little even in pure noise, so look at the curve: the number moves
with ``gain``, and an odd pixel counts as an endmember if it lowers the error enough.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from hsunmix.engine.passes import norms_squared, residuals
from hsunmix.engine.scene import Scene
from hsunmix.engine.subsets import sampled
from hsunmix.methods import Problem, RankEstimate, get
from hsunmix.model.progress import Step

__all__ = ["MOMENTS", "READS", "REFERENCE", "TITLE", "Params", "run"]

READS = None
MOMENTS = False
TITLE = "Residual curve"
REFERENCE = "Gillis and Vavasis, IEEE TPAMI 36 (2014), for the sequence"

MIN_PIXELS = 10_000  # pixels on which errors are measured
NOTHING_LEFT = 1e-5  # relative error that float32 data leave


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of the residual curve."""

    largest: Annotated[int, Meta(ge=2, le=60, description="Look at no more endmembers than this")] = 20
    gain: Annotated[
        float,
        Meta(gt=0, lt=1, description="An endmember pays when it lowers the error by this part at least"),
    ] = 0.15


def run(scene: Scene, params: Params) -> Generator[Step | None, None, RankEstimate]:
    """Estimate how many endmembers pay."""
    spa, nnls = get("spa", "extraction"), get("nnls", "abundance")
    most = min(params.largest, scene.n_bands, scene.n_pixels)
    found = yield from spa.run(Problem(scene, most), spa.params())
    few = yield from sampled(scene, MIN_PIXELS)
    whole = float((yield from norms_squared(few)).sum())
    errors = []
    for k in range(1, found.endmembers.shape[1] + 1):
        w = found.endmembers[:, :k]
        given = yield from nnls.run(few, w, nnls.params())
        rest = yield from residuals(few, w, given.h)
        errors.append(float(np.sqrt(rest.sum() / whole)))
        yield Step(k / most, errors[-1], message=f"Error of {k} endmembers")
    curve = np.array(errors)
    rank = _last_that_pays(curve, params.gain)
    return RankEstimate(
        rank,
        curve,
        "relative error of the first k pixels of successive projection",
        f"{rank} is the last number of endmembers that lowers the error by {100 * params.gain:g} % or more; "
        f"it leaves {100 * curve[rank - 1]:.2g} %.",
    )


def _last_that_pays(curve: np.ndarray[tuple[int], np.dtype[np.float64]], gain: float) -> int:
    before, after = curve[:-1], curve[1:]
    pays = (after <= (1 - gain) * before) & (before > NOTHING_LEFT)
    return int(np.flatnonzero(pays)[-1]) + 2 if pays.any() else 1
