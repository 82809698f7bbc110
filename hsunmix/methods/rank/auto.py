"""The number that is proposed: spectra that stand out of the noise, or a range where the noise is hidden.

Problem: count the materials, in spite of odd pixels, of noise that differs from band to band and from pixel
to pixel, and of materials that vary; say what disturbs the count.
Method: bands that are mostly noise and pixels at the sensor's limit are left out. Of a sample of at most
10,000 pixels the most isolated are left out; every pixel is divided by its noise, which is what the first
directions leave of it, and every band by its own, which is what regression on the other bands can't
predict. Pure noise then has eigenvalues between (1 − √q)² and (1 + √q)², q being bands over pixels; those
above are counted, one for each independent spectrum, if at most three of them stand out by less than three
times. With few pixels neighbouring bands are averaged first.
Where the last of them stand out little, and go with the products of the others' abundances, mixing is bent:
each product of two spectra is then counted too, and the range begins without these. Where they don't,
entries that were held out decide whether they are there (``heldout``).
Pixels that are alike and that the spectra don't explain are a rare material, or several: the range ends
with these.
Else the eigenvalues run into the noise without a step, as on nearly all real scenes, and no number of
spectra leaves only noise. Then the pixels, replaced by means of 50 spectral neighbours and divided by their
brightness, are looked at: one more than the number of principal directions with at least 1 % of their
variance is proposed, and the range ends with those with at least 0.1 %.
Cost: five reads of X, the search for neighbours, and eigenvalues of a bands × bands matrix.
Guarantee: with noise that bands don't share, no spectrum is counted that isn't there, but for one chance in
a hundred; those that noise drowns are missed. A mixture of others is no spectrum of its own. The
range is a convention: what counts as a material is for the analyst to say.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import gram
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part
from hsunmix.engine.subsets import subset
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods import RankEstimate
from hsunmix.methods.rank._disturbed import bends, rare_groups
from hsunmix.methods.shared._regression import precision
from hsunmix.methods.shared._smoothing import FAINTEST, Smoothed, smoothed
from hsunmix.methods.shared._speckled import held_out_errors, pays
from hsunmix.methods.shared.screening import screened
from hsunmix.model.progress import Step
from hsunmix.model.wording import counted, percent
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
WEAK = 8.0  # times the noise up to which an eigenvalue may be of bent mixing
PIXELS_PER_BAND, MIN_BINS = 2, 12  # fewer pixels: bands are averaged until there are so many for each
MIN_BEYOND = 20  # values that tell the noise of a single pixel
BY_CHANCE = 2.0  # times as far as by chance must the noise of pixels differ
UNEVEN = 9.0  # times more or less noise than the usual pixel may be believed
WITNESSED = 1_500  # pixels whose entries are held out
TOO_FEW = "{} are few for so many bands: neighbouring bands were averaged."
CLEAR, FAINT = 0.01, 0.001  # shares of the variance of colour

Array = NDArray[np.float64]


def run(scene: Scene, params: Params) -> Generator[Step | None, None, RankEstimate]:
    """Estimate the number of endmembers."""
    less, said = yield from screened(scene)
    named = ["bands"] * bool((less.bands != scene.bands).any()) + ["saturated"] * (
        less.n_pixels < scene.n_pixels
    )
    if less.n_bands > MIN_BINS and less.n_pixels < PIXELS_PER_BAND * less.n_bands:
        count = max(MIN_BINS, less.n_pixels // (2 * PIXELS_PER_BAND))
        less = yield from less.made(_averaged, count, bands=count)
        less = replace(less, bands=np.ones(count, dtype=bool))
        said = f"{said} {TOO_FEW.format(counted(less.n_pixels, 'pixel'))}".strip()
        named.append("few")
    smooth = yield from smoothed(less, LARGEST, NEIGHBOURS, ISOLATED)
    yield Step(0.7, message="Comparing with noise")
    found = yield from _above_noise(smooth)
    found = found or _range(smooth)
    return replace(found, sentence=f"{found.sentence} {said}".strip(), disturbed=(*named, *found.disturbed))


def _averaged(part: Part, count: int, out: NDArray[np.float32]) -> None:
    """Means of neighbouring bands."""
    edges = np.linspace(0, part.tiles.shape[1], count + 1).round().astype(int)
    for k in range(count):
        out[:, k] = part.tiles[:, edges[k] : edges[k + 1]].mean(axis=1)


def _above_noise(smooth: Smoothed) -> Generator[Step | None, None, RankEstimate | None]:
    """Count what stands out of the noise; None where that ends without a step."""
    sample = smooth.sample
    if len(smooth.near) < PIXELS_PER_BAND * sample.n_bands or sample.n_bands < 2:
        return None
    kept = yield from subset(sample, smooth.near[:, 0], _factors(smooth))
    product, _ = yield from gram(kept)
    values, high = yield from whitened(product / kept.n_pixels, kept.n_pixels)
    rank = max(int((values > high).sum()), 1)
    if ((values > high) & (values < BARELY * high)).sum() > MAX_BARELY:
        return None
    strong = max(int((values > WEAK * high).sum()), 1)
    low, disturbed = rank, []
    text = f"{rank} independent spectra stand out of the noise, whose eigenvalues end at {high:.3g}."
    if 2 <= strong < rank <= LARGEST:
        bent = yield from bends(smooth, strong, rank)
        sure = None if bent else (yield from _held_out(sample, rank))
        if bent:
            low = strong
            disturbed.append("bent")
            text += (
                f" {rank - strong} of them barely do, and go with products of the others: mixing seems bent."
            )
        elif sure is not None and not sure[0] <= rank <= sure[1]:
            low = max(strong, min(rank, sure[1]))
            text += f" Entries that were held out say {sure[0]}" + (
                f" to {sure[1]}." if sure[1] > sure[0] else "."
            )
    groups = rare_groups(smooth, min(rank, len(smooth.basis)))
    if groups:
        disturbed.append("rare")
        few = counted(sum(groups), "pixel")
        what = "hold something else" if len(groups) == 1 else f"hold {len(groups)} other things"
        text += f" {few[0].upper()}{few[1:]} {what}: a rare material?"
    high_end = rank + len(groups)
    return RankEstimate(
        rank,
        values[: max(2 * rank, rank + 10)],
        "eigenvalue, in units of the noise",
        text,
        low if low < rank or groups else None,
        high_end if low < rank or groups else None,
        tuple(disturbed),
    )


def _factors(smooth: Smoothed) -> NDArray[np.float32] | None:
    """What pixels are multiplied by so that all have the same noise; None where the bands don't tell it."""
    beyond = smooth.sample.n_bands - smooth.coordinates.shape[1]
    if beyond < MIN_BEYOND:
        return None
    x = smooth.sample.columns(smooth.near[:, 0])
    rest = np.square(x).sum(axis=0) - np.square(smooth.raw).sum(axis=0)
    usual = max(float(np.median(rest)), 1e-300)
    lower, upper = np.quantile(rest, (0.16, 0.84)) / usual
    if upper - lower < BY_CHANCE * 2 * np.sqrt(2 / beyond):
        return None  # pixels are alike: dividing by what noise happened to be would only add to it
    size = np.sqrt(np.clip(rest / usual, 1 / UNEVEN, UNEVEN))
    return np.asarray(1 / size, dtype=np.float32)


def _held_out(sample: Scene, rank: int) -> Generator[Step | None, None, tuple[int, int]]:
    """Ask the second witness: from where to where."""
    places = np.linspace(0, sample.n_pixels - 1, min(sample.n_pixels, WITNESSED)).round().astype(np.int64)
    x = np.maximum(sample.columns(places), 0)
    errors = yield from held_out_errors(x, 1, rank + 2)
    return pays(errors)


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
