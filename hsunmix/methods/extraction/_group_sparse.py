"""Regression on a dictionary of which few rows are in use: the model of smrs.

    minimize ½ ‖M − D C‖² + λ Σ_i ‖c_i‖  over  C ≥ 0,

where ‖c_i‖ is the length of a row, or its largest entry. Most rows are zero, and whether they stay so
can be told without them: row i does if the dual norm of the positive part of d_iᵀ (M − D C) is at most λ.
So the fast gradient method works on the rows in use only, and others are let in when this says so.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods.shared.descent import Momentum
from hsunmix.model.progress import Step

__all__ = ["Largest", "Length", "Point", "path"]

Array = NDArray[np.float64]
Places = NDArray[np.intp]

FACTOR = 0.6  # from one λ to the next
SMALLEST = 1e-7  # of the λ at which C = 0
ROUNDS = 20  # in which rows are let in
ALLOWED = 1e-3  # of λ: how far a row that is left out may violate its condition
SETTLED = 1e-6  # of ‖C‖: change at which an inner run ends
NEWTON = 50


class Point(NamedTuple):
    """The solution for one λ: the norms of all rows, and ‖M − DC‖ / ‖M‖."""

    penalty: float
    norms: Array
    error: float


class Length:
    """Rows count by their length, ℓ₁,₂."""

    def of(self, rows: Array) -> Array:
        """Return the norm of each row."""
        return np.asarray(np.linalg.norm(rows, axis=1))

    def dual(self, rows: Array) -> Array:
        """Return the dual norm of the positive part of each row."""
        return np.asarray(np.linalg.norm(np.maximum(rows, 0), axis=1))

    def shrunk(self, rows: Array, by: float) -> Array:
        """Minimize ½‖c − row‖² + by · ‖c‖ over c ≥ 0."""
        rows = np.maximum(rows, 0)
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows * np.maximum(1 - by / np.maximum(length, 1e-300), 0))


class Largest:
    """Rows count by their largest entry, ℓ₁,∞."""

    def of(self, rows: Array) -> Array:
        """Return the norm of each row."""
        return np.asarray(np.abs(rows).max(axis=1, initial=0))

    def dual(self, rows: Array) -> Array:
        """Return the dual norm of the positive part of each row."""
        return np.asarray(np.maximum(rows, 0).sum(axis=1))

    def shrunk(self, rows: Array, by: float) -> Array:
        """Minimize ½‖c − row‖² + by · max c_j over c ≥ 0: all entries are cut at τ.

        Σ (row_j − τ)₊ = by: convex and falling in τ, so Newton's method from zero never overshoots.
        """
        rows, tau = np.maximum(rows, 0), np.zeros((len(rows), 1))
        for _ in range(NEWTON):
            over = rows > tau
            count = np.maximum(over.sum(axis=1), 1)
            new = ((over * rows).sum(axis=1) - by) / count
            step = np.maximum(new[:, None] - tau, 0)
            tau += step
            if (step <= 1e-14 * tau).all():
                break
        return np.asarray(np.minimum(rows, tau))


Norm = Length | Largest


def path(
    d: Array, m: Array, norm: Norm, iterations: int, enough: Callable[[Point], bool]
) -> Generator[Step | None, None, list[Point]]:
    """Solve for one λ after the other, falling, each from the one before.

    Parameters
    ----------
    d : array, (k, atoms)
    m : array, (k, n)
    norm : Length or Largest
    iterations : int
        Of the fast gradient method, at most so many for one λ.
    enough : callable
        Told every solution; true ends the path.
    """
    place, x = np.zeros(0, np.intp), np.zeros((0, m.shape[1]))
    whole = float(np.linalg.norm(m)) or 1.0
    points: list[Point] = []
    with single_threaded_blas():
        penalty = largest = float(norm.dual(d.T @ m).max())
        while penalty > SMALLEST * largest:
            penalty *= FACTOR
            place, x = yield from solve(d, m, norm, penalty, iterations, place, x)
            norms = np.zeros(d.shape[1])
            norms[place] = norm.of(x)
            points.append(Point(penalty, norms, float(np.linalg.norm(m - d[:, place] @ x)) / whole))
            yield Step(message=f"Regression with {len(place)} spectra in use")
            if enough(points[-1]):
                break
    return points


def solve(
    d: Array, m: Array, norm: Norm, penalty: float, iterations: int, place: Places, x: Array
) -> Generator[None, None, tuple[Places, Array]]:
    """Minimize for one λ from some rows (place, x), letting rows in until none wants to."""
    for attempt in range(ROUNDS):
        pull = norm.dual(d.T @ (m - d[:, place] @ x))
        pull[place] = 0
        wanting = np.argsort(-pull, kind="stable")[: int((pull > penalty * (1 + ALLOWED)).sum())]
        yield None
        if attempt and not len(wanting):
            break
        enter = wanting[: max(20, len(place) // 2)]
        place, x = np.r_[place, enter], np.vstack([x, np.zeros((len(enter), m.shape[1]))])
        x = yield from _fast_gradient(d[:, place], m, norm, penalty, iterations, x)
        used = norm.of(x) > 0
        place, x = place[used], x[used]
    return place, x


def _fast_gradient(
    d: Array, m: Array, norm: Norm, penalty: float, iterations: int, x: Array
) -> Generator[None, None, Array]:
    """Nesterov's method, restarted when its momentum points uphill."""
    product, right = d.T @ d, d.T @ m
    size = float(np.linalg.eigvalsh(product)[-1]) or 1.0
    ahead, momentum = x, Momentum()
    for k in range(iterations):
        new = norm.shrunk(ahead - (product @ ahead - right) / size, penalty / size)
        uphill = float(np.vdot(ahead - new, new - x)) > 0
        step = new - x
        if uphill:
            momentum.restart()
        ahead = new if uphill else new + momentum.next() * step
        x = new
        if k % 10 == 9:
            yield None
            if np.linalg.norm(step) <= SETTLED * np.linalg.norm(x):
                break
    return x
