"""Sparse unmixing with a library: few spectra in each pixel, because abundances cost.

Problem: minimize ½‖x − W h‖² + λ Σh over h ≥ 0 for every pixel, with Σh = 1 if ``sum_to_one``; then the
penalty is a constant, and the solution is that of fcls. λ is ``penalty`` times the mean squared
length of the spectra, so the penalty is about the share that a pure pixel loses.
Method: on h ≥ 0 the penalty is linear, so this is nonnegative least squares with Wᵀx − λ in place
of Wᵀx, and it is solved as by nnls: exactly, where the paper's ADMM iterates towards it.
Cost: 2 · bands · r operations a pixel and a few r × r products; with a large library
about r · s² for s spectra in the pixel.
Guarantee: the optimum, as exact as by nnls and fcls, with any number of spectra. Abundances come out smaller
than they are, by design. It tells nothing about library spectra that are nearly combinations of each other.
"""

from __future__ import annotations

from collections.abc import Generator

import msgspec
import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.methods import Abundances
from hsunmix.methods.abundance._constrained import Penalty, SumToOne, shift_of, solve
from hsunmix.model.progress import Step

__all__ = ["EVERYDAY", "REFERENCE", "TITLE", "Params", "run"]

TITLE = "Sparse unmixing (SUnSAL)"
REFERENCE = "Bioucas-Dias and Figueiredo, WHISPERS (2010); Iordache et al., IEEE TGRS 49 (2011)"
EVERYDAY = True


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of sunsal."""

    penalty: Penalty = 0.001
    sum_to_one: SumToOne = False


def run(
    scene: Scene,
    w: NDArray[np.float64],
    params: Params,
) -> Generator[Step | None, None, Abundances]:
    """Solve every pixel; w is (bands used, r)."""
    shift = shift_of(w, params.penalty, params.sum_to_one)
    return (yield from solve(scene, w, params.sum_to_one, shift))
