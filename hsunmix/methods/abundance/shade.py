"""Fractions that sum to at most one: what lacks is shade. Exact.

Problem: minimize ‖x − W h‖² over h ≥ 0 with Σh ≤ 1, for every pixel.
Method: fully constrained least squares with one spectrum more, of zeros (photometric shade), whose fraction
is what the others lack of one; it is none of the endmembers, but a map of its own.
Cost: as fcls with one endmember more.
Guarantee: the optimum, as fcls; abundances are nonnegative and sum to at most one. Where light varies they
fit better than those of fcls, and a spectrum that is nearly dark can't be in a pixel several times.
Limits: shade and a dark material, such as clear water, are hard to tell apart. Pixels brighter than the
endmembers are not explained by more than a whole of them.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part
from hsunmix.methods import Abundances, PixelMap
from hsunmix.methods.abundance._constrained import solve
from hsunmix.model.progress import Step
from hsunmix.parameters import NoParams as Params

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

TITLE = "Fractions and shade"
REFERENCE = "Adams, Smith and Johnson, Journal of Geophysical Research 91 (1986), for shade as an endmember"


def run(
    scene: Scene,
    w: NDArray[np.float64],
    params: Params,
) -> Generator[Step | None, None, Abundances]:
    """Solve every pixel; w is (bands used, r)."""
    found = yield from solve(scene, np.column_stack([w, np.zeros(len(w))]), simplex=True)
    h, shade = scene.per_pixel(w.shape[1], np.float32), scene.per_pixel(None, np.float32)
    yield from scene.map(_apart, per_pixel=[found.h, h, shade], blind=True)
    return Abundances(h, maps={"shade": PixelMap(shade, kind="fraction", title="Shade")})


def _apart(
    _part: Part, whole: NDArray[np.float32], h: NDArray[np.float32], shade: NDArray[np.float32]
) -> None:
    h[:], shade[:] = whole[:, :-1], whole[:, -1]
