"""What the noise of the pixels does to abundances: their standard deviations for given endmembers.

On the set S of endmembers that are present, abundances are an affine map of the pixel, so noise of variance
s² makes the covariance s² P M P, with P = (W_SᵀW_S)⁻¹, less what a sum of one forbids, and M = WᵀNW, where N
says how the noise is shared out among the bands (the delta method). An endmember that is absent has the
deviation that it would have if it were let in: so "none" has a width, too.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods.shared._least_squares import at_once
from hsunmix.methods.shared._misfit import Misfit
from hsunmix.model.progress import Step

__all__ = ["deviations", "noise_of"]

Array = NDArray[np.float64]

RIDGE = 1e-12  # of the diagonal: spectra that depend on each other get wide intervals, not none
PRIOR = 5.0  # values that speak for the usual noise beside those of the pixel
WIDEST = 0.5  # standard deviation of a number between 0 and 1
ABSENT = 0.8  # of its deviation has an endmember that is absent: noise below zero doesn't show
HALVED = 1 / 3  # of its variance is left of noise that can't fall below zero
MIN_SHARE = 0.05  # of a band's noise must be left outside the endmembers, for it to be told there


def deviations(
    scene: Scene,
    w: Array,
    h: PerPixel,
    left: Misfit,
    sum_to_one: bool,
    signed: bool,
    reach: Array | None = None,
) -> Generator[Step | None, None, PerPixel]:
    """Standard deviations of abundances, float32, ``r`` for each pixel.

    The size of the noise is that of what the pixel leaves, its course over the bands that of all pixels.
    Endmember k that is moved away from j by a share t of their distance adds t h_k to h_j and takes it from
    h_k.

    Parameters
    ----------
    scene : Scene
    w : array, (bands used, r)
    h : PerPixel
        Abundances of least squares under constraints.
    left : Misfit
        What they leave.
    sum_to_one : bool
    signed : bool
        Whether abundances may be negative: then all endmembers are present everywhere.
    reach : array, (r, r), optional
        How far endmember k might lie away from j, as a standard deviation and a share of their distance; on
        the diagonal by what share it might be brighter.
    """
    r = w.shape[1]
    usual = noise_of(left, r)
    course = np.ones(len(w))
    if isinstance(left.known, int):
        found = yield from scene.map(_squares, w, per_pixel=[h], sums=[(len(w),)])
        course = _course(found.sums[0], w)
    with single_threaded_blas():
        g, m = w.T @ w, w.T @ (course[:, None] * w)
    sd = scene.per_pixel(r, np.float32, 0)
    known = left.known if isinstance(left.known, PerPixel) else None
    reach = np.zeros((r, r)) if reach is None else reach
    brighter = np.diag(reach)
    away = reach - np.diag(brighter)
    # One that lies too far out, or too far in, mostly does so on all sides.
    own = np.square(away.sum(axis=1)) + np.square(brighter)
    terms = (g, m, np.square(away), own, len(w), usual, sum_to_one, signed)
    yield from scene.map(
        _deviations, *terms, per_pixel=[h, left.rest, *([known] if known else []), sd], blind=True,
        pixels=at_once(r),
    )  # fmt: skip
    return sd


def noise_of(left: Misfit, r: int) -> float:
    """Mean square of a value's noise in the usual pixel, by what r endmembers leave."""
    rest = left.rest.known()
    known = left.known if isinstance(left.known, int) else left.known.known()
    return float(np.median(rest / np.maximum(np.asarray(known) - r, 1)))


def _squares(part: Part, w: Array, h: NDArray[np.float32], total: Array) -> None:
    """Squares of what is left in each band; zero in the padding."""
    w = w.astype(np.float32)
    for tile, share in zip(part.tiles, h, strict=True):
        total += np.square(tile - w @ share).sum(axis=1, dtype=np.float64)


@single_threaded_blas()
def _course(squares: Array, w: Array) -> Array:
    """Shares of the bands in the noise, of mean one: where endmembers reach, they took some of it."""
    q = np.linalg.qr(w)[0]
    course = squares / np.maximum(1 - np.square(q).sum(axis=1), MIN_SHARE)
    mean = float(course.mean())
    return np.asarray(course / mean if mean > 0 else np.ones(len(w)))


def _deviations(
    part: Part, g: Array, m: Array, moved: Array, own: Array, bands: int, usual: float, sum_to_one: bool,
    signed: bool, h: NDArray[np.float32], rest: Array, *more: NDArray[np.float64],
) -> None:  # fmt: skip
    *known, sd = more
    for i, count in enumerate(part.counts):
        if not count:
            continue
        present = np.ones_like(h[i], dtype=bool) if signed else h[i] > 0
        sets, which = np.unique(present[:, :count], axis=1, return_inverse=True)
        size = sets.sum(axis=0)[which.ravel()] - sum_to_one
        values = known[0][i, :count] if known else bands
        free = np.maximum(values - size, 0)
        noise = (rest[i, :count] + PRIOR * usual) / (free + PRIOR)
        # Fewer values know less: as if they were spread evenly over the bands.
        noise = noise * bands / np.maximum(values, 1)
        square = np.square(h[i, :, :count].astype(np.float64))
        found = variances(sets.T, g, m, sum_to_one)[which.ravel()].T * noise
        with single_threaded_blas():
            found += moved.T @ square + own[:, None] * square
        found = np.sqrt(found)
        sd[i, :, :count] = np.minimum(found, WIDEST if sum_to_one else np.finfo(np.float32).max)


@single_threaded_blas()
def variances(sets: NDArray[np.bool_], g: Array, m: Array, sum_to_one: bool) -> Array:
    """Variances of the abundances for noise of variance one, where sets of endmembers are present.

    Parameters
    ----------
    sets : array of bool, (n, r)
    g, m : array, (r, r)
        WᵀW, and WᵀNW with the noise N of the bands.
    sum_to_one : bool

    Returns
    -------
    array, (n, r)
    """
    r = len(g)
    size = np.sqrt(np.maximum(np.diag(g), 1e-300))
    scale = size if not sum_to_one else np.full(r, size.max())
    g, m = g / np.outer(scale, scale), m / np.outer(scale, scale)
    own = np.diag(np.maximum(np.diag(g), 1e-300))
    inside = sets[:, :, None] & sets[:, None, :]
    absent = np.eye(r) * ~sets[:, :, None]
    p = np.where(inside, np.linalg.inv(np.where(inside, g + RIDGE * own, absent)), 0.0)
    toward = np.zeros(sets.shape)  # what an absent one takes from those that are present, by a sum of one
    if sum_to_one:
        q = p.sum(axis=2)
        toward = q / np.maximum(q.sum(axis=1, keepdims=True), 1e-300)
        p = p - q[:, :, None] * toward[:, None, :]
    # Columns of v: how all abundances change if an absent one is let in by one.
    v = np.eye(r) - p @ g - toward[:, :, None]
    noise, stiff = ((v * (matrix @ v)).sum(axis=1) for matrix in (m, g + RIDGE * own))
    let_in = noise / np.maximum(np.square(stiff), 1e-300)
    # One that is alone has all that the sum allows, and loses what others win by noise.
    lost = HALVED * (np.square(v) @ np.where(sets, 0.0, let_in)[:, :, None])[:, :, 0]
    there = ((p @ m) * p).sum(axis=2) + np.where(sets.sum(axis=1, keepdims=True) == 1, lost, 0.0)
    return np.asarray(np.where(sets, there, np.square(ABSENT) * let_in) / np.square(scale))
