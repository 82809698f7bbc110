"""The smallest simplex with soft walls: the heart of sisal, which auto tries too."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods.factorization._excess import excess
from hsunmix.model.progress import Step

__all__ = ["FITS", "simplex_by_noise", "simplex_of", "smallest_simplex"]

Array = NDArray[np.float64]

ROUNDS = 60  # tangents of the logarithm
INNER = 30  # rounds of alternating directions for each
STIFF = 3.0  # times λ/n: what holds the copy of the abundances to them
FLAT = 1e12  # condition from which vertices, or points, span no volume
MAX_REACH = 5.0  # times as far from the middle as the farthest point may a corner be
SMALLEST_STEP = 1e-3
SAME = 1e-6  # of the objective: smaller gains end the search
PATIENT = 3  # rounds that may gain nothing
FIRST_WEIGHT, LAST_WEIGHT = 20.0, 2000.0
FITS = 1.1  # excess up to which endmembers are as good as right
JUMP = 100.0  # times as much excess at the weight below: there is none in between
SAME_EXCESS = 0.99  # of that at a smaller weight
AIM = 0.92  # excess of the true endmembers: a little of the noise was taken for mixture


@dataclass(frozen=True, eq=False)
class _Plane:
    """Directions with the points' spread along each as the unit."""

    middle: Array  # (directions, 1)
    basis: Array  # (r − 1, directions), orthonormal rows
    scale: Array  # (r − 1, 1)

    @single_threaded_blas()
    def of(self, points: Array) -> Array:
        return np.asarray(self.basis @ (points - self.middle) / self.scale)

    @single_threaded_blas()
    def back(self, flat: Array) -> Array:
        return np.asarray(self.middle + self.basis.T @ (flat * self.scale))


@single_threaded_blas()
def _plane(points: Array, count: int) -> _Plane:
    power, turn = np.linalg.eigh(np.atleast_2d(np.cov(points)))
    scale = np.sqrt(np.maximum(power[::-1][:count, None], 1e-300))
    return _Plane(points.mean(axis=1, keepdims=True), turn[:, ::-1][:, :count].T, scale)


@dataclass
class _Walls:
    """The convex problem about one Q: −⟨Q⁻ᵀ, Q'⟩ + μ/2n ‖(Q' − Q) Y‖² + λ/n Σ max(0, −Q' Y)."""

    y: Array  # (r, n), the last row ones
    weight: float

    def __post_init__(self) -> None:
        self.square = self.y @ self.y.T
        self.each = self.weight / self.y.shape[1]
        self.price = np.zeros((0, 0))

    def objective(self, q: Array, a: Array) -> float:
        sign, volume = np.linalg.slogdet(q)
        return float(-volume - self.each * np.minimum(a, 0).sum()) if sign else float("inf")

    def solve(self, q: Array, a: Array, near: float) -> Array:
        """Alternate between Q and a copy of the abundances; the price of their difference is kept."""
        n, r = self.y.shape[1], len(q)
        stiff = STIFF * self.each
        inverse = np.linalg.inv((near / n + stiff) * self.square)
        fixed = near / n * (q @ self.square) + np.linalg.inv(q).T
        sums = np.zeros(r)
        sums[-1] = 1
        price = self.price if self.price.shape == a.shape else np.zeros_like(a)
        copy, new = np.where(a < 0, np.minimum(a + price + self.each / stiff, 0), a), q
        for _ in range(INNER):
            new = (fixed + stiff * ((copy - price) @ self.y.T)) @ inverse
            new += (sums - new.sum(axis=0)) / r
            reached = new @ self.y + price
            copy = np.where(reached < 0, np.minimum(reached + self.each / stiff, 0), reached)
            price = reached - copy
        self.price = price
        return np.asarray(new)


def smallest_simplex(points: Array, start: Array, weight: float) -> Generator[Step | None, None, Array]:
    """Vertices of the smallest simplex around most points, beginning with others.

    Parameters
    ----------
    points : array, (r − 1, n)
    start : array, (r − 1, r)
        Vertices that span a volume; returned where the others would lie far outside of all points.
    weight : float
        λ, of what lies outside; see ``hsunmix.methods.factorization.sisal``.
    """
    with single_threaded_blas():
        walls = _Walls(np.vstack([points, np.ones(points.shape[1])]), weight)
        corners = np.vstack([start, np.ones(start.shape[1])])
        if max(np.linalg.cond(corners), np.linalg.cond(walls.square)) > FLAT:
            return start  # no volume to begin with
        q = np.linalg.inv(corners)
        a = q @ walls.y
        value, near = walls.objective(q, a), 1e-2
    idle = 0
    for _ in range(ROUNDS):
        with single_threaded_blas():
            step = walls.solve(q, a, near) - q
            length, new = 1.0, value
            while length > SMALLEST_STEP:
                new = walls.objective(q + length * step, a + length * (step @ walls.y))
                if new < value:
                    break
                length /= 2
            if new < value:
                q, a = q + length * step, a + length * (step @ walls.y)
                near = max(near / 2, 1e-6) if length == 1 else near
            else:
                near *= 4
        yield None
        gain = value - new
        value = min(value, new)
        idle = idle + 1 if gain < SAME else 0
        if idle > PATIENT or near > 1e6:
            break
    found = np.asarray(np.linalg.inv(q)[:-1])
    # Where points don't fill a simplex nothing holds a corner, and it runs away.
    return start if np.abs(found).max() > MAX_REACH * np.abs(points).max() else found


def simplex_of(points: Array, start: Array, weight: float) -> Generator[Step | None, None, Array]:
    """Vertices (directions, r) of the smallest simplex, in the plane where the points extend most.

    Parameters
    ----------
    points : array, (directions, n)
    start : array, (directions, r)
    weight : float
    """
    plane = _plane(points, start.shape[1] - 1)
    return plane.back((yield from smallest_simplex(plane.of(points), plane.of(start), weight)))


def simplex_by_noise(
    points: Array, start: Array, noise: float, seed: int
) -> Generator[Step | None, None, tuple[Array, float]]:
    """Vertices whose weight is such that they leave what noise does, and their excess.

    Parameters
    ----------
    points, start : as of ``simplex_of``
    noise : float
        Mean square of the noise of a coordinate.
    seed : int
    """
    plane = _plane(points, start.shape[1] - 1)
    flat, w = plane.of(points), plane.of(start)
    tried: list[tuple[float, float, Array]] = []  # weight, excess, vertices
    weight = FIRST_WEIGHT
    low: tuple[float, float, Array] | None = None
    while weight <= LAST_WEIGHT and len(tried) < 9:
        w = yield from smallest_simplex(flat, w, weight)
        found = yield from excess(points, plane.back(w), noise, "fcls", seed)
        tried.append((weight, found, w))
        below = [one for one in tried if one[1] <= AIM]
        above = [one for one in tried if one[1] > AIM]
        if not below:
            weight *= 2
            continue
        lower, low = low, max(above, key=lambda one: one[0], default=None)
        high = min(below, key=lambda one: one[0])
        if low is None or high[1] > AIM - 0.15 or high[0] < 1.1 * low[0]:
            break
        idle = lower is not None and lower[0] < low[0] and low[1] > SAME_EXCESS * lower[1]
        if idle or low[1] > JUMP * high[1]:
            break  # no weight leaves what noise does: the walls give way all at once
        # The excess falls by a power of the weight.
        slope = np.log(low[1] / high[1]) / np.log(high[0] / low[0])
        weight = float(np.clip(low[0] * (low[1] / AIM * 1.05) ** (1 / slope), 1.05 * low[0], 0.97 * high[0]))
        w = low[2]
    _, found, w = min(tried, key=lambda one: abs(np.log(max(one[1], 1e-12) / AIM)))
    return plane.back(w), found
