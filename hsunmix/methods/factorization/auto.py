"""The default: endmembers from smoothed pixels, refined; abundances by what the scene supports.

Problem: endmembers that are really in the scene, found in spite of noise, odd pixels and shade.
Method: of a sample of at most 10,000 pixels the most isolated are dropped, and each other is replaced by the
mean of its spectral neighbours; N-FINDR picks r of the means; archetypal refinement lets each be a
mixture of a few means, so that the others are better explained as mixtures of them.
Where what the scene's first r directions leave is noise, it tells how good endmembers are: the fitted pixels
get fresh noise, and what is left of these is what right ones leave. Means of 20, 8 and 3 neighbours are
tried, also divided by their brightness. If none is right, no pixel is pure: the smallest simplex around the
pixels is taken (SISAL, with the weight that leaves what noise does), or under shade the smallest cone. If
under shade little is left, mixing is bent, and the pixels' corners stay. Pixels that are alike and far worse
explained than the others are a rare material: it takes the place of the endmember that is missed least. Else,
and without shade, the sides of the simplex are put where the pixels end but for their noise.
Where r directions leave more than noise, as on most real scenes, 50 neighbours are averaged, with and
without brightness, and where the scene has shade the set that explains it better is kept.
Abundances are exact nonnegative least squares; they are made to sum to one only where that fits the scene
as well, since shade and brightness can't be expressed by such fractions, or up to 15 % worse where a
spectrum is so dark, or the bands are so few, that free fractions would mean little.
Bands that are mostly noise, and pixels at the sensor's limit, are left out first.
Locked spectra take the places of those found that are most like them.
Cost: three to six reads of X, three where it stays in its file, the search for neighbours, and up to six
searches for vertices among the sample.
Limits: objects of a few pixels are taken for outliers; a dark material has hardly a direction in its noise.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import residuals
from hsunmix.engine.source import PerPixel
from hsunmix.methods import Abundances, Factorization, Problem, get
from hsunmix.methods.factorization._search import search
from hsunmix.methods.factorization._vertices import Vertices, enclosing, spectra, vertices
from hsunmix.methods.shared._smoothing import Smoothed, smoothed
from hsunmix.methods.shared.locked import in_their_columns
from hsunmix.methods.trust.diagnosis import dark
from hsunmix.model.progress import Step
from hsunmix.model.wording import counted

__all__ = ["EVERYDAY", "KEEPS_LOCKED", "MOMENTS", "READS", "REFERENCE", "SCREENS", "TITLE", "Params", "run"]

KEEPS_LOCKED = True
READS = (1, 0)
SCREENS = True
MOMENTS = True
TITLE = "Automatic"
REFERENCE = (
    "Nadisic, Gillis and Kervazo, Linear Algebra and its Applications (2023), for the smoothing; "
    "Winter, SPIE 3753 (1999); Cutler and Breiman, Technometrics 36 (1994); Bioucas-Dias, WHISPERS (2009)"
)
EVERYDAY = True

Array = NDArray[np.float64]

SUM_MAY_COST = 1.02  # fractions that sum to one may fit so much worse, and are taken then
SUM_MAY_COST_MORE = 1.15  # the same where free ones mean little: a spectrum is dark, or the bands are few
MIN_BANDS = 3  # for each endmember
NO_PURE_PIXELS = (
    1.3  # up to here the pixels outside the simplex of the endmembers are what costs; beyond, shade
)

BRIGHT = " divided by their brightness"


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of auto."""

    neighbours: Annotated[
        int, Meta(ge=1, le=1000, description="At most so many spectral neighbours are averaged")
    ] = 50
    isolated: Annotated[
        float,
        Meta(ge=0, le=0.5, description="Share of the pixels, the most isolated, that can't be endmembers"),
    ] = 0.01
    refinement: Annotated[int, Meta(ge=0, le=1000, description="Iterations of archetypal refinement")] = 20
    screen: Annotated[
        bool, Meta(description="Leave out bands that are mostly noise and pixels at the sensor's limit")
    ] = True


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Smooth, extract, refine, and solve for the abundances."""
    scene, rank = problem.scene, problem.rank
    smooth = yield from smoothed(scene, rank, params.neighbours, params.isolated, sketch=True)
    look = _down_to_noise if smooth.white else _with_structure
    best, count, how = yield from look(smooth, params, problem)
    on = f"means of {count} spectral neighbours" if count > 1 else "single pixels"
    said = [f"N-FINDR on {on}{how}"]
    if problem.locked:
        w, columns, took = in_their_columns(best.w, best.columns, problem)
        said.append(took.rstrip("."))
        best = yield from _solved(smooth, w, columns)
    choice, why = _choice(best)
    if best.w.shape[1] < rank:
        # First: the window has room for one line, and this is not what was asked for.
        said.insert(0, f"The scene has only {best.w.shape[1]} independent spectra, not {rank}")
    return Factorization(
        best.w, None if scene.in_file else best.abundances[choice], np.zeros((0, 2)), None, best.columns,
        smoothed=count > 1 or params.refinement > 0, fixed_scale=True, abundance=choice,
        abundance_note=f"Abundances by {choice.upper()}, because {why}.", note=". ".join(said) + ".",
    )  # fmt: skip


def _choice(best: _Solved) -> tuple[str, str]:
    """Choose the abundance method, and say why."""
    cost = best.cost_of_sum
    percent = 100 * (cost - 1)
    if cost <= SUM_MAY_COST:
        return "fcls", "sums of one fit the scene as well"
    bands, r = best.w.shape
    what = (
        "a spectrum is dark" if dark(best.w).any() else "the bands are few" if bands < MIN_BANDS * r else ""
    )
    if what and cost <= SUM_MAY_COST_MORE:
        return "fcls", f"{what}: free fractions would say little, and sums of one fit {percent:.0f} % worse"
    return "nnls", "sums of one would fit it worse"


def _down_to_noise(
    smooth: Smoothed, params: Params, problem: Problem
) -> Generator[Step | None, None, tuple[_Solved, int, str]]:
    """Take what leaves no more than the noise does; where nothing does, the vertices of the pixels stay."""
    best = (yield from search(smooth, params.refinement, problem.seed))[0]
    refined = ", refined as archetypes" if params.refinement else ""
    r = smooth.rank
    w = best.spectra if best.spectra is not None else np.maximum(smooth.basis[:r].T @ best.w[:r], 0)
    how = (BRIGHT if best.by_brightness else "") + refined + (f", {best.outwards}" if best.outwards else "")
    how += ", sides put by the noise" if best.settled else ""
    if best.rare is not None:
        many = counted(len(best.rare.columns), "pixel")
        if best.place is not None:
            how += f". Endmember {best.place + 1} is in {many} only"
        else:
            how += f". {many[0].upper()}{many[1:]} hold something else: try one endmember more"
    if not best.fits and best.place is None:
        how += ". More is left than noise" + (": mixing doesn't look linear" if best.bent else "")
    return (yield from _solved(smooth, w, best.columns)), best.count, how


def _with_structure(
    smooth: Smoothed, params: Params, problem: Problem
) -> Generator[Step | None, None, tuple[_Solved, int, str]]:
    """Take many neighbours, where r materials leave more than noise and so nothing tells when to stop."""
    refined = ", refined as archetypes" if params.refinement else ""
    count = smooth.near.shape[1]
    plain = yield from vertices(smooth, count, False, params.refinement, problem.seed)
    best = yield from _of(smooth, plain)
    bright = yield from vertices(smooth, count, True, params.refinement, problem.seed)
    other = yield from _of(smooth, bright)
    if best.cost_of_sum > NO_PURE_PIXELS and other.error["nnls"] < best.error["nnls"]:
        return other, count, BRIGHT + refined
    if SUM_MAY_COST < best.cost_of_sum <= NO_PURE_PIXELS:
        outside = yield from _solved(smooth, (yield from enclosing(smooth, plain)), best.columns)
        if outside.error["fcls"] < best.error["fcls"]:
            how = ", then moved outwards (minimum volume), because no pixel seems pure"
            return outside, count, refined + how
    return best, count, refined


@dataclass(frozen=True, eq=False)
class _Solved:
    """Spectra, the pixels nearest to them, their abundances by nnls and fcls, and what these leave over."""

    w: Array
    columns: NDArray[np.int64]
    abundances: dict[str, PerPixel]
    error: dict[str, float]

    @property
    def cost_of_sum(self) -> float:
        """How much worse the scene is explained when abundances must sum to one."""
        bands, r = self.w.shape
        freedom = np.sqrt((bands - r + 1) / (bands - r)) if bands > r else 1.0  # noise alone costs that much
        return float(self.error["fcls"] / max(self.error["nnls"], 1e-300) / freedom)


def _solved(smooth: Smoothed, w: Array, columns: NDArray[np.int64]) -> Generator[Step | None, None, _Solved]:
    ground = smooth.ground
    solved = _Solved(w, columns, {}, {})
    for name in ("nnls", "fcls"):
        yield Step(0.85, message="Abundances")
        method = get(name, "abundance")
        found: Abundances = yield from method.run(ground.scene, ground.of(w), method.params())
        solved.abundances[name] = found.h
        rest = yield from residuals(ground.scene, ground.of(w), found.h)
        solved.error[name] = float(np.sqrt(rest.sum() + ground.beyond))
    return solved


def _of(smooth: Smoothed, found: Vertices) -> Generator[Step | None, None, _Solved]:
    return (yield from _solved(smooth, spectra(smooth, found), found.columns(smooth)))
