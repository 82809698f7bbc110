"""How sure endmembers and abundances are: what the noise does, and what else the endmembers might be.

Method: the part of the noise comes from what each pixel leaves (``_deviations``). Endmembers that were found
might also be others that explain the scene as well. Where the first r directions leave noise only, that is
how far each might be moved unnoticed (``_reach``); where they leave more, as on most real scenes, how much
sets differ that are found in other ways and leave hardly more (``_candidate_sets``). The parts are added as
variances.
Limits: what is left must be noise that bands don't share. Where mixing bends, or materials vary more than
they differ, no interval holds what it says; the result then says so.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods import PixelMap, Problem, Traits, get
from hsunmix.methods.factorization._excess import abundances, excess
from hsunmix.methods.factorization._vertices import spectra, vertices
from hsunmix.methods.shared._misfit import Misfit
from hsunmix.methods.shared._smoothing import Smoothed, smoothed
from hsunmix.methods.trust._deviations import deviations, noise_of
from hsunmix.methods.trust._reach import reach_of
from hsunmix.model.angles import angles, paired
from hsunmix.model.progress import Step, relay
from hsunmix.model.uncertainty import RestsOn, Uncertainty

__all__ = ["Sure", "sure_of"]

Array = NDArray[np.float64]

NEIGHBOURS, ISOLATED = 50, 0.01
TRUSTED = 1.4  # times what right endmembers leave, above which no interval is to be trusted
BRIGHTER = 4.0  # times the usual noise that a pixel may have
REFINEMENT = 20  # iterations, as auto has them
WAYS = (
    ("nfindr", 50, False), ("nfindr", 50, True), ("nfindr", 20, True), ("nfindr", 8, True),
    ("vca", 50, True), ("spa", 50, True), ("vca", 20, False), ("spa", 20, False),
)  # fmt: skip
AS_WELL = 1.15  # times what the result leaves (root mean square), up to which others count
MIN_BANDS = 20  # more than endmembers
FAR = 10.0  # times the usual: of a pixel that leaves so much, nobody knows what is in it
MIN_SETS = 2  # to be compared with


@dataclass(frozen=True, eq=False)
class Sure:
    """How sure a result is: a map of its deviations, and what is known of endmembers and scene."""

    map: PixelMap
    record: Uncertainty


@dataclass(frozen=True, eq=False)
class _Spread:
    """What else the endmembers might be."""

    reach: Array  # (r, r)
    sets: tuple[Array, ...]
    smooth: Smoothed | None
    rests_on: RestsOn
    doubt: str


def sure_of(
    scene: Scene, w: Array, h: PerPixel, left: Misfit, traits: Traits, problem: Problem
) -> Generator[Step | None, None, Sure]:
    """Say how sure a result is.

    Parameters
    ----------
    scene : Scene
    w : array, (bands used, r)
    h : PerPixel
    left : Misfit
        What they leave.
    traits : Traits
        Of the method that found the abundances.
    problem : Problem
        What was to be found; missing values of its scene are filled in. Locked endmembers are no others;
        where all are, only the noise counts.
    """
    r = w.shape[1]
    model = "fcls" if traits.sum_to_one else "ucls" if traits.may_be_negative else "nnls"
    spread = _Spread(np.zeros((r, r)), (), None, "noise", "")
    if len(problem.locked) < r:
        spread = yield from _spread(problem.scene, w, left, problem, model)
    yield Step(0.9, message="Uncertainty")
    sd = yield from deviations(scene, w, h, left, traits.sum_to_one, traits.may_be_negative, spread.reach)
    yield from _add_sets(scene, spread, h, sd, model)
    record = Uncertainty(
        scene.full_spectra(_spectra_sd(w, spread)),
        _degrees(w, spread),
        spread.rests_on,
        len(spread.sets),
        _doubtful(left, r),
        spread.doubt,
    )
    title = "Uncertainty (sd)"
    return Sure(PixelMap(sd, kind="sd", of_endmembers=True, title=title), record)


def _spread(
    scene: Scene, w: Array, left: Misfit, problem: Problem, model: str
) -> Generator[Step | None, None, _Spread]:
    """Look for what else the endmembers might be."""
    r = w.shape[1]
    work = smoothed(scene, r, NEIGHBOURS, ISOLATED, sketch=True)
    smooth = yield from relay(work, lambda step: replace(step, message="Uncertainty") if step else step)
    inside = smooth.basis @ w
    if not smooth.white:
        sets = yield from _candidate_sets(smooth, w, problem, "nnls" if model == "ucls" else model)
        doubt = ""
        if len(sets) < MIN_SETS:
            doubt = (
                "Materials vary, and no other way finds endmembers that explain the scene as well: "
                "the deviations are too small."
            )
        return _Spread(np.zeros((r, r)), tuple(sets), smooth, "sets", doubt)
    reach = reach_of(smooth.raw[:r], inside[:r], smooth.noise, model == "fcls")
    reach[list(problem.locked)] = 0
    noise, ratio = _noise(smooth, left, scene.n_bands), np.inf
    # Endmembers may be right, and as bright as some pixels rather than others.
    for judged in ("fcls", "nnls") if model == "fcls" else ("nnls",):
        one = yield from excess(smooth.raw[:r], inside[:r], noise, judged, problem.seed)
        ratio = min(ratio, one)
    doubt = ""
    if ratio > TRUSTED:
        doubt = (
            f"Not to be trusted: these endmembers leave {ratio:.3g} times as much as the right ones would: "
            "some are wrong, or mixing isn't linear."
        )
    return _Spread(reach, (), smooth, "moves", doubt)


def _noise(smooth: Smoothed, left: Misfit, bands: int) -> Array:
    """Mean square of the noise of each pixel that was kept, (n,): it may grow with the light."""
    each: Array = left.rest.at(smooth.columns(1)[:, 0])
    if bands < smooth.rank + MIN_BANDS:  # too few values tell that of a single pixel
        return np.full(len(each), smooth.noise)
    share = each / max(float(np.median(each)), 1e-300)
    return np.asarray(smooth.noise * np.minimum(share, BRIGHTER))


def _add_sets(
    scene: Scene, spread: _Spread, h: PerPixel, sd: PerPixel, model: str
) -> Generator[Step | None, None, None]:
    """Add how much the abundances of other sets differ."""
    if not spread.sets or spread.smooth is None:
        return
    total, ground, method = scene.per_pixel(h.k, np.float32, 0), spread.smooth.ground, get(model, "abundance")
    for w in spread.sets:
        work = method.run(ground.scene, ground.of(w), method.params())
        other = yield from relay(work, lambda _: None)
        yield from scene.map(_difference, per_pixel=[h, other.h, total], blind=True)
    yield from scene.map(_together, len(spread.sets), per_pixel=[total, sd], blind=True)


def _difference(
    _part: Part, h: NDArray[np.float32], other: NDArray[np.float32], total: NDArray[np.float32]
) -> None:
    total += np.square(other - h)


def _together(_part: Part, sets: int, total: NDArray[np.float32], sd: NDArray[np.float32]) -> None:
    sd[:] = np.sqrt(np.square(sd) + total / np.float32(sets))


@single_threaded_blas()
def _spectra_sd(w: Array, spread: _Spread) -> Array:
    """Standard deviation of each value of the endmembers, (bands used, r)."""
    square = np.zeros_like(w)
    for other in spread.sets:
        square += np.square(other - w) / len(spread.sets)
    for k in range(w.shape[1]):
        square[:, k] += np.square(w[:, [k]] - w) @ np.square(spread.reach[k])
        square[:, k] += np.square(w[:, k] * spread.reach[k, k])
    return np.asarray(np.sqrt(square))


@single_threaded_blas()
def _degrees(w: Array, spread: _Spread) -> Array:
    """Root mean square angle between each endmember and what else it might be, (r,)."""
    square = np.zeros(w.shape[1])
    for other in spread.sets:
        square += np.square(np.diag(angles(w, other))) / len(spread.sets)
    for k in range(w.shape[1]):
        far = spread.reach[k] > 0
        moved = w[:, [k]] + (w[:, [k]] - w[:, far]) * spread.reach[k, far]
        square[k] += np.square(angles(w[:, [k]], moved)).sum()
    return np.asarray(np.sqrt(square))


def _doubtful(left: Misfit, r: int) -> int:
    """Count the pixels that leave far more than the usual one."""
    known = left.known if isinstance(left.known, int) else left.known.known()
    values = np.maximum(np.asarray(known) - r, 1)
    return int(np.count_nonzero(left.rest.known() / values > FAR * max(noise_of(left, r), 1e-300)))


def _candidate_sets(
    smooth: Smoothed, w: Array, problem: Problem, model: str
) -> Generator[Step | None, None, list[Array]]:
    """Return other sets of endmembers that explain the scene hardly worse, found in other ways.

    (bands used, r) each, with columns in the order of the result's. For scenes on which no criterion tells
    which set is right: materials vary, so no number of endmembers leaves noise only.

    Parameters
    ----------
    smooth : Smoothed
    w : array, (bands used, r)
        The result's endmembers.
    problem : Problem
        Locked spectra stay as they are in every set.
    model : str
        Abundance method that says how well a set explains the scene.
    """
    most = AS_WELL * (yield from _left(smooth, w, model))
    found = []
    for init, count, by_brightness in WAYS:
        work = vertices(smooth, count, by_brightness, REFINEMENT, problem.seed, init)
        got = yield from relay(work, lambda _: None)
        if got.w.shape[1] < w.shape[1]:
            continue
        new = _matched(spectra(smooth, got), w)
        if problem.locked and problem.start is not None:
            new[:, list(problem.locked)] = problem.start[:, list(problem.locked)]
        if model != "fcls":  # then their brightness means nothing
            new = _as_bright(new, w)
        if (yield from _left(smooth, new, model)) <= most:
            found.append(new)
    return found


def _left(smooth: Smoothed, w: Array, model: str) -> Generator[Step | None, None, float]:
    """Root mean square of what is left of the sample in its first directions."""
    inside = smooth.basis @ w
    h = yield from abundances(smooth.raw, inside, model)
    with single_threaded_blas():
        return float(np.sqrt(np.square(smooth.raw - inside @ h).mean()))


@single_threaded_blas()
def _matched(found: Array, w: Array) -> Array:
    """Put spectra in the order of those that they are most like, one to one."""
    return found[:, paired(w, found)[1]]


def _as_bright(new: Array, w: Array) -> Array:
    return np.asarray(new * ((new * w).sum(axis=0) / np.maximum(np.square(new).sum(axis=0), 1e-300)))
