"""What nnls, fcls and sunsal share: the exact solver of one small quadratic problem a pixel."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.scene import Scene
from hsunmix.methods import Abundances
from hsunmix.methods._least_squares import refuse_broken, unit_spectra
from hsunmix.methods.abundance._pieces import in_pieces
from hsunmix.model.unmixing import Step

__all__ = ["solve"]


def solve(
    scene: Scene, w: NDArray[np.float64], simplex: bool, shift: float = 0.0
) -> Generator[Step | None, None, Abundances]:
    """Minimize ½‖x − W h‖² + shift · Σh over h ≥ 0 (and Σh = 1 when ``simplex``) for every pixel.

    Raises
    ------
    InputError
        Numbers so large or small that abundances can't be computed or written.
    """
    from hsunmix.kernels.exact import exact

    r = w.shape[1]
    solver = exact(r)
    yield compiling(solver)
    wt, length = unit_spectra(w)
    if simplex:  # abundances that sum to one can't be scaled
        wt, length = np.ascontiguousarray(w.T), np.ones(r)
    g = wt @ wt.T
    h, broken = yield from in_pieces(
        scene, r, lambda x, n, h: solver(x, n, wt, g, simplex, h, shift / length, 1 / length)
    )
    refuse_broken(broken)
    return Abundances(h)
