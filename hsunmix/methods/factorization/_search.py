"""Endmembers where the noise is known: candidates, until one leaves no more than noise; then its sides.

A part of auto.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.subsets import evenly
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods.factorization._excess import excess
from hsunmix.methods.factorization._rare import Rare, rare, with_rare
from hsunmix.methods.factorization._sides import noise_of_points, settled
from hsunmix.methods.factorization._simplex import FITS, simplex_by_noise
from hsunmix.methods.factorization._vertices import Vertices, enclosing, vertices
from hsunmix.methods.shared._smoothing import Smoothed
from hsunmix.model.progress import Step

__all__ = ["Candidate", "search"]

Array = NDArray[np.float64]

SIZES = (20, 8, 3)  # neighbours that are averaged
STARTS = ("vca", "spa")  # extractions that are tried where N-FINDR's pixels don't fit
RIGHT = 1.0  # excess at which the search ends
HOPELESS = 8.0  # excess beyond which fewer neighbours, or other pixels, won't help
FAR_BETTER = 10.0  # times less left outside the pixels than among them
WEAK = 0.012  # of the noise: what weak mixtures add for each endmember where pixels extend least
SIMPLEX_SAMPLE = 5_000  # pixels that a simplex is put around
NEAR = 1.3  # excess up to which endmembers among the pixels are a little too near only
MIN_PIXELS = 70  # for each endmember beside each other one: fewer don't tell where sides are
AMONG, OUTSIDE = (0.2, 0.008), (1.5, 0.02)  # how sure they are, found among the pixels or outside


@dataclass(frozen=True, eq=False)
class Candidate:
    """A set of endmembers.

    Attributes
    ----------
    w : array, (directions, r)
    columns : array of int64, (r,)
        Columns of the scene that are near them.
    excess : float
        How much more they leave than noise: about one where they are right.
    count : int
        Neighbours that were averaged.
    by_brightness : bool
        Whether shade plays no part: fractions are free.
    outwards : str
        How they were moved out of the pixels, for the analyst; empty where they are among them.
    bent : bool
        Whether so little is left that bent mixing explains it better than corners outside the pixels.
    settled : bool
        Whether their sides were put where the pixels end but for their noise.
    rare : Rare or None
        A material of a few pixels that the others don't explain.
    place : int or None
        Which endmember it is; none where each of the others is missed more.
    spectra : array, (bands used, r), or None
        Where it is one of them: it lies outside of the first directions.
    """

    w: Array
    columns: NDArray[np.int64]
    excess: float
    count: int
    by_brightness: bool
    outwards: str = ""
    bent: bool = False
    settled: bool = False
    rare: Rare | None = None
    place: int | None = None
    spectra: Array | None = None

    @property
    def fits(self) -> bool:
        """Whether what is left passes for noise."""
        return self.excess <= (NEAR if self.settled else FITS)


def search(smooth: Smoothed, refinement: int, seed: int) -> Generator[Step | None, None, list[Candidate]]:
    """Return what was tried, the best first.

    Means of many neighbours and few; a rare material among them; then sides by the noise, or the smallest
    simplex.
    """
    shaded = _varies(smooth)
    tried = yield from _among(smooth, refinement, seed, shaded)
    first = tried[0]
    tried.sort(key=lambda one: one.excess)
    best = tried[0]
    if best.w.shape[1] < smooth.rank:
        return tried
    # Where a little is left, or even the simplex doesn't fit, mixing is bent: the pixels' own corners are
    # nearer to the truth. A cone fits whatever is bent if it is wide enough.
    if shaded and FITS < best.excess < HOPELESS:
        return [(yield from _with_rare(smooth, replace(best, bent=True))), *tried[1:]]
    # Before sides are moved: those of a simplex in which a material is missing lie elsewhere. But where
    # hardly anything fits, a pixel that stands out is most often a corner that was missed.
    hopeless = best.excess >= HOPELESS
    if not hopeless:
        tried[0] = yield from _with_rare(smooth, best)
        if tried[0].place is not None:
            return tried
    pairs = smooth.rank * (smooth.rank - 1)
    told = refinement > 0 and not shaded and len(smooth.near) >= MIN_PIXELS * pairs > 0
    if told and best.excess <= NEAR:
        tried[0] = yield from _settled(smooth, tried[0], AMONG, seed)
    if not tried[0].fits:
        outside = yield from _outside(smooth, best, first, shaded, seed)
        if told and outside.fits:
            outside = yield from _settled(smooth, outside, OUTSIDE, seed)
        better = outside.fits or outside.excess < best.excess / FAR_BETTER
        tried.insert(0 if better else len(tried), replace(outside, rare=tried[0].rare))
    if hopeless:
        tried[0] = yield from _with_rare(smooth, tried[0])
    return tried


def _among(
    smooth: Smoothed, refinement: int, seed: int, shaded: bool
) -> Generator[Step | None, None, list[Candidate]]:
    """Try endmembers among the pixels in turn, until some are right."""
    tried: list[Candidate] = []
    inside = False
    sizes = sorted({min(size, smooth.near.shape[1]) for size in SIZES}, reverse=True)
    for init, count, by_brightness in _plan(sizes):
        if shaded and not by_brightness:
            continue
        if init != "nfindr" and (inside or min(one.excess for one in tried) > HOPELESS):
            break
        found = yield from vertices(smooth, count, by_brightness, refinement, seed, init)
        whole = found.w.shape[1] == smooth.rank
        left = float("inf")
        if whole:
            left = yield from _left(smooth, found.w, by_brightness)
        tried.append(Candidate(found.w, found.columns(smooth), left, count, by_brightness))
        inside = inside or left <= FITS
        if left <= RIGHT:
            break
    return tried


def _plan(sizes: list[int]) -> Iterator[tuple[str, int, bool]]:
    """Yield what is tried in turn: the extraction, how many neighbours, and whether by brightness."""
    for init in ("nfindr", *STARTS):
        for count in sizes if init == "nfindr" else sizes[len(sizes) // 2 :][:1]:
            for by_brightness in (False, True):
                yield init, count, by_brightness


def _left(smooth: Smoothed, w: Array, by_brightness: bool) -> Generator[Step | None, None, float]:
    r = smooth.rank
    model = "nnls" if by_brightness else "fcls"
    return (yield from excess(smooth.raw[:r], w[:r], smooth.noise, model))


@single_threaded_blas()
def _varies(smooth: Smoothed) -> bool:
    """Whether brightness varies: else fractions sum to one, and pixels lie in a plane but for their noise.

    With a dark endmember, which shade is like, they are not far from a plane under shade either: so all
    counts that can't be by chance (three standard deviations of a variance).
    """
    r, n = smooth.rank, smooth.near.shape[0]
    least = np.linalg.eigvalsh(np.atleast_2d(np.cov(smooth.raw[:r])))[0]
    return bool(least > (1 + WEAK * r + 3 * np.sqrt(2 / n)) * smooth.noise)


def _with_rare(smooth: Smoothed, found: Candidate) -> Generator[Step | None, None, Candidate]:
    """Put a rare material that is missing in the place of the endmember that is missed least, or name it."""
    r = smooth.rank
    w = np.maximum(smooth.basis[:r].T @ found.w[:r], 0)
    odd = (yield from rare(smooth, w)) if r > 1 else None
    if odd is None:
        return found
    changed = yield from with_rare(smooth, w, odd, "nnls" if found.by_brightness else "fcls")
    if changed is None:
        return replace(found, rare=odd)
    new, place = changed
    columns = found.columns.copy()
    columns[place] = odd.columns[0]
    return replace(found, w=smooth.basis @ new, columns=columns, rare=odd, place=place, spectra=new)


def _settled(
    smooth: Smoothed, found: Candidate, sure: tuple[float, float], seed: int
) -> Generator[Step | None, None, Candidate]:
    """Put its sides where the pixels end but for their noise, unless it then leaves more than that."""
    r, noise = smooth.rank, noise_of_points(smooth)
    points, before = noise.white(smooth.raw[:r]), noise.white(found.w[:r])
    w = yield from settled(points, before, noise.size, sure, seed)
    square = np.square(noise.size)
    most = yield from excess(points, before, square, "fcls", seed)
    left = yield from excess(points, w, square, "fcls", seed)
    if left > max(NEAR, most):
        return found
    w = np.vstack([noise.back(w), np.zeros((len(smooth.basis) - r, r))])
    return replace(found, w=w, excess=min(left, found.excess), by_brightness=False, settled=True)


def _outside(
    smooth: Smoothed, inside: Candidate, first: Candidate, shaded: bool, seed: int
) -> Generator[Step | None, None, Candidate]:
    """Put the smallest simplex around the pixels, under shade the smallest cone.

    Where the simplex that begins with the best vertices doesn't fit, one that begins with the first may.
    """
    pick = evenly(len(smooth.near), SIMPLEX_SAMPLE)
    if not shaded:
        r = smooth.rank
        points = smooth.raw[:r, pick]
        w, left = yield from simplex_by_noise(points, inside.w[:r], smooth.noise, seed)
        if left > FITS and first is not inside and first.w.shape[1] == r:
            other, less = yield from simplex_by_noise(points, first.w[:r], smooth.noise, seed)
            w, left = (other, less) if less < left else (w, left)
        w = np.vstack([w, np.zeros((len(smooth.basis) - r, r))])
        how = "then the smallest simplex (SISAL), because no pixel seems pure"
        return Candidate(w, inside.columns, left, inside.count, False, how)
    found = Vertices(inside.count, True, np.zeros((0, 0)), inside.w)
    w = smooth.basis @ (yield from enclosing(smooth, found))
    left = yield from _left(smooth, w, True)
    how = "then moved outwards (minimum volume), because no pixel seems pure"
    return Candidate(w, inside.columns, left, inside.count, True, how)
