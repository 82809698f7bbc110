"""What the alternating methods share: the factors, their sums, the loop, and its end.

A method says how H and W are updated by its ``Steps``. The error comes free from X Hᵀ and H Hᵀ.
"""

from __future__ import annotations

from collections.abc import Generator
from time import perf_counter
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import norms_squared, residuals
from hsunmix.engine.scene import TILE, Scene
from hsunmix.engine.source import PerPixel
from hsunmix.methods import Factorization, Problem
from hsunmix.methods.factorization._initial import Init, initial_spectra
from hsunmix.methods.factorization._steps import Array, Quadratic, Steps
from hsunmix.methods.shared._least_squares import at_once
from hsunmix.methods.shared.descent import Course, Revival
from hsunmix.model.progress import Step

__all__ = ["Common", "Factors", "Iteration", "descend", "factorize"]


class Iteration(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When an iteration ends."""

    max_iterations: Annotated[int, Meta(ge=1, le=100_000, description="Stop after so many iterations")] = 500
    tolerance: Annotated[
        float, Meta(ge=0, le=1, description="Stop when the loss falls by less than this share an iteration")
    ] = 1e-5


class Common(Iteration, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of all alternating methods."""

    init: Annotated[Init, Meta(description="Where the spectra start from")] = "spa"


class Factors:
    """The factors, and one iteration on them.

    Attributes
    ----------
    w, h : array (bands used, r), PerPixel of float32
    error : float
        Relative.
    loss : float
        ½‖X − WH‖² + penalty.
    scale : float
        What a change of the loss is measured by.
    revival : Revival
    """

    def __init__(self, scene: Scene, w: Array, h: PerPixel, locked: tuple[int, ...], steps: Steps) -> None:
        self.scene, self.w, self.h, self.steps = scene, w, h, steps
        self.free = np.setdiff1d(np.arange(w.shape[1]), locked)
        self.norm = self.error = self.loss = self.scale = 1.0
        self.revival = Revival(locked)

    @property
    def note(self) -> str:
        """What was unusual."""
        return self.revival.note

    def measure(self) -> Generator[Step | None, None, None]:
        """Set error and loss of the factors as they are."""
        self.norm = float((yield from norms_squared(self.scene)).sum())
        rest = yield from residuals(self.scene, self.w, self.h)
        self._set(float(rest.sum()))

    def iterate(self) -> Generator[Step | None, None, None]:
        """Update H, then W."""
        scene, r = self.scene, self.w.shape[1]
        work = yield from self.steps.abundances(self.w)
        found = yield from scene.map(
            work.update, *work.small, per_pixel=[self.h], sums=[(scene.n_bands, r), (r, r)],
            pixels=max(TILE, at_once(r)),
        )  # fmt: skip
        xht, hht = found.sums
        new = self.w.copy()
        if len(self.free):
            fixed = np.setdiff1d(np.arange(r), self.free)
            c = xht[:, self.free].T - hht[np.ix_(self.free, fixed)] @ self.w[:, fixed].T
            wt = np.ascontiguousarray(self.w[:, self.free].T)
            g = np.ascontiguousarray(hht[np.ix_(self.free, self.free)])
            quadratic = Quadratic(wt, np.ascontiguousarray(c), g, self.free)
            new[:, self.free] = self.steps.spectra(quadratic).T
        self.w = new
        self._set(float(self.norm - 2 * np.vdot(new, xht) + np.vdot(new.T @ new, hht)))
        dead = self.revival.dead(np.diag(hht) * (new**2).sum(axis=0))
        if len(dead) and self.steps.restarts:
            yield from self._restart(dead)

    def _set(self, rest: float) -> None:
        fit = max(float(rest), 0.0) / 2
        penalty = self.steps.penalty(self.w, self.h)
        self.error = float(np.sqrt(2 * fit / self.norm)) if self.norm > 0 else 0.0
        self.loss, self.scale = fit + penalty, fit + abs(penalty)

    def _restart(self, dead: NDArray[np.intp]) -> Generator[Step | None, None, None]:
        rest = yield from residuals(self.scene, self.w, self.h)
        if rest.max() <= 1e-10 * self.norm / self.scene.n_pixels:
            return
        w = self.w.copy()
        for k, spectrum in self.revival.spectra(self.scene, rest, dead):
            w[:, k] = np.maximum(spectrum, 0)
        if not w[:, dead].any():
            return
        self.w = w
        self.h = yield from self.steps.fit(self.scene, w)
        self.revival.done(dead)
        rest = yield from residuals(self.scene, self.w, self.h)
        self._set(float(rest.sum()))


def descend(
    factors: Factors, params: Iteration, began: float, own_loss: bool = False
) -> Generator[Step | None, None, tuple[Array, Array, bool]]:
    """Iterate until the loss falls no more.

    Returns
    -------
    w : array, (bands used, r)
        Of the lowest loss.
    history : array, (iterations, 2)
        With ``own_loss`` the relative error may rise, as the loss is another.
    converged : bool
    """
    course, converged = Course(began), False
    course.add(factors.error)
    best, lowest = factors.w, factors.loss
    for iteration in range(1, params.max_iterations + 1):
        yield from factors.iterate()
        fall = lowest - factors.loss
        if fall > 0:
            best, lowest = factors.w, factors.loss
        if own_loss or factors.error < course.error:
            course.add(factors.error)
        converged = course.settled(fall, 2 * params.tolerance * factors.scale, factors.revival.fresh)
        if converged:
            break
        fraction = iteration / params.max_iterations
        yield Step(fraction, factors.error, factors.w.copy(), f"Iteration {iteration}")
    return best, course.history, converged


def factorize(
    problem: Problem, params: Iteration, init: str, steps: Steps
) -> Generator[Step | None, None, Factorization]:
    """Run a method that minimizes ‖X − WH‖ from start to end."""
    began, scene = perf_counter(), problem.scene
    w = yield from initial_spectra(problem, init)
    h = yield from steps.fit(scene, w)
    factors = Factors(scene, w, h, problem.locked, steps)
    yield from factors.measure()
    best, history, converged = yield from descend(factors, params, began)
    h = yield from steps.fit(scene, best)
    return Factorization(best, h, history, converged, note=factors.note)
