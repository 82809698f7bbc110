"""The sides of a simplex, put where pixels end but for their noise: the last step of auto.

Problem: endmembers found among pixels, or about them, are a little too near or too far.
Method: beside each side pixels lie outside by noise. How many, and how far, follows from the noise and from
how many pixels have next to nothing of the endmember across; that is told by the pixels' distances from the
side, taken for nonnegative ones that are the rarer the larger they are, plus noise (a mixture of uniform
densities, fitted by expectation–maximization). Where each side must turn is told by the fitted pixels with
fresh noise: what lies outside of them, weighted with each abundance in turn, is what should lie outside. Each
side is moved by Gauss–Newton steps until it does, as far as the beginning is not surer.
Limits: noise must be known, and mixing linear. Of a side along which hardly a pixel lies nothing is told.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods.factorization._excess import abundances
from hsunmix.methods.shared._smoothing import Smoothed
from hsunmix.model.progress import Step

__all__ = ["Noise", "noise_of_points", "settled"]

Array = NDArray[np.float64]

MIN_BANDS = 20  # more than endmembers, for the noise of each pixel and band to be told
PRIOR = 20.0  # values that speak for the usual noise beside those of the pixel
FLOOR = 1e-6  # of the noise lies in every direction
SIZES = (0.2, 5.0)  # times the usual noise that a pixel may have
COPIES = 2  # of the pixels with fresh noise
STEPS = 25
GAIN = 1.5  # a side that is moved has fewer, or more, pixels along it: each step falls short
LONGEST = 0.1  # step, as a share of the distance to the endmember
SAME = 0.02  # deviations of the noise: shorter steps end it
FARTHEST = 6.0  # deviations of the noise outside of a side that count
UNSURE = 0.3  # of what should lie outside with each abundance
DECREASING = 0.97  # of what would if abundances were the rarer the larger: nearly all are that
EM_STEPS = 60
BINS = np.linspace(-FARTHEST, 12, 73)  # distances in deviations of the noise
ENDS = (0.3, 0.6, 1.0, 1.5, 2.5, 4.0, 6.0, 10.0, 16.0, 50.0)  # of the uniform densities


@dataclass(frozen=True, eq=False)
class Noise:
    """Noise of points.

    Attributes
    ----------
    root : array, (directions, directions)
        Root of the covariance of the usual point.
    size : array, (n,)
        Standard deviation of each beside the usual one.
    """

    root: Array
    size: Array

    @single_threaded_blas()
    def white(self, points: Array) -> Array:
        """Points (directions, n) in units in which the usual noise is the same in all directions: one."""
        return np.asarray(np.linalg.solve(self.root, points), dtype=np.float64)

    @single_threaded_blas()
    def back(self, points: Array) -> Array:
        """The reverse of ``white``."""
        return np.asarray(self.root @ points)


def noise_of_points(smooth: Smoothed) -> Noise:
    """Noise of ``smooth.raw`` in its first r directions, by what these leave: it may grow with the light."""
    r, n, bands = smooth.rank, len(smooth.near), smooth.basis.shape[1]
    if bands < r + MIN_BANDS:
        return Noise(np.sqrt(smooth.noise) * np.eye(r), np.ones(n))
    inside = smooth.basis[:r]
    with single_threaded_blas():
        rest = smooth.sample.columns(smooth.near[:, 0]) - inside.T @ smooth.raw[:r]
        square = np.square(rest)
        each, course = square.sum(axis=0), square.mean(axis=1)
        course /= np.maximum(1 - np.square(inside).sum(axis=0), 0.05)
        covariance = (inside * course) @ inside.T
        usual = float(each.mean()) / (bands - r)
        size = np.sqrt((each / max(usual, 1e-300) + PRIOR) / (bands - r + PRIOR))
        # The course of the bands is that of the noise; how much it is on the whole is known better.
        covariance *= smooth.noise / max(float(np.trace(covariance)) / r, 1e-300)
        root = np.linalg.cholesky(covariance + FLOOR * smooth.noise * np.eye(r))
    return Noise(root, np.clip(size, *SIZES))


def settled(
    points: Array, w: Array, size: Array, sure: tuple[float, float], seed: int
) -> Generator[Step | None, None, Array]:
    """Endmembers whose sides lie where the points end but for their noise; ``w`` where nothing tells.

    Parameters
    ----------
    points : array, (directions, n)
        In units of the noise.
    w : array, (directions, r)
        To begin with.
    size : array, (n,)
        Standard deviation of the noise of each point, in each direction.
    sure : (float, float)
        Standard deviation of the abundances that the endmembers to begin with may hold of each other: in
        deviations of the noise, and beside it.
    seed : int
    """
    middle, basis = _plane(points, w.shape[1] - 1)
    with single_threaded_blas():
        flat, start = basis @ (points - middle), basis @ (w - middle)
        sides = _Sides(flat, start, size, sure, seed)
    if np.linalg.cond(_homogeneous(start)) > 1e10:
        return w
    for _ in range(STEPS):
        yield Step(0.8, message="Refining endmembers")
        length = yield from sides.step()
        if not np.isfinite(length):
            return w
        if length < SAME:
            break
    with single_threaded_blas():
        return np.asarray(middle + basis.T @ sides.w)


@single_threaded_blas()
def _plane(points: Array, count: int) -> tuple[Array, Array]:
    """Middle (directions, 1) and directions (count, directions) of the plane in which points extend most."""
    turn = np.linalg.eigh(np.atleast_2d(np.cov(points)))[1]
    return points.mean(axis=1, keepdims=True), turn[:, ::-1][:, :count].T


def _homogeneous(points: Array) -> Array:
    return np.vstack([points, np.ones(points.shape[1])])


class _Sides:
    """Endmembers ``w`` (r − 1, r) on their way; side j is the one without endmember j."""

    def __init__(self, points: Array, w: Array, size: Array, sure: tuple[float, float], seed: int) -> None:
        self.points, self.start, self.size, self.sure = points, w, size, sure
        self.w: Array = w
        rng = np.random.default_rng(seed)
        self.fresh = [rng.standard_normal(points.shape) * size for _ in range(COPIES)]

    def step(self) -> Generator[Step | None, None, float]:
        """Move all sides once; return how far, in deviations of the noise."""
        with single_threaded_blas():
            inverse = np.linalg.inv(_homogeneous(self.w))
            deviation = np.linalg.norm(inverse[:, :-1], axis=1)
        h, height = yield from self._heights(self.points, inverse)
        least = -FARTHEST * deviation[:, None] * self.size
        outside = np.clip(height, least, 0)
        copies = np.zeros_like(inverse)
        for fresh in self.fresh:
            with single_threaded_blas():
                again = self.w @ h
                again += fresh
            other, reached = yield from self._heights(again, inverse)
            with single_threaded_blas():
                copies += np.clip(reached, least, 0) @ other.T / COPIES
        usual = _outside(height / (deviation[:, None] * self.size), self.size) * deviation
        with np.errstate(divide="ignore", invalid="ignore"):
            should = copies * np.nan_to_num(DECREASING * usual / copies.sum(axis=1), posinf=0)[:, None]
        with single_threaded_blas():
            moved = self._moved(h, outside, should, deviation, inverse @ _homogeneous(self.start))
            self.w = self.w @ (np.eye(len(h)) - moved + np.diag(moved.sum(axis=0)))
        return float((np.abs(moved).max(axis=1) / deviation).max())

    def _heights(
        self, points: Array, inverse: NDArray[np.floating]
    ) -> Generator[Step | None, None, tuple[Array, Array]]:
        """Abundances, and how far inside of each side points lie, 1 at the endmember across."""
        h = yield from abundances(points, self.w, "fcls")
        with single_threaded_blas():
            return h, inverse @ _homogeneous(points)

    def _moved(self, h: Array, outside: Array, should: Array, deviation: Array, start: Array) -> Array:
        """By how much each side j is to go outwards, (j, k), at endmember k."""
        r = len(h)
        moved = np.zeros((r, r))
        for j in range(r):
            others = np.flatnonzero(np.arange(r) != j)
            there = np.flatnonzero(outside[j] < 0)
            along = h[np.ix_(others, there)]
            slope = along @ along.T / GAIN
            each = along * outside[j, there]
            doubt = (1 + 1 / COPIES) * (each @ each.T)
            doubt += np.diag(np.square(UNSURE * should[j, others]))
            doubt += np.eye(r - 1) * (1e-6 * np.trace(doubt) / (r - 1) + 1e-12 * deviation[j] ** 2)
            missing = outside[j] @ h[others].T - should[j, others]
            hold = 1 / ((self.sure[0] * deviation[j]) ** 2 + self.sure[1] ** 2)
            known = np.linalg.solve(doubt, np.column_stack([slope, missing]))
            found = np.linalg.solve(
                slope @ known[:, :-1] + hold * np.eye(r - 1), -slope @ known[:, -1] - hold * start[j, others]
            )
            moved[j, others] = np.clip(found, -LONGEST, LONGEST)
        return moved


@single_threaded_blas()
def _outside(distances: Array, size: Array) -> Array:
    """Sum of what should lie outside of each side, (r,), of distances (r, n) in deviations of the noise.

    Weighted with the size of the noise, so that sums are in deviations of the usual noise.
    """
    cells, means = _densities()
    bins = np.digitize(distances, BINS) - 1
    counts = np.zeros((len(distances), len(BINS) - 1))
    for row, which in zip(counts, bins, strict=True):
        near = (which >= 0) & (which < len(row))
        row += np.bincount(which[near], size[near], len(row))
    share = np.full((len(counts), len(cells)), 1 / len(cells))
    for _ in range(EM_STEPS):
        share *= (counts / (share @ cells + 1e-300)) @ cells.T
        share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-300)
    return np.asarray(counts.sum(axis=1) * (share @ means))


def _densities() -> tuple[Array, Array]:
    """Shares (k, bins) of densities that end at each of ENDS, and none but noise, and their mean outside."""
    from scipy.special import ndtr

    t = (BINS[:-1, None] + np.diff(BINS)[:, None] * (np.arange(20) + 0.5) / 20).ravel()
    bell = np.exp(-t * t / 2) / np.sqrt(2 * np.pi)
    values = np.array([bell] + [(ndtr(t) - ndtr(t - end)) / end for end in ENDS])
    values /= values.sum(axis=1, keepdims=True)
    return values.reshape(len(values), -1, 20).sum(axis=2), values @ np.minimum(t, 0)
