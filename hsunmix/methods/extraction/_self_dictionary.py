"""Regression of some pixels on themselves with few of them in use: the model of fgnsr.

    minimize ½ ‖M − MX‖² + μ tr X  over  Ω = {0 ≤ X, x_ii ≤ 1, w_i x_ij ≤ w_j x_ii}.

A row of X that is not zero is a pixel in use. Most rows are zero, and whether they stay so can be
told without them: with C = Mᵀ(M − MX), row i stays zero if c_ii + Σ_j≠i w_j / w_i max(c_ij, 0) ≤ μ.
So the fast gradient method works on the rows that may be in use only, and others are let in when
this condition says so: the same optimum for a tenth of the work.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods.shared.descent import Momentum
from hsunmix.model.progress import Step

__all__ = ["Point", "path"]

Array = NDArray[np.float64]

DIRECTIONS = 40  # in which the products are made
FACTOR = 0.6  # from one μ to the next
SMALLEST = 1e-9  # of the μ at which X = 0
ROUNDS = 20  # in which rows are let in
ALLOWED = 1e-3  # of μ: how far a row that is left out may violate its condition
SETTLED = 1e-5  # change of a diagonal entry at which an inner run ends; less where μ moves them less


class Point(NamedTuple):
    """The solution for one μ: diag(X), and ‖M − MX‖ / ‖M‖."""

    mu: float
    diagonal: Array
    error: float


@dataclass(eq=False)
class _Rows:
    """The rows in use: ``place`` (rows,) in X, their entries ``x`` (rows, n)."""

    z: Array
    c: Array
    place: NDArray[np.int64]
    x: Array

    def rest(self) -> Array:
        return self.z - self.z[:, self.place] @ self.x

    def diagonal(self) -> Array:
        full = np.zeros(self.z.shape[1])
        full[self.place] = self.x[np.arange(len(self.place)), self.place]
        return full


def path(
    m: Array, w: Array, iterations: int, enough: Callable[[Point], bool]
) -> Generator[Step | None, None, list[Point]]:
    """Solve for one μ after the other, falling, each from the one before.

    Parameters
    ----------
    m : array (bands, n)
    w : array (n,)
        Positive.
    iterations : int
        Of the fast gradient method, at most so many for one μ.
    enough : callable
        Told every solution; true ends the path.

    Returns
    -------
    list of Point
    """
    from hsunmix.kernels.self_dictionary import step

    yield compiling(step)
    with single_threaded_blas():
        left, s, _ = np.linalg.svd(m, full_matrices=False)
        z = np.ascontiguousarray(left[:, s > 1e-9 * s[0]][:, :DIRECTIONS].T @ m)
        length = float(np.linalg.norm(z))
        rows = _Rows(z, w, np.zeros(0, np.int64), np.zeros((0, z.shape[1])))
        mu = largest = float(_pull(z, z, w, np.arange(z.shape[1])).max())
        points: list[Point] = []
        while mu > SMALLEST * largest:
            mu *= FACTOR
            yield from _solve(rows, mu, iterations)
            points.append(Point(mu, rows.diagonal(), float(np.linalg.norm(rows.rest())) / length))
            yield Step(message=f"Regression with {len(rows.place)} pixels in use")
            if enough(points[-1]):
                break
    return points


def _pull(z: Array, rest: Array, c: Array, rows: NDArray[np.int64]) -> Array:
    """Return what lets a row in when it is above μ."""
    products = z[:, rows].T @ rest
    own = products[np.arange(len(rows)), rows]
    products[np.arange(len(rows)), rows] = 0
    np.maximum(products, 0, out=products)
    return np.asarray(own + (products @ c) / c[rows])


def _solve(rows: _Rows, mu: float, iterations: int) -> Generator[Step | None, None, None]:
    """Minimize for one μ, letting rows in until none wants to."""
    for attempt in range(ROUNDS):
        outside = np.setdiff1d(np.arange(rows.z.shape[1]), rows.place)
        pull = _pull(rows.z, rows.rest(), rows.c, outside)
        wanting = outside[np.argsort(-pull, kind="stable")][: int((pull > mu * (1 + ALLOWED)).sum())]
        yield None
        if attempt and not len(wanting):
            break
        # About as many as are in use: letting in all would be the whole problem, and few stay.
        enter = wanting[: max(20, len(rows.place) // 2)]
        rows.place = np.concatenate([rows.place, enter])
        rows.x = np.vstack([rows.x, np.zeros((len(enter), rows.x.shape[1]))])
        yield from _fast_gradient(rows, mu, iterations)
        used = rows.x[np.arange(len(rows.place)), rows.place] > 0
        rows.place, rows.x = rows.place[used], np.ascontiguousarray(rows.x[used])


def _fast_gradient(rows: _Rows, mu: float, iterations: int) -> Generator[Step | None, None, None]:
    """Nesterov's method on the rows in use, restarted when its momentum points uphill."""
    from hsunmix.kernels.self_dictionary import step

    za = np.ascontiguousarray(rows.z[:, rows.place].T)
    size = float(np.linalg.eigvalsh(za @ za.T)[-1])
    y, t = rows.x.copy(), rows.x[np.arange(len(rows.place)), rows.place].copy()
    momentum = Momentum()
    for k in range(iterations):
        beta = momentum.next()
        gradient = za @ (za.T @ y - rows.z)
        uphill, change = step(gradient, rows.place, rows.c, mu, size, rows.x, y, t, beta)
        if uphill > 0:
            momentum.restart()
        if k % 10 == 9:
            yield None
        if change < min(SETTLED, 0.1 * mu / size):
            break
