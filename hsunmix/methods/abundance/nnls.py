"""Nonnegative least squares (ANC): how much of each endmember, none below zero. Exact.

Problem: minimize ‖x − W h‖² over h ≥ 0, for every pixel.
Method: block principal pivoting over sets of endmembers, one affine map a set, with an active set
method behind it, which takes over where spectra are nearly dependent or more than 60.
Cost: 2 · bands · r operations a pixel and a few r × r products.
Guarantee: the optimum, ‖x − W h‖ to about 1e-7 ‖x‖; abundances are nonnegative, which is checked. Any
number of spectra, and whatever they have to do with each other. Abundances need not sum to one:
shade and brightness show as sums below and above it.
Limits: of spectra that depend on each other the fit is exact, but how abundances are shared out among
them is not determined; one of the best ways is returned.
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

__all__ = ["EVERYDAY", "REFERENCE", "TITLE", "Params", "run"]

TITLE = "Nonnegative least squares (NNLS)"
REFERENCE = (
    "Lawson and Hanson, Solving Least Squares Problems (1974); "
    "Kim and Park, SIAM Journal on Scientific Computing 33 (2011)"
)
EVERYDAY = True


def run(
    scene: Scene,
    w: NDArray[np.float64],
    params: Params,
) -> Generator[Step | None, None, Abundances]:
    """Solve every pixel; w is (bands used, r)."""
    return (yield from solve(scene, w, simplex=False))
