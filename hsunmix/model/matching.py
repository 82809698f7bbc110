"""Which spectra of a library are like a given one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.spectra import Spectra

__all__ = ["METRICS", "Match", "rank", "scores"]

MIN_BAND_SHARE = 0.5  # share of the bands that must be comparable
MIN_BANDS = 3  # bands; with less, anything is like anything
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Match:
    """One spectrum of a library, and how like it is.

    Attributes
    ----------
    index : int
        In the library.
    name : str
    score : float
        ``sam``: the angle in radians; ``sid``: the divergence; ``correlation``: Pearson's r.
        The best is 0, 0 and 1.
    coverage : float
        Share of the bands asked for that could be compared: both have values there.
    """

    index: int
    name: str
    score: float
    coverage: float


def rank(
    spectra: NDArray[np.floating],
    library: Spectra,
    metric: str = "sam",
    good: NDArray[np.bool_] | None = None,
    top: int | None = None,
) -> list[list[Match]]:
    """Rank a library's spectra by likeness, for each of several spectra.

    Parameters
    ----------
    spectra : array, (bands, n)
        As the columns of W; NaN where a band is not used.
    library : Spectra
        On the same bands: see ``hsunmix.model.resampling.resample``.
    metric : str
        ``sam`` (Kruse et al. 1993), ``sid`` (Chang 2000) or ``correlation``.
    good : array of bool, (bands,), optional
        Bands that may be compared.
    top : int, optional
        How many to return; all by default.

    Returns
    -------
    list of list of Match
        For each spectrum, best first. Library spectra that have values in less than half of the
        bands are left out.

    Raises
    ------
    InputError
        Another metric, or other numbers of bands.
    """
    columns = np.asarray(spectra, dtype=np.float64)
    score, coverage = scores(columns, library.values, metric, good)
    worst = -1.0 if METRICS[metric].best_is_most else 1.0
    order = np.argsort(worst * score, axis=1, kind="stable")  # NaN goes last
    return [
        [
            Match(int(k), library.names[k], float(score[row, k]), float(coverage[row, k]))
            for k in order[row, :top]
            if np.isfinite(score[row, k])
        ]
        for row in range(len(score))
    ]


def scores(
    spectra: Matrix, values: Matrix, metric: str = "sam", good: NDArray[np.bool_] | None = None
) -> tuple[Matrix, Matrix]:
    """Compare every spectrum with every spectrum of a library, over the bands where both have values.

    Everything is a sum of products of matrices: no loop over pairs, whatever their gaps.

    Parameters
    ----------
    spectra : array, (bands, n)
    values : array, (m, bands)
    metric : str
    good : array of bool, (bands,), optional

    Returns
    -------
    score, coverage : array, (n, m)
        The score is NaN where too few bands can be compared.
    """
    if metric not in METRICS:
        raise InputError(f"{metric!r} is no way to compare spectra (known: {', '.join(METRICS)})")
    if spectra.ndim != 2 or values.ndim != 2 or spectra.shape[0] != values.shape[1]:
        raise InputError(
            f"spectra of {spectra.shape[0]} bands can't be compared with a library of "
            f"{values.shape[-1]}; resample the library first"
        )
    chosen = np.ones(len(spectra), dtype=bool) if good is None else np.asarray(good, dtype=bool)
    s, t = spectra.T[:, chosen], values[:, chosen]
    compare = METRICS[metric]
    has_s, has_t = compare.usable(s), compare.usable(t)
    wanted = np.isfinite(s).sum(axis=1, keepdims=True)
    common = _dots(has_s.astype(np.float64), has_t.astype(np.float64))
    s, t = np.where(has_s, s, 0.0), np.where(has_t, t, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = compare.score(s, t, has_s.astype(np.float64), has_t.astype(np.float64))
        coverage = common / wanted
    score[(common < MIN_BANDS) | ~(coverage >= MIN_BAND_SHARE)] = np.nan
    return score, coverage


def _dots(first: Matrix, second: Matrix) -> Matrix:
    """Return all inner products of the rows of two matrices.

    As ``first @ second.T``, but without BLAS: at these sizes its threads, where others are busy,
    take longer to wake up than the sums.
    """
    found: Matrix = np.einsum("ib,jb->ij", first, second)
    return found


def _sam(s: Matrix, t: Matrix, has_s: Matrix, has_t: Matrix) -> Matrix:
    """Angle between two spectra, in radians: brightness does not matter."""
    lengths = np.sqrt(_dots(s**2, has_t) * _dots(has_s, t**2))
    angle: Matrix = np.arccos(np.clip(_dots(s, t) / lengths, -1.0, 1.0))
    return angle


def _sid(s: Matrix, t: Matrix, has_s: Matrix, has_t: Matrix) -> Matrix:
    """Symmetric Kullback-Leibler divergence of spectra that sum to one; needs positive values.

    The logarithms of the sums cancel, so they do not appear.
    """
    log_s, log_t = np.log(np.where(s > 0, s, 1.0)), np.log(np.where(t > 0, t, 1.0))
    first = (_dots(s * log_s, has_t) - _dots(s, log_t)) / _dots(s, has_t)
    second = (_dots(has_s, t * log_t) - _dots(log_s, t)) / _dots(has_s, t)
    return np.maximum(first + second, 0.0)


def _correlation(s: Matrix, t: Matrix, has_s: Matrix, has_t: Matrix) -> Matrix:
    """Pearson's correlation over the bands: neither brightness nor an offset matters."""
    # Every spectrum about its own mean first: sums of squares of large numbers lose digits.
    s = has_s * (s - s.sum(axis=1, keepdims=True) / has_s.sum(axis=1, keepdims=True))
    t = has_t * (t - t.sum(axis=1, keepdims=True) / has_t.sum(axis=1, keepdims=True))
    n = _dots(has_s, has_t)
    sum_s, sum_t = _dots(s, has_t), _dots(has_s, t)
    spread_s = n * _dots(s**2, has_t) - sum_s**2
    spread_t = n * _dots(has_s, t**2) - sum_t**2
    r: Matrix = np.clip((n * _dots(s, t) - sum_s * sum_t) / np.sqrt(spread_s * spread_t), -1.0, 1.0)
    return r


@dataclass(frozen=True)
class Metric:
    """A way to compare spectra.

    Attributes
    ----------
    title : str
        For a choice in the window.
    score : callable
        Spectra (n, bands) and (m, bands), zero where they have no value, and where they have one.
    best_is_most : bool
    positive : bool
        Whether only positive values can be compared.
    """

    title: str
    score: Callable[[Matrix, Matrix, Matrix, Matrix], Matrix]
    best_is_most: bool = False
    positive: bool = False

    def usable(self, values: Matrix) -> NDArray[np.bool_]:
        """Where values can be compared."""
        there: NDArray[np.bool_] = np.isfinite(values)
        return there & (values > 0) if self.positive else there


METRICS = {
    "sam": Metric("Spectral angle (SAM)", _sam),
    "sid": Metric("Spectral information divergence (SID)", _sid, positive=True),
    "correlation": Metric("Correlation", _correlation, best_is_most=True),
}
