"""Endmembers where the noise is known: candidates, until one leaves no more than noise. A part of auto."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.subsets import evenly
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods._smoothing import Smoothed
from hsunmix.methods.factorization._excess import excess
from hsunmix.methods.factorization._simplex import FITS, simplex_by_noise
from hsunmix.methods.factorization._vertices import Vertices, enclosing, vertices
from hsunmix.model.progress import Step

__all__ = ["Candidate", "search"]

Array = NDArray[np.float64]

SIZES = (20, 8, 3)  # neighbours that are averaged
STARTS = ("vca", "spa")  # extractions that are tried where N-FINDR's pixels don't fit
RIGHT = 1.0  # excess at which the search ends
HOPELESS = 8.0  # excess beyond which fewer neighbours, or other pixels, won't help
FAR_BETTER = 10.0  # times less left outside the pixels than among them
SHADE = 1.3  # times the noise outside the plane of the endmembers: brightness varies
SIMPLEX_SAMPLE = 5_000  # pixels that a simplex is put around


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
    """

    w: Array
    columns: NDArray[np.int64]
    excess: float
    count: int
    by_brightness: bool
    outwards: str = ""
    bent: bool = False

    @property
    def fits(self) -> bool:
        """Whether what is left passes for noise."""
        return self.excess <= FITS


def search(smooth: Smoothed, refinement: int, seed: int) -> Generator[Step | None, None, list[Candidate]]:
    """Return what was tried, the best first: means of many neighbours and few, then the smallest simplex."""
    tried: list[Candidate] = []
    shaded, inside = False, False
    sizes = sorted({min(size, smooth.near.shape[1]) for size in SIZES}, reverse=True)
    for init, count, by_brightness in _plan(sizes):
        if shaded and not by_brightness:
            continue
        if init != "nfindr" and (inside or min(one.excess for one in tried) > HOPELESS):
            break
        found = yield from vertices(smooth, count, by_brightness, refinement, seed, init)
        whole = found.w.shape[1] == smooth.rank
        if whole and not by_brightness and count == sizes[0]:
            shaded = _beyond(smooth, found.w) > SHADE
        left = float("inf")
        if whole and not (shaded and not by_brightness):
            left = yield from _left(smooth, found.w, by_brightness)
        tried.append(Candidate(found.w, found.columns(smooth), left, count, by_brightness))
        inside = inside or left <= FITS
        if left <= RIGHT:
            break
    first = tried[0]
    tried.sort(key=lambda one: one.excess)
    # Where a little is left, or even the simplex doesn't fit, mixing is bent: the pixels' own corners are
    # nearer to the truth. A cone fits whatever is bent if it is wide enough.
    if shaded and FITS < tried[0].excess < HOPELESS:
        return [replace(tried[0], bent=True), *tried[1:]]
    if not tried[0].fits and tried[0].w.shape[1] == smooth.rank:
        outside = yield from _outside(smooth, tried[0], first, shaded, seed)
        better = outside.fits or outside.excess < tried[0].excess / FAR_BETTER
        tried.insert(0 if better else len(tried), outside)
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
def _beyond(smooth: Smoothed, w: Array) -> float:
    """Mean square, in units of the noise, in the first r directions outside the endmembers' plane."""
    points, w = smooth.raw[: smooth.rank], w[: smooth.rank]
    middle = w.mean(axis=1, keepdims=True)
    normal = np.linalg.svd(w - middle)[0][:, -1]
    return float(np.square(normal @ (points - middle)).mean() / smooth.noise)


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
