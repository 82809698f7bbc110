"""A material that is in a few pixels only: many pixels hide it from every mean, but what is left shows it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods.factorization._excess import abundances
from hsunmix.methods.shared._smoothing import Smoothed
from hsunmix.model.progress import Step

__all__ = ["FAR", "MIN_PIXELS", "SURE", "Rare", "largest_group", "rare", "with_rare"]

Array = NDArray[np.float64]

MIN_PIXELS = 3  # fewer may be odd by chance
MAX_SHARE = 0.02  # of the pixels: more are no rare material, they bend the whole
FAR = 2.0  # times what the usual pixel leaves
SURE = 8.0  # standard deviations of what noise leaves
ALIKE = 0.8  # cosine between what two pixels leave
CLEAN = 1.6  # times the noise that its pixels may leave once it is among the endmembers


@dataclass(frozen=True, eq=False)
class Rare:
    """Pixels that hold what no endmember explains.

    Attributes
    ----------
    w : array, (bands used,)
        Their spectrum: that of those which are most unlike the rest.
    columns : array of int64
        Their columns in the scene, the most unlike first.
    """

    w: Array
    columns: NDArray[np.int64]


@single_threaded_blas()
def largest_group(rest: Array) -> NDArray[np.intp]:
    """Which columns are the largest group that is alike; none where it is of fewer than MIN_PIXELS.

    Parameters
    ----------
    rest : array, (bands, n)
        What some pixels leave.
    """
    unit = rest / np.linalg.norm(rest, axis=0)
    alike = unit.T @ unit > ALIKE
    group = np.flatnonzero(alike[int(alike.sum(axis=1).argmax())])
    return group if len(group) >= MIN_PIXELS else group[:0]


def rare(smooth: Smoothed, w: Array) -> Generator[Step | None, None, Rare | None]:
    """Find the largest group of pixels of the sample that are alike and that endmembers don't explain.

    Parameters
    ----------
    smooth : Smoothed
    w : array, (bands used, r)
    """
    x = smooth.sample.columns(np.arange(len(smooth.places)))
    h = yield from abundances(smooth.coordinates.T, smooth.basis @ w, "nnls")
    with single_threaded_blas():
        rest = x - w @ h
        left = np.square(rest).mean(axis=0) / smooth.noise
    usual = float(np.median(left))
    odd = np.flatnonzero(left > max(FAR * usual, usual + SURE * np.sqrt(2 / len(x))))
    if not MIN_PIXELS <= len(odd) <= max(MIN_PIXELS, MAX_SHARE * x.shape[1]):
        return None
    yield None
    group = odd[largest_group(rest[:, odd])]
    if not len(group):
        return None
    group = group[np.argsort(-left[group], kind="stable")]
    spectrum = x[:, group[: max(MIN_PIXELS, len(group) // 2)]].mean(axis=1)
    own = np.column_stack([w, spectrum])
    h = yield from abundances(x[:, group], own, "nnls")
    if float(np.median(np.square(x[:, group] - own @ h).mean(axis=0))) > CLEAN * smooth.noise:
        return None  # alike in a few directions only: odd pixels, each with something else
    return Rare(np.maximum(spectrum, 0), smooth.places[group])


def with_rare(
    smooth: Smoothed, w: Array, found: Rare, abundance: str
) -> Generator[Step | None, None, tuple[Array, int] | None]:
    """Put it in the place of the endmember that is missed least; None where each is missed more.

    Returns
    -------
    endmembers : array, (bands used, r)
    place : int
    """
    points = smooth.coordinates.T
    best, least = None, (yield from _left(points, smooth.basis @ w, abundance))
    for place in range(w.shape[1]):
        other = w.copy()
        other[:, place] = found.w
        left = yield from _left(points, smooth.basis @ other, abundance)
        if left < least:
            best, least = (other, place), left
    return best


def _left(points: Array, w: Array, abundance: str) -> Generator[Step | None, None, float]:
    h = yield from abundances(points, w, abundance)
    with single_threaded_blas():
        return float(np.square(points - w @ h).sum())
