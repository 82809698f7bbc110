"""Unconstrained least squares: fractions may be negative, and that says something.

Problem: minimize ‖x − W h‖² for every pixel.
Method: h = W⁺ x with the pseudo-inverse of W.
Cost: 2 · bands · r operations a pixel.
Guarantee: the least squares solution. Negative fractions, or sums far from one, are pixels
that these endmembers don't explain. Of endmembers that depend on each other, the solution with the
smallest norm is taken.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import unconstrained
from hsunmix.engine.scene import Scene
from hsunmix.methods import Abundances
from hsunmix.model.progress import Step
from hsunmix.parameters import NoParams as Params

__all__ = ["MAY_BE_NEGATIVE", "REFERENCE", "TITLE", "Params", "run"]

TITLE = "Unconstrained least squares (UCLS)"
REFERENCE = "Keshava and Mustard, IEEE Signal Processing Magazine 19 (2002)"
MAY_BE_NEGATIVE = True


def run(
    scene: Scene,
    w: NDArray[np.float64],
    params: Params,
) -> Generator[Step | None, None, Abundances]:
    """Solve every pixel; w is (bands used, r)."""
    inverse = np.asarray(np.linalg.pinv(w, rcond=1e-12), dtype=np.float64)
    return Abundances((yield from unconstrained(scene, inverse)))
