"""The factors of hals, and one iteration on them."""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, norms_squared, residuals
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.methods.factorization._initial import initial_abundances
from hsunmix.methods.shared.descent import Course, Revival
from hsunmix.model.progress import Step

__all__ = ["Loop", "settle"]

SWEEPS = 8  # of H on a tile; extrapolation wants H near its optimum
W_SWEEPS = 10
DELTA = 0.1  # stop sweeping when a sweep changes less than this share of the first

# Ang and Gillis' constants: the first step, and how it and its ceiling grow and shrink.
BETA, GROWTH, CEILING_GROWTH, SHRINKAGE = 0.5, 1.05, 1.01, 1.5


class Loop:
    """The factors, and one iteration on them.

    Parameters
    ----------
    scene : Scene
    w : array, (bands used, r)
    h : PerPixel of float32
        Owned by the loop from here on.
    norm_squared : float
        ‖X‖².
    locked : tuple of int
        Columns of w that stay.
    extrapolate : bool
    basis : array, (bands used, k), or None
        Orthonormal directions; the tiles of the scene then hold its coordinates along them.

    Attributes
    ----------
    best : array, (bands used, r)
        The spectra with the lowest error.
    error : float
        That error, relative.
    revival : Revival
    """

    def __init__(
        self,
        scene: Scene,
        w: NDArray[np.float64],
        h: PerPixel,
        norm_squared: float,
        locked: tuple[int, ...],
        extrapolate: bool,
        basis: NDArray[np.float64] | None = None,
    ) -> None:
        self.scene, self.h, self.norm = scene, h, norm_squared
        self._basis = basis
        self.best = self._latest = self._ahead = w
        self.error = 1.0
        self._previous = h.copy()
        self._free = np.ones(w.shape[1], dtype=bool)
        self._free[list(locked)] = False
        self._floor = 1e-16 * float(w.max(initial=0))
        self._beta, self._ceiling = (BETA, 1.0) if extrapolate else (0.0, 0.0)
        self._accepted_beta = self._beta
        self._rejected = False
        self.revival = Revival(locked)

    @classmethod
    def begin(
        cls,
        scene: Scene,
        w: NDArray[np.float64],
        locked: tuple[int, ...],
        extrapolate: bool,
        basis: NDArray[np.float64] | None = None,
    ) -> Generator[Step | None, None, Loop]:
        """Start from spectra and the best abundances for them."""
        h = yield from initial_abundances(scene, w if basis is None else basis.T @ w)
        norm = float((yield from norms_squared(scene)).sum())
        return cls(scene, w, h, norm, locked, extrapolate, basis)

    @property
    def note(self) -> str:
        """What was unusual."""
        return self.revival.note

    def measure(self) -> Generator[Step | None, None, None]:
        """Set the error of the factors as they are."""
        rest = yield from residuals(self.scene, self._latest, self.h)
        self.error = float(np.sqrt(rest.sum() / self.norm))

    def iterate(self) -> Generator[Step | None, None, None]:
        """Update H, then W; keep them when the error is lower, else step back to before the extrapolation."""
        from hsunmix.kernels.hals import update, update_spectra

        scene, w = self.scene, self._ahead
        r = w.shape[1]
        yield compiling(update)
        seen = w if self._basis is None else self._basis.T @ w
        wt = np.ascontiguousarray(seen.T, dtype=np.float32)
        g = (w.T @ w).astype(np.float32)
        found = yield from scene.map(
            _sweep, wt, g, np.float32(self._beta), self._rejected,
            per_pixel=[self.h, self._previous], sums=[(scene.n_bands, r), (r, r)],
        )  # fmt: skip
        xht, hht = found.sums
        xht = xht if self._basis is None else self._basis @ xht
        yield compiling(update_spectra)
        spectra = w.T.copy()  # it is written to, and w is still needed
        update_spectra(spectra, xht.T.copy(), hht, self._free, W_SWEEPS, DELTA, self._floor)
        new = spectra.T
        fit = float(self.norm - 2 * np.vdot(new, xht) + np.vdot(new.T @ new, hht))
        self._judge(new, float(np.sqrt(max(fit, 0.0) / self.norm)))
        dead = self.revival.dead(np.diag(hht))
        if len(dead) and self._basis is None:
            yield from self._restart(dead)

    def _judge(self, new: NDArray[np.float64], error: float) -> None:
        """Choose from where, and how far ahead, the next iteration starts."""
        self._rejected = error > self.error
        if self._rejected:
            self._ceiling, self._beta = self._accepted_beta, self._beta / SHRINKAGE
            self._ahead = new
        else:
            self.best, self.error = new, error
            ahead = new + self._beta * (new - self._latest)
            self._ahead = np.where(self._free, np.maximum(ahead, self._floor), new)
            self._accepted_beta = self._beta
            self._ceiling = min(1.0, CEILING_GROWTH * self._ceiling)
            self._beta = min(self._ceiling, GROWTH * self._beta)
        self._latest = new

    def _restart(self, dead: NDArray[np.intp]) -> Generator[Step | None, None, None]:
        """Start anew; abundances stay zero until the next sweep, so the error doesn't change here."""
        rest = yield from residuals(self.scene, self._latest, self.h)
        w = self._latest.copy()
        for k, spectrum in self.revival.spectra(self.scene, rest, dead):
            w[:, k] = np.maximum(spectrum, self._floor)
            self.h.clear(k)
            self._previous.clear(k)
        self._latest = self._ahead = w
        self.revival.done(dead)


def settle(
    loop: Loop, course: Course, most: int, tolerance: float, told: Callable[[int], Step]
) -> Generator[Step | None, None, bool]:
    """Iterate until the error falls no more; return whether it did.

    Parameters
    ----------
    loop : Loop
    course : Course
        Gets the errors that are lower than those before.
    most : int
        Iterations.
    tolerance : float
        The share of the error by which it falls at least.
    told : callable
        Returns the step to yield after an iteration, which it is given, from 1.
    """
    course.anew()
    for iteration in range(1, most + 1):
        before = loop.error
        yield from loop.iterate()
        if loop.error < before:
            course.add(loop.error)
        if course.settled(before - loop.error, tolerance * before, loop.revival.fresh):
            return True
        yield told(iteration)
    return False


def _sweep(
    part: Part, wt: NDArray[np.float32], g: NDArray[np.float32], beta: np.float32, rejected: bool,
    h: NDArray[np.float32], previous: NDArray[np.float32], xht: NDArray[np.float64], hht: NDArray[np.float64],
) -> None:  # fmt: skip
    from hsunmix.kernels.hals import update

    update(part.tiles, part.counts, wt, g, h, previous, beta, rejected, SWEEPS, np.float32(DELTA), xht, hht)
