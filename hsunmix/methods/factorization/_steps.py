"""What makes an alternating method: how it updates H, and how W."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.methods._least_squares import at_once
from hsunmix.methods.factorization._initial import initial_abundances
from hsunmix.model.unmixing import Step

__all__ = ["Array", "Problem", "Steps", "Work", "fit_by_work"]

Array = NDArray[np.float64]
Work = Callable[[slice, Array, Array], None]


@dataclass(frozen=True, eq=False)
class Problem:
    """Lower ½⟨W, gW⟩ − ⟨c, W⟩ for the spectra that are not locked.

    Attributes
    ----------
    wt : array, (free, bands)
        Where they are; not to be changed.
    c : array, (free, bands)
        H Xᵀ, less what locked spectra explain.
    g : array, (free, free)
        H Hᵀ.
    free : array of int, (free,)
        Which of all endmembers these are.
    """

    wt: Array
    c: Array
    g: Array
    free: NDArray[np.intp]


class Steps:
    """The two updates of a method."""

    def fit(self, scene: Scene, w: Array) -> Generator[Step | None, None, NDArray[np.float32]]:
        """Return the best h for w: where the iteration begins, and what it ends with."""
        return (yield from initial_abundances(scene, w))

    def abundances(
        self, scene: Scene, w: Array, h: NDArray[np.float32]
    ) -> Generator[Step | None, None, Work]:
        """Return what updates h on a chunk for spectra w and adds X Hᵀ and H Hᵀ of it to two sums."""
        raise NotImplementedError

    def spectra(self, problem: Problem) -> Array:
        """Return new spectra, (free, bands)."""
        raise NotImplementedError

    def penalty(self, w: Array, h: NDArray[np.float32]) -> float:  # noqa: ARG002 - for those that have one
        """Return what the method's loss has besides ½‖X − WH‖²."""
        return 0.0


def fit_by_work(steps: Steps, scene: Scene, w: Array) -> Generator[Step | None, None, NDArray[np.float32]]:
    """Return the best h, for methods whose update of h is the exact solution."""
    r = w.shape[1]
    h = np.zeros((len(scene.tiles), r, scene.tiles.shape[2]), np.float32)
    work = yield from steps.abundances(scene, w, h)
    yield from scene.passes(lambda c: work(c, np.zeros((scene.n_bands, r)), np.zeros((r, r))), at_once(r))
    return h
