"""A spectral library on the bands of a cube."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.spectra import Spectra

__all__ = ["resample", "weighted", "weights"]

MIN_WEIGHT_SHARE = 0.5  # share of a band's weight that must lie on values
WIDEST = 5.0  # neighbours further apart than so many times the usual have a gap between them
FINE = 2.0  # steps within a band's width from which on it is averaged rather than interpolated
AROUND = 4  # steps on each side by which the usual one is judged
ALONE = 0.05  # nm within which a band is a value of the library, whatever lies around it
_WIDTH = 4.0 * np.log(2.0)  # exp(−4 ln 2 · (x / fwhm)²) is one half at x = fwhm / 2
Vector = NDArray[np.float64]
AnySpectra = TypeVar("AnySpectra", bound=Spectra)


def resample(library: AnySpectra, wavelengths: Vector | None, fwhm: Vector | None = None) -> AnySpectra:
    """Bring spectra to other bands.

    A band of known width is the mean of the library under a Gaussian of that width; where the
    width is not known, or the library is no finer than it, the library is interpolated linearly.
    Gaps stay gaps: a band is NaN where less than half of its weight lies on values, so also
    outside the library's range and where the library leaves out a stretch of wavelengths.

    Parameters
    ----------
    library : Spectra
    wavelengths : array, (bands,), or None
        Nanometres, in any order. None keeps the library, which must then have as many bands as
        the caller's spectra.
    fwhm : array, (bands,), or None
        Nanometres.

    Returns
    -------
    Spectra
        On these bands; the library itself where they are its own.

    Raises
    ------
    InputError
        The library has no wavelengths and not as many bands.
    """
    if wavelengths is None:
        return library
    nm = np.asarray(wavelengths, dtype=np.float64)
    source = library.wavelengths
    if source is None:
        if library.values.shape[1] == len(nm):
            return library
        name = library.path or "the library"
        raise InputError(
            f"{name} has no wavelengths and {library.values.shape[1]} bands, so it can't be brought "
            f"to {len(nm)} bands"
        )
    if len(source) == len(nm) and np.allclose(source, nm, rtol=0, atol=ALONE):
        return library
    on_bands = weighted(library.values, *weights(source, nm, fwhm))
    return replace(library, values=on_bands, wavelengths=nm, fwhm=fwhm)


def weights(source: Vector, nm: Vector, fwhm: Vector | None) -> tuple[NDArray[np.float64], Vector]:
    """Return by which each band is a mean of a spectrum's values, and what a whole band adds up to.

    Parameters
    ----------
    source : array, (values,)
        Their wavelengths, in any order.
    nm, fwhm : array, (bands,)
        As of ``resample``.

    Returns
    -------
    array, (bands, values)
    array, (bands,)
    """
    order = np.argsort(source, kind="stable")
    sorted_weight, whole = _weights(source[order], nm, fwhm)
    weight = np.empty_like(sorted_weight)
    weight[:, order] = sorted_weight
    return weight, whole


def weighted(values: NDArray[np.float64], weight: NDArray[np.float64], whole: Vector) -> NDArray[np.float64]:
    """Return spectra, (n, values), on other bands, (n, bands), by ``weights``; a gap is NaN."""
    there = np.isfinite(values)
    share = there.astype(np.float64) @ weight.T
    total = np.where(there, values, 0.0) @ weight.T
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(share >= MIN_WEIGHT_SHARE * whole - 1e-12, total / share, np.nan)


def _weights(source: Vector, nm: Vector, fwhm: Vector | None) -> tuple[NDArray[np.float64], Vector]:
    """Return each band's weights on the source, (bands, source), and what a whole band adds up to."""
    whole = np.ones(len(nm))
    if len(source) < 2:
        return (np.abs(nm[:, None] - source) < ALONE).astype(np.float64), whole
    steps = np.diff(source)
    widest = WIDEST * _usual(steps)
    weight = _between(source, steps <= widest, nm)
    if fwhm is None:
        return weight, whole
    # What a value of the library stands for: half way to each of its neighbours, not into a gap.
    reach = 0.5 * np.minimum(steps, widest)
    stretch = np.concatenate([reach, [0.0]]) + np.concatenate([[0.0], reach])
    width = np.asarray(fwhm, dtype=np.float64)
    fine = np.flatnonzero(width >= FINE * np.interp(nm, source, stretch))
    away = (source - nm[fine, None]) / width[fine, None]
    weight[fine] = np.exp(-_WIDTH * away**2) * stretch
    whole[fine] = width[fine] * np.sqrt(np.pi / _WIDTH)
    return weight, whole


def _usual(steps: Vector) -> Vector:
    """Return the median of the steps around each one: libraries are not sampled evenly."""
    padded = np.pad(steps, AROUND, mode="reflect" if len(steps) > AROUND else "edge")
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * AROUND + 1), axis=1))


def _between(source: Vector, whole: NDArray[np.bool_], nm: Vector) -> NDArray[np.float64]:
    """Return the weights of linear interpolation; none across a gap or outside the range.

    ``whole`` says for each step whether there is no gap in it. Up to half a step beyond an end, the
    end's value holds.
    """
    right = np.clip(np.searchsorted(source, nm), 1, len(source) - 1)
    left, rows = right - 1, np.arange(len(nm))
    step = source[right] - source[left]
    place = np.where(step > 0, (nm - source[left]) / np.where(step > 0, step, 1.0), 0.0)
    inside = (place >= -0.5) & (place <= 1.5) & whole[left]
    weight = np.zeros((len(nm), len(source)))
    share = np.clip(place, 0.0, 1.0)
    weight[rows, left] = np.where(inside, 1.0 - share, 0.0)
    weight[rows, right] = np.where(inside, share, 0.0)
    for end in (left, right):
        there = np.abs(source[end] - nm) < ALONE
        weight[rows[there]] = 0.0
        weight[rows[there], end[there]] = 1.0
    return weight
