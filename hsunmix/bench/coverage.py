"""How many of the intervals of abundances hold the truth: ``hsunmix bench accuracy --uncertainty``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from hsunmix.api import abundances, unmix
from hsunmix.bench.accuracy import angles
from hsunmix.bench.planted import KINDS, Library, Mixing, Planted, planted
from hsunmix.model.uncertainty import LEVEL, deviates

__all__ = ["Coverage", "coverage", "table"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Coverage:
    """Shares of 90 % intervals that hold the true abundance.

    Attributes
    ----------
    found, worst : float
        Of all, and of the material where it is least, with the endmembers that were found.
    true : float
        Of all, with the true endmembers: the part of the noise alone.
    doubted : bool
        Whether the result says that it is not to be trusted.
    angle : float
        Mean spectral angle of the endmembers found, degrees.
    plain, sure : float
        Seconds of the method without and with it.
    """

    found: float
    worst: float
    true: float
    doubted: bool
    angle: float
    plain: float
    sure: float


def coverage(scene: Planted, method: str, seed: int) -> Coverage:
    """Unmix a scene, and compare."""
    r, known, good = scene.endmembers.shape[1], ~scene.odd, ~scene.bad
    began = perf_counter()
    unmix(scene.x, method, rank=r, seed=seed)
    between = perf_counter()
    result = unmix(scene.x, method, rank=r, seed=seed, uncertainty=True)
    ended = perf_counter()
    whole = good & np.isfinite(result.endmembers).all(axis=1)
    degrees, order = angles(result.endmembers[whole], scene.endmembers[whole])
    inside = _inside(scene, result.abundances[order], result["abundance_sd"][order])[:, known]
    solver = result.abundance or "nnls"
    h, sd = abundances(scene.x[good], scene.endmembers[good], solver, uncertainty=True)
    return Coverage(
        float(inside.mean()), float(inside.mean(axis=1).min()), float(_inside(scene, h, sd)[:, known].mean()),
        bool(result.uncertainty and result.uncertainty.doubt), float(degrees.mean()), between - began,
        ended - between,
    )  # fmt: skip


def _inside(scene: Planted, h: NDArray[np.float32], sd: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether intervals hold the truth; under shade those of shares of the sum."""
    if scene.shade:
        total = np.maximum(h.sum(axis=0), 1e-12)
        h, sd = h / total, sd / total
    return np.asarray(np.abs(h - scene.abundances) <= deviates(LEVEL) * sd)


def table(
    method: str,
    seeds: Sequence[int],
    library: Library,
    mixing: Mixing,
    kinds: Sequence[str],
    side: int | None,
) -> Iterator[str]:
    """Yield the lines of a Markdown table: medians over the seeds, the worst in brackets."""
    said = f"{LEVEL:.0%} intervals of {method} that hold the truth (fewest, most)"
    yield (
        f"| scene | {said} | of the material with the fewest | with the true spectra | not to be trusted "
        "| angle | time, times that without |"
    )
    yield "|---" * 7 + "|"
    for kind in kinds:
        got = [coverage(planted(kind, seed, library, mixing, side), method, seed) for seed in seeds]
        found = np.array([one.found for one in got])
        worst = np.array([one.worst for one in got])
        true, angle = (np.median([getattr(one, name) for one in got]) for name in ("true", "angle"))
        times = np.median([one.sure / one.plain for one in got])
        doubted = sum(one.doubted for one in got)
        yield (
            f"| {KINDS[kind].title} | {np.median(found):.3f} ({found.min():.3f}, {found.max():.3f}) "
            f"| {np.median(worst):.3f} ({worst.min():.3f}) | {true:.3f} | {doubted} of {len(got)} "
            f"| {angle:.2f}° | {times:.1f} |"
        )
