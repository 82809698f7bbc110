"""The number that is proposed: spectra that stand out of the noise, or a range where the noise is hidden.

Problem: count the materials, in spite of odd pixels, of noise that differs from band to band, and of
materials that vary.
Method: of a sample of at most 10,000 pixels the most isolated are left out, and every band is divided by
its noise, which is what regression on the other bands can't predict. Pure noise then has eigenvalues
between (1 − √q)² and (1 + √q)², q being bands over pixels; those above are counted, one for each
independent spectrum, if at most three of them stand out by less than three times.
Else the eigenvalues run into the noise without a step, as on nearly all real scenes, and no number of
spectra leaves only noise. Then the pixels, replaced by means of 50 spectral neighbours and divided by
their brightness, are looked at: one more than the number of principal directions with at least 1 %
of their variance is proposed, and the range ends with those with at least 0.1 %.
Cost: three reads of X, the search for neighbours, and eigenvalues of a bands × bands matrix.
Guarantee: with noise that bands don't share, no spectrum is counted that isn't there, but for one chance in
a hundred; those that noise drowns are missed. A mixture of others is no spectrum of its own. The
range is a convention: what counts as a material is for the analyst to say.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import gram
from hsunmix.engine.scene import Scene
from hsunmix.engine.subsets import subset
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods import RankEstimate
from hsunmix.methods._regression import precision
from hsunmix.methods._smoothing import FAINTEST, Smoothed, smoothed
from hsunmix.model.progress import Step
from hsunmix.model.wording import percent
from hsunmix.parameters import NoParams as Params

__all__ = ["EVERYDAY", "REFERENCE", "TITLE", "Params", "run"]

TITLE = "Above the noise, or a range"
REFERENCE = (
    "Marchenko and Pastur, Mathematics of the USSR-Sbornik 1 (1967), and Johnstone, Annals of Statistics 29 "
    "(2001), for the eigenvalues of noise; Bioucas-Dias and Nascimento, IEEE TGRS 46 (2008), for the noise"
)
EVERYDAY = True

LARGEST = 12  # endmembers for which directions are kept
NEIGHBOURS, ISOLATED = 50, 0.01
CHANCE = 2.02  # Tracy and Widom's deviate that the largest eigenvalue of noise exceeds once in a hundred
ROUNDS = 4  # in which the noise is measured
MIN_SHARE = 0.05  # of a band must lie outside the signal for its noise to be measured there
BARELY, MAX_BARELY = 3.0, 3  # so few eigenvalues may be less than so many times as large as those of noise
CLEAR, FAINT = 0.01, 0.001  # shares of the variance of colour

Array = NDArray[np.float64]


def run(scene: Scene, params: Params) -> Generator[Step | None, None, RankEstimate]:
    """Estimate the number of endmembers."""
    smooth = yield from smoothed(scene, LARGEST, NEIGHBOURS, ISOLATED)
    kept = yield from subset(smooth.sample, smooth.near[:, 0])
    yield Step(0.7, message="Comparing with noise")
    if kept.n_pixels >= 2 * kept.n_bands and kept.n_bands >= 2:
        product, _ = yield from gram(kept)
        values, high = yield from whitened(product / kept.n_pixels, kept.n_pixels)
        rank = max(int((values > high).sum()), 1)
        if ((values > high) & (values < BARELY * high)).sum() <= MAX_BARELY:
            return RankEstimate(
                rank,
                values[: max(2 * rank, rank + 10)],
                "eigenvalue, in units of the noise",
                f"{rank} independent spectra stand out of the noise, whose eigenvalues end at {high:.3g}.",
            )
    return _range(smooth)


def whitened(correlation: Array, n: int) -> Generator[None, None, tuple[Array, float]]:
    """Eigenvalues of a correlation matrix of n pixels in units of the noise, and where those of noise end.

    Regression takes for noise a little of what a band has from the signal; so the noise is then
    measured again in what the spectra that stand out leave.
    """
    p = len(correlation)
    faintest = FAINTEST * float(np.trace(correlation)) / p
    noise = n / (n - p + 1) / np.diag(precision(correlation, 1e-3 * faintest))
    root_n, root_p = np.sqrt(n), np.sqrt(p)
    high = (1 + root_p / root_n) ** 2
    high += CHANCE * (root_n + root_p) * (1 / root_n + 1 / root_p) ** (1 / 3) / n
    for _ in range(ROUNDS):
        yield None
        scale = np.sqrt(np.maximum(noise, faintest))
        with single_threaded_blas():
            values, vectors = np.linalg.eigh(correlation / np.outer(scale, scale))
        rest = values <= high
        inside = np.square(vectors[:, rest])
        noise = scale**2 * (inside @ values[rest]) / np.maximum(inside.sum(axis=1), MIN_SHARE)
    return values[::-1], float(high)


@single_threaded_blas()
def _range(smooth: Smoothed) -> RankEstimate:
    """Count the directions in which the smoothed pixels' colours differ."""
    means = smooth.means(NEIGHBOURS)
    colours = means / smooth.brightness(means)
    colours -= colours.mean(axis=1, keepdims=True)
    variance = np.maximum(np.linalg.eigvalsh(colours @ colours.T)[::-1], 0)
    shares = variance / max(float(variance.sum()), 1e-300)
    most = min(len(shares), smooth.coordinates.shape[1])
    rank, high = (min(1 + int((shares >= least).sum()), most) for least in (CLEAR, FAINT))
    return RankEstimate(
        rank,
        shares,
        "share of the variance of colour in the k-th direction",
        _sentence(rank, high),
        rank,
        high,
    )


def _sentence(rank: int, high: int) -> str:
    if rank == high == 1:
        return "1 endmember: the colours of the pixels hardly differ, or there are too few bands to tell."
    clear, faint = percent(CLEAR, 0), percent(FAINT, 1)
    if rank == high:
        return (
            f"{rank} endmembers: a further one would explain less than {faint} of the differences in colour. "
            "Materials vary, so no number leaves only noise."
        )
    return (
        f"{rank} to {high} endmembers: beyond {rank}, each further one explains less than {clear} of the "
        f"differences in colour; beyond {high}, less than {faint}. Materials vary, so no number leaves only "
        "noise: this is a range."
    )
