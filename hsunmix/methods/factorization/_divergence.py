"""The loop of mu for the Kullback-Leibler and Itakura-Saito divergences."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, norms_squared, residuals
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.methods.factorization._initial import initial_abundances
from hsunmix.methods.factorization._steps import Array
from hsunmix.methods.factorization._two_block import Common
from hsunmix.methods.shared.descent import Course, Revival
from hsunmix.model.progress import Step

__all__ = ["FIRST_FLOOR", "Divergence", "minimize"]

EVERY = 10  # iterations between two looks at the divergence: its logarithms cost more than an iteration
MIN_SHARE = 1e-4  # of the largest value: for IS, data and model below it count as that much
FIRST_FLOOR = 1e-3  # of the largest abundance: zeros would stay zeros
FLOOR = 1e-12  # of the largest factor: zeros could never come back


class Divergence:
    """The factors, and one iteration on them.

    Parameters
    ----------
    scene : Scene
    w : array, (bands used, r)
    h : PerPixel of float32
        Owned by the object from here on.
    locked : tuple of int
        Columns of w that stay.
    itakura : bool
    """

    def __init__(self, scene: Scene, w: Array, h: PerPixel, locked: tuple[int, ...], itakura: bool) -> None:
        self.scene, self.h, self.itakura = scene, h, itakura
        self.bands = scene.n_bands
        self.wt = np.zeros((w.shape[1], -(-self.bands // 4) * 4))
        self.wt[:, : self.bands] = w.T
        self.free = np.setdiff1d(np.arange(w.shape[1]), locked)
        largest = max(scene.largest, 0.0) or 1.0
        self.least = np.float32(MIN_SHARE * largest) if itakura else np.float32(1e-15 * largest)
        self.floor = FLOOR * float(w.max(initial=0))
        self.h_floor = np.float32(FLOOR * h.max())
        self.revival = Revival(locked)

    @property
    def note(self) -> str:
        """What was unusual."""
        return self.revival.note

    @property
    def w(self) -> Array:
        """Spectra (bands used, r)."""
        return self.wt[:, : self.bands].T.copy()

    def iterate(self) -> Generator[Step | None, None, float]:
        """Update H, then W; return ‖X − WH‖² from before."""
        from hsunmix.kernels.divergence import update

        scene = self.scene
        yield compiling(update)
        r = len(self.wt)
        wt = np.zeros((r + r % 2, self.wt.shape[1]), np.float32)
        wt[:r] = self.wt
        found = yield from scene.map(
            _update, wt, self.itakura, self.least, self.h_floor,
            per_pixel=[self.h], sums=[wt.shape, wt.shape],
        )  # fmt: skip
        top, bottom = (total[:r] for total in found.sums)
        step = top / np.maximum(bottom, 1e-30)
        if self.itakura:
            step = np.sqrt(step)
        new = np.maximum(self.wt * step, self.floor)
        new[:, self.bands :] = 0
        self.wt[self.free] = new[self.free]
        return float(sum(found.values))

    def loss(self) -> Generator[Step | None, None, float]:
        """The divergence of the factors as they are."""
        from hsunmix.kernels.divergence import divergence

        scene = self.scene
        yield compiling(divergence)
        wt = self.wt.astype(np.float32)
        found = yield from scene.map(_loss, wt, self.itakura, self.least, per_pixel=[self.h])
        return float(sum(found.values))

    def revive(self) -> Generator[Step | None, None, bool]:
        """Start endmembers anew that no pixel uses; return whether there were any."""
        power = self.h.totals() * self.wt.sum(axis=1)
        dead = self.revival.dead(power, 1e-9)
        if not len(dead):
            return False
        rest = yield from residuals(self.scene, self.w, self.h)
        for k, spectrum in self.revival.spectra(self.scene, rest, dead):
            self.wt[k, : self.bands] = np.maximum(spectrum, self.floor)
        self.h = yield from initial_abundances(self.scene, self.w)
        self.h.lift(float(np.float32(FIRST_FLOOR) * np.float32(self.h.max())))
        self.h_floor = np.float32(FLOOR * self.h.max())
        self.revival.done(dead)
        return True


def _update(
    part: Part, wt: NDArray[np.float32], itakura: bool, least: np.float32, floor: np.float32,
    h: NDArray[np.float32], top: Array, bottom: Array,
) -> float:  # fmt: skip
    from hsunmix.kernels.divergence import update

    return float(update(part.tiles, part.counts, wt, h, itakura, least, floor, top, bottom))


def _loss(
    part: Part, wt: NDArray[np.float32], itakura: bool, least: np.float32, h: NDArray[np.float32]
) -> float:
    from hsunmix.kernels.divergence import divergence

    return float(divergence(part.tiles, part.counts, wt, h, itakura, least))


def minimize(
    factors: Divergence, params: Common, began: float
) -> Generator[Step | None, None, tuple[Array, bool]]:
    """Iterate until the divergence falls no more; return the history and whether it did."""
    norm = float((yield from norms_squared(factors.scene)).sum())
    course, converged = Course(began), False
    before = yield from factors.loss()
    for iteration in range(1, params.max_iterations + 1):
        rest = yield from factors.iterate()
        course.add(np.sqrt(rest / norm))
        if iteration % EVERY == 0:
            loss = yield from factors.loss()
            # First those that died out: without them the loss may well stand still.
            if (yield from factors.revive()):
                before = np.inf
                continue
            converged = before - loss <= EVERY * params.tolerance * abs(before)
            before = loss
            if converged:
                break
        fraction = iteration / params.max_iterations
        yield Step(fraction, course.error, factors.w, f"Iteration {iteration}")
    left = yield from residuals(factors.scene, factors.w, factors.h)
    course.add(np.sqrt(left.sum() / norm))
    return course.history, converged
