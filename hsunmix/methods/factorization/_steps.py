"""What makes an alternating method: how it updates H, and how W."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import TILE, Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.methods.factorization._initial import initial_abundances
from hsunmix.methods.shared._least_squares import at_once
from hsunmix.model.progress import Step

__all__ = ["Array", "Quadratic", "Steps", "Work", "divided", "fit_by_work"]

Array = NDArray[np.float64]


class Work(NamedTuple):
    """What updates abundances for spectra, and adds X Hᵀ and H Hᵀ to two sums.

    Attributes
    ----------
    update : callable
        A function of a module, ``update(part, *small, h, xht, hht)``: see ``Scene.map``.
    small : tuple
    """

    update: Callable[..., None]
    small: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Quadratic:
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
    """The two updates of a method.

    Attributes
    ----------
    restarts : bool
        Whether an endmember that died out may be given another spectrum.
    """

    restarts = True

    def fit(self, scene: Scene, w: Array) -> Generator[Step | None, None, PerPixel]:
        """Return the best h for w: where the iteration begins, and what it ends with."""
        return (yield from initial_abundances(scene, w))

    def abundances(self, w: Array) -> Generator[Step | None, None, Work]:
        """Return what updates h for spectra w."""
        raise NotImplementedError

    def spectra(self, quadratic: Quadratic) -> Array:
        """Return new spectra, (free, bands)."""
        raise NotImplementedError

    def penalty(self, w: Array, h: PerPixel) -> float:  # noqa: ARG002 - for those that have one
        """Return what the method's loss has besides ½‖X − WH‖²."""
        return 0.0


def fit_by_work(steps: Steps, scene: Scene, w: Array) -> Generator[Step | None, None, PerPixel]:
    """Return the best h, for methods whose update of h is the exact solution."""
    r = w.shape[1]
    h = scene.per_pixel(r, np.float32, 0)
    work = yield from steps.abundances(w)
    sums = [(scene.n_bands, r), (r, r)]
    yield from scene.map(work.update, *work.small, per_pixel=[h], sums=sums, pixels=max(TILE, at_once(r)))
    return h


def divided(scene: Scene, h: PerPixel, by: Array) -> Generator[Step | None, None, PerPixel]:
    """Return abundances divided by a number for each endmember."""
    h = h.copy()
    yield from scene.map(_divide, by.astype(np.float32), per_pixel=[h], blind=True)
    return h


def _divide(_part: Part, by: NDArray[np.float32], h: NDArray[np.float32]) -> None:
    h /= by[:, None]
