"""What iterations share: their course and its end, components that died out, and optimal gradient steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.source import PerPixel

__all__ = ["Course", "Momentum", "Revival", "optimal_gradient"]

Array = NDArray[np.float64]

MAX_IN_VAIN = 8  # iterations in a row without a lower loss: float32 has no more to give
RESTARTS = 3  # so often a component that died out is started anew


class Course:
    """What an iteration has come to: seconds and relative errors, and whether it has settled.

    Parameters
    ----------
    began : float
        By ``perf_counter``.
    """

    def __init__(self, began: float) -> None:
        self._began, self._in_vain = began, 0
        self.points: list[tuple[float, float]] = []

    def add(self, error: float) -> None:
        """Add a relative error, which is of now."""
        self.points.append((perf_counter() - self._began, error))

    @property
    def error(self) -> float:
        """The last one."""
        return self.points[-1][1]

    @property
    def history(self) -> Array:
        """Seconds and relative errors, (iterations, 2)."""
        return np.array(self.points).reshape(-1, 2)

    def anew(self) -> None:
        """Forget that the loss hasn't fallen: what is iterated is another thing now."""
        self._in_vain = 0

    def settled(self, fall: float, little: float, fresh: bool = False) -> bool:
        """Whether an iteration that lowered the loss by ``fall`` was the last one.

        It is where the loss fell, but by no more than ``little``, and where it hasn't fallen for 8 iterations
        in a row. With ``fresh`` a component was started anew, so that neither says anything.
        """
        self._in_vain = 0 if fall > 0 or fresh else self._in_vain + 1
        return not fresh and (self._in_vain == MAX_IN_VAIN or (not self._in_vain and fall <= little))


class Revival:
    """Endmembers that no pixel uses get the spectra of the worst explained pixels, each a few times at most.

    Attributes
    ----------
    fresh : bool
        Whether one was started anew in the last iteration, so that a loss that stands still says nothing.
    """

    def __init__(self, locked: tuple[int, ...] = ()) -> None:
        self._locked, self._count = list(locked), 0
        self.fresh = False

    @property
    def note(self) -> str:
        """How many were started anew."""
        if not self._count:
            return ""
        was = " was" if self._count == 1 else "s were"
        return f"{self._count} endmember{was} started anew, having died out."

    def dead(self, power: Array, least: float = 1e-14) -> NDArray[np.intp]:
        """Return those whose power is nothing beside the largest, unless they have been started too often."""
        self.fresh = False
        idle = power <= least * power.max()
        idle[self._locked] = False
        found = np.flatnonzero(idle)
        return found if self._count < RESTARTS * len(power) else found[:0]

    def spectra(self, scene: Scene, rest: PerPixel, dead: NDArray[np.intp]) -> Iterator[tuple[int, Array]]:
        """Yield each with the spectrum of the pixel that is explained worst; ``rest`` loses these pixels."""
        for k in dead:
            worst = rest.argmax()
            rest.put(worst, 0)
            yield int(k), scene.columns(np.array([worst]))[:, 0]

    def done(self, dead: NDArray[np.intp]) -> None:
        """Remember that these were started anew."""
        self._count, self.fresh = self._count + len(dead), True


class Momentum:
    """How far an optimal gradient step goes on in the direction of the last one (Nesterov, 1983)."""

    def __init__(self) -> None:
        self._now = 1.0

    def next(self) -> float:
        """Return the share of the last step that is added to this one."""
        following = (1 + np.sqrt(4 * self._now**2 + 1)) / 2
        share = (self._now - 1) / following
        self._now = following
        return float(share)

    def restart(self) -> None:
        """Forget the steps there were."""
        self._now = 1.0


def optimal_gradient(x: Array, step: Callable[[Array], Array], count: int) -> Array:
    """Go some optimal gradient steps, with restarts where they overshoot; the last point is the lowest.

    Parameters
    ----------
    x : array
        Where to begin.
    step : callable
        A plain projected gradient step from a point.
    count : int
    """
    ahead, momentum = x, Momentum()
    for _ in range(count):
        new = step(ahead)
        if np.vdot(ahead - new, new - x) > 0:  # overshot: a plain step from the last point instead
            new = step(x)
            momentum.restart()
        ahead = new + momentum.next() * (new - x)
        x = new
    return x
