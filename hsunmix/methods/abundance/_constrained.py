"""The exact solver of a small problem a pixel, which nnls, fcls, sunsal and those with neighbours share."""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part
from hsunmix.methods import Abundances
from hsunmix.methods.shared._least_squares import at_once, refuse_broken, unit_spectra
from hsunmix.model.progress import Step

__all__ = ["Penalty", "SumToOne", "each_alone", "shift_of", "solve"]

Array = NDArray[np.float64]

Penalty = Annotated[
    float, Meta(ge=0, le=1, description="Cost of abundances: about the share that a pure pixel loses")
]
SumToOne = Annotated[bool, Meta(description="Abundances of a pixel sum to one")]


def shift_of(w: Array, penalty: float, simplex: bool) -> float:
    """Return what Σh costs, for spectra (bands, r); nothing where it is one anyhow."""
    return 0.0 if simplex else penalty * float((w**2).sum(axis=0).mean())


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
    # Abundances that sum to one can't be scaled.
    wt, length = (np.ascontiguousarray(w.T), np.ones(r)) if simplex else unit_spectra(w)
    g = wt @ wt.T
    h = scene.per_pixel(r, np.float32, 0)
    found = yield from scene.map(
        _solve, wt, g, simplex, shift / length, 1 / length, per_pixel=[h], pixels=at_once(r)
    )
    refuse_broken(sum(found.values))
    return Abundances(h)


def each_alone(
    scene: Scene, w: Array, simplex: bool, shift: float = 0.0
) -> Generator[Step | None, None, Abundances]:
    """Do so for pixels of a matrix, where a method asks for neighbours, and say it."""
    found = yield from solve(scene, w, simplex, shift)
    return Abundances(found.h, "Pixels of a matrix have no neighbours: each was solved by itself.")


def _solve(
    part: Part, wt: Array, g: Array, simplex: bool, shift: Array, scale: Array, h: NDArray[np.float32]
) -> int:
    from hsunmix.kernels.exact import exact

    return int(exact(len(wt))(part.tiles, part.counts, wt, g, simplex, h, shift, scale))
