"""Exact alternating updates: nonnegative least squares for one factor with the other fixed."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.source import Part
from hsunmix.methods.factorization._steps import Work
from hsunmix.methods.shared._least_squares import refuse_broken, unit_spectra
from hsunmix.model.progress import Step

__all__ = ["exact_abundances", "exact_spectra"]

Array = NDArray[np.float64]


def exact_abundances(w: Array, shift: float = 0.0) -> Generator[Step | None, None, Work]:
    """Return what solves min ½‖x − W h‖² + shift · Σh over h ≥ 0 on a chunk, and adds up its sums."""
    from hsunmix.kernels.exact import exact
    from hsunmix.kernels.two_block import add_sums

    solver = exact(w.shape[1])
    yield compiling(solver)
    yield compiling(add_sums)
    wt, length = unit_spectra(w)
    return Work(_solve, (wt, wt @ wt.T, shift / length, 1 / length))


def _solve(
    part: Part,
    wt: Array,
    g: Array,
    shift: Array,
    scale: Array,
    h: NDArray[np.float32],
    xht: Array,
    hht: Array,
) -> None:
    from hsunmix.kernels.exact import exact
    from hsunmix.kernels.two_block import add_sums

    refuse_broken(exact(len(wt))(part.tiles, part.counts, wt, g, False, h, shift, scale))
    add_sums(part.tiles, h, xht, hht)


def exact_spectra(c: Array, g: Array) -> Array:
    """Return the minimizer of ½⟨W, gW⟩ − ⟨c, W⟩ over W ≥ 0, (r, bands), all float64."""
    from hsunmix.kernels.exact import exact

    r, bands = c.shape
    length = np.sqrt(np.diag(g))
    length[length == 0] = 1
    solution = np.empty((1, r, bands))
    # Bands take the place of pixels, and c that of the scene; the solver's Wᵀ x is then c itself.
    right = np.ascontiguousarray(c / length[:, None])[None]
    counts, unit = np.array([bands]), np.eye(r)
    scaled = g / np.outer(length, length)
    exact(r)(right, counts, unit, scaled, False, solution, np.zeros(r), 1 / length)
    return np.asarray(solution[0])
