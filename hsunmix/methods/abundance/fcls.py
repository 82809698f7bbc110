"""Fully constrained least squares (ANC and ASC): abundances that are fractions. Exact.

Problem: minimize ‖x − W h‖² over h ≥ 0 with Σh = 1, for every pixel.
Method: as nnls, with the sum as an equality of the small problem, not as a heavy row added to it.
Cost: 2 · bands · r operations a pixel and a few r × r products.
Guarantee: the optimum, ‖x − W h‖ to about 1e-7 ‖x‖; abundances are nonnegative and sum to one to 1e-6, which
is checked. Any number of spectra, and whatever they have to do with each other: shade as a zero spectrum, a
dark copy of a material and one spectrum more than bands have unique fractions, which are found. Of
equal spectra, or of one that is a mixture of others, any split is as good, and one of them is returned.
Limits: shade and differences of brightness can't be expressed by fractions that sum to one: where scenes
have them, this fits much worse than nnls, even with the true spectra.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.methods import Abundances
from hsunmix.methods.abundance._constrained import solve
from hsunmix.model.progress import Step
from hsunmix.parameters import NoParams as Params

__all__ = ["EVERYDAY", "REFERENCE", "SUM_TO_ONE", "TITLE", "Params", "run"]

TITLE = "Fully constrained least squares (FCLS)"
REFERENCE = "Heinz and Chang, IEEE TGRS 39 (2001), solved exactly"
EVERYDAY = True
SUM_TO_ONE = True


def run(
    scene: Scene,
    w: NDArray[np.float64],
    params: Params,
) -> Generator[Step | None, None, Abundances]:
    """Solve every pixel; w is (bands used, r)."""
    return (yield from solve(scene, w, simplex=True))
