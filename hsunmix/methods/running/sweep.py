"""How many endmembers: one method for several numbers of them, each on other halves of the pixels.

With more endmembers the error falls, mostly, so it does not tell where to stop. What does is whether
runs agree: endmembers that are in the scene are found in any half of its pixels, those that only fit
noise are others every time. This is stability selection (Meinshausen and Bühlmann, J. R. Stat. Soc. B
72, 2010), with the spectral angle of endmembers matched one to one for the measure.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.subsets import subset
from hsunmix.errors import InputError
from hsunmix.methods import get
from hsunmix.methods.running import pipeline
from hsunmix.methods.trust.stability import pairs
from hsunmix.model.progress import Step, relay
from hsunmix.model.unmixing import Unmixing

__all__ = ["AGREE", "Sweep", "SweepStep", "possible", "sweep"]

SHARE = 0.5  # of the pixels, for every run
MAX_PIXELS = 10_000  # pixels of a run: endmembers need no more
AGREE = 3.0  # degrees that the same endmember may differ from run to run
MAX_ERROR_RATIO = 1.02  # times the smallest error of a stable number
RISE = 1e-6  # of the error: less is rounding; every number sees the same halves of the pixels

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sweep:
    """What is known so far; arrays are never written to.

    Attributes
    ----------
    method : str
    ranks : tuple of int
        Numbers of endmembers, ascending.
    errors : array, (ranks, seeds)
        Relative error of each run on its pixels; NaN before it has ended.
    angles : array, (ranks,)
        Mean spectral angle between the endmembers of two runs, over all pairs of runs, in degrees;
        NaN before there are two.
    worst : array, (ranks,)
        The same for the endmember that differs most, as the median over the pairs of runs.
    """

    method: str
    ranks: tuple[int, ...]
    errors: Array
    angles: Array
    worst: Array

    @property
    def seeds(self) -> int:
        """Runs for each number."""
        return int(self.errors.shape[1])

    @property
    def error(self) -> Array:
        """Median error for each number, over the runs that have ended; NaN without any."""
        known = np.isfinite(self.errors)
        return np.array(
            [np.median(e[k]) if k.any() else np.nan for e, k in zip(self.errors, known, strict=True)]
        )

    @property
    def stable(self) -> int | None:
        """The largest number with which every endmember is found again; None where there is none.

        Smaller ones need not be stable: which of the materials they merge may be a matter of chance.
        """
        found = [rank for rank, worst in zip(self.ranks, self.worst, strict=True) if worst <= AGREE]
        return found[-1] if found else None

    @property
    def proposed(self) -> int | None:
        """The smallest stable number that explains as much as the largest stable one, or nearly."""
        if self.stable is None:
            return None
        error = self.error
        enough = MAX_ERROR_RATIO * error[self.ranks.index(self.stable)]
        each = zip(self.ranks, error, self.worst, strict=True)
        return next(rank for rank, e, worst in each if e <= enough and worst <= AGREE)

    @property
    def sentence(self) -> str:
        """The result and its limits, for an analyst."""
        if not np.isfinite(self.worst).all():
            return "Not all runs have ended."
        return " ".join(filter(None, [self._agreement, self._rises]))

    @property
    def _rises(self) -> str:
        """Say where more endmembers explain less."""
        steps = zip(pairwise(self.ranks), pairwise(self.error), strict=True)
        found = [f"{b} than {a}" for (a, b), (before, after) in steps if after > before * (1 + RISE)]
        if not found:
            return ""
        return (
            f"The error is higher with {', and with '.join(found)}: the sets are not nested, "
            "more endmembers are others and not the same ones and one more."
        )

    @property
    def _agreement(self) -> str:
        stable, proposed = self.stable, self.proposed
        if stable is None:
            return "The runs agree for none of these numbers: every time some endmember is another."
        text = f"With {stable} endmembers every one is found again in each run"
        if stable == self.ranks[-1]:
            text += ", so there may be more"
        else:
            k = self.ranks.index(stable) + 1
            text += f", with {self.ranks[k]} not ({self.worst[k]:.0f}° apart)"
        return text + (f"; {proposed} explain as much." if proposed != stable else ".")


@dataclass(frozen=True, eq=False)
class SweepStep(Step):
    """A step that carries what is known so far."""

    sweep: Sweep | None = None


def possible(scene_pixels: int, bands: int, ranks: Sequence[int]) -> tuple[int, ...]:
    """Return those of some numbers of endmembers that a scene allows, ascending."""
    most = min(int(scene_pixels * SHARE), MAX_PIXELS, bands)
    return tuple(sorted({int(r) for r in ranks if 1 <= r <= most}))


def sweep(
    scene: Scene, request: pipeline.Request, ranks: Sequence[int], seeds: int = 3
) -> Generator[Step | None, None, Sweep]:
    """Run a method for several numbers of endmembers and seeds.

    Parameters
    ----------
    scene : Scene
    request : Request
        Method and parameters; its rank is not used, its seed is the first.
    ranks : sequence of int
        Numbers that the scene doesn't allow are left out.
    seeds : int
        Runs for each number, at least two: each with its own seed, on its own half of the pixels.

    Yields
    ------
    SweepStep

    Raises
    ------
    InputError
        No number is possible, or there are fewer than two seeds.
    """
    method = get(request.method.method, "factorization", "extraction")
    numbers = possible(scene.n_pixels, scene.n_bands, ranks)
    if not numbers:
        raise InputError(
            f"none of the numbers {list(ranks)} of endmembers is possible for half of this scene"
        )
    if seeds < 2:
        raise InputError("runs can only agree where there are at least two for each number")
    empty = np.full(len(numbers), np.nan)
    known = Sweep(method.id, numbers, np.full((len(numbers), seeds), np.nan), empty, empty)
    found: list[list[Array]] = [[] for _ in numbers]
    alone = replace(request, endmembers=None, spectra_from=None, locked=())
    for seed in range(seeds):
        part = yield from _half(scene, request.seed + seed)
        for k, rank in enumerate(numbers):
            asked = replace(alone, rank=rank, seed=request.seed + seed)
            done = seed * len(numbers) + k
            result = yield from _told(part, asked, known, done, seeds * len(numbers))
            found[k].append(result.endmembers)
            known = _with(known, k, seed, result, found[k])
            yield _step(known, (done + 1) / (seeds * len(numbers)), f"{rank} endmembers, run {seed + 1}")
    return known


def _half(scene: Scene, seed: int) -> Generator[None, None, Scene]:
    size = max(1, min(int(scene.n_pixels * SHARE), MAX_PIXELS))
    columns = np.random.default_rng(seed).choice(scene.n_pixels, size, replace=False)
    return (yield from subset(scene, np.sort(columns)))


def _told(
    part: Scene, request: pipeline.Request, known: Sweep, done: int, of: int
) -> Generator[Step | None, None, Unmixing]:
    """Run once; its steps become steps of the whole."""
    share = 0.0
    message = f"{request.rank} endmembers, run {done // len(known.ranks) + 1}"

    def of_the_whole(step: Step | None) -> SweepStep:
        nonlocal share
        share = share if step is None else max(share, min(step.fraction, 1.0))
        return _step(known, (done + share) / of, message)

    return (yield from relay(pipeline.unmix(part, request), of_the_whole))


def _step(known: Sweep, fraction: float, message: str) -> SweepStep:
    return SweepStep(fraction, message=message, sweep=known)


def _with(known: Sweep, k: int, seed: int, result: Unmixing, found: list[Array]) -> Sweep:
    """Add a run to what is known."""
    errors, angles, worst = known.errors.copy(), known.angles.copy(), known.worst.copy()
    errors[k, seed] = result.relative_error
    if len(found) > 1:
        degrees = [[d for *_, d in pairs(one, other)] for one, other in combinations(found, 2)]
        angles[k] = np.mean(degrees)
        worst[k] = np.median(np.max(degrees, axis=1))
    return replace(known, errors=errors, angles=angles, worst=worst)
