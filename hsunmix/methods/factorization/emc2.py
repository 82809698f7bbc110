"""Fractions and their spread from random few spectra of each class, E(MC)²: Monte Carlo of a library.

Problem: how much of each class of a library is in every pixel, and how sure that is where nobody knows which
of its spectra are right.
Method: ``draws`` times draw ``spectra`` of the library, one of each class in turn, so that all classes have
as many, as far as they reach, and at least one. All are divided by their brightness (root mean square); the
nonnegative least squares of a pixel are divided by their sum and added up by class. The result is the mean
over the draws, and their standard deviation; the draws are the same in every pixel. The residual is that of
the draws, as a root mean square. Without a library the spectra are pixels: SPA's endmembers of the scene, and
of ``parts`` random parts of it, each in the class of the one most like it.
Cost: one read of X, and the exact solver ``draws`` times.
Guarantee: each draw is solved exactly.
Limits: fractions are shares of what is lit: shade is no part of them. The deviation says how much hangs on
the choice of spectra from this library, not whether the right ones are in it.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.source import Part
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods import Factorization, PixelMap, Problem
from hsunmix.methods.shared._bundles import bundles
from hsunmix.methods.shared._least_squares import at_once, refuse_broken
from hsunmix.model.progress import Step

__all__ = [
    "NUMBERS", "OF_CLASSES", "READS", "REFERENCE", "TAKES_LIBRARY", "TITLE", "Params", "draw", "run",
]  # fmt: skip

TITLE = "Monte Carlo of a library (E(MC)²)"
REFERENCE = "Ochoa, Brodrick, Okin et al., Remote Sensing of Environment (2025)"
TAKES_LIBRARY = True
OF_CLASSES = True
READS = (4, 2)
NUMBERS = (64, 24)

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Places = NDArray[np.int64]


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of emc2."""

    draws: Annotated[int, Meta(ge=2, le=1000, description="So many random sets of spectra")] = 20
    spectra: Annotated[
        int, Meta(ge=1, le=300, description="Spectra in a set; one of each class at least")
    ] = 30
    parts: Annotated[
        int, Meta(ge=1, le=1000, description="Parts of the scene that give spectra, without a library")
    ] = 10


def draw(of: Places, size: int, draws: int, seed: int) -> Places:
    """Draw spectra evenly from all classes, at least one of each.

    Parameters
    ----------
    of : array of int, (k,)
        The class of each spectrum.
    size, draws, seed : int

    Returns
    -------
    array of int64, (draws, size), with a larger size where there are more classes, and a smaller one where
    there are fewer spectra
        Which spectra each draw has; the first of each class, then the second, and so on. Which classes have
        one more than others is drawn too.
    """
    rng, sets, classes = np.random.default_rng(seed), [], int(of.max()) + 1
    size = max(size, classes)
    for _ in range(draws):
        order = rng.permutation(len(of))
        turn = np.zeros(len(of), np.int64)
        for k in range(classes):
            mine = order[of[order] == k]
            turn[mine] = np.arange(len(mine))
        sets.append(np.lexsort((rng.permutation(classes)[of], turn))[:size])
    return np.array(sets)


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Draw, and solve every pixel for each draw."""
    from hsunmix.kernels.exact import exact

    scene = problem.scene
    spectra = yield from bundles(problem, params.parts)
    sets = draw(spectra.of, params.spectra, params.draws, problem.seed)
    count, size = sets.shape
    yield compiling(exact(size))
    light = np.sqrt((spectra.spectra**2).mean(axis=0))
    wt = np.ascontiguousarray((spectra.spectra / np.where(light > 0, light, 1)).T)
    r = spectra.rank
    h, sd = scene.per_pixel(r, np.float32, 0), scene.per_pixel(r, np.float32, 0)
    rest = scene.per_pixel(fill=0)
    with single_threaded_blas():
        found = yield from scene.map(
            _solve, wt, spectra.of, sets,
            per_pixel=[h, sd, rest], sums=[(len(wt),)], pixels=max(1, at_once(size) // count),
        )  # fmt: skip
    refuse_broken(sum(found.values))
    note = f"Means of {count} draws of {size} of {len(wt)} spectra."
    if size == len(wt):
        note += " Each has all of them, so that nothing is known of the spread: draw fewer spectra."
    maps = {"abundance_sd": PixelMap(sd, kind="sd", of_endmembers=True, title="Deviation between draws")}
    return Factorization(
        spectra.means(found.sums[0]), h, np.zeros((0, 2)), fixed_scale=True,
        note=f"{note} {spectra.note}".strip(), names=spectra.classes, maps=maps, rest=rest,
    )  # fmt: skip


def _solve(
    part: Part, wt: Array, of: Places, sets: Places, h: Single, sd: Single, rest: Array, used: Array
) -> int:
    """Solve for all draws; return how many pixels couldn't be solved."""
    from hsunmix.kernels.exact import exact
    from hsunmix.kernels.residual import squared_residuals

    n, r, width = h.shape
    count, size = sets.shape
    solver, ones, none, failed = exact(size), np.ones(size), np.zeros(size), 0
    mean, square = np.zeros((n, r, width)), np.zeros((n, r, width))
    found, left = np.empty((n, size, width), np.float32), np.empty((n, width))
    rest[:] = 0
    for chosen in sets:
        a = np.ascontiguousarray(wt[chosen])
        failed += int(solver(part.tiles, part.counts, a, a @ a.T, False, found, none, ones))
        squared_residuals(part.tiles, np.ascontiguousarray(a.T, dtype=np.float32), found, left)
        rest += left / count
        total = found.sum(axis=1, dtype=np.float64, keepdims=True)
        share = found / np.where(total > 0, total, 1)
        np.add.at(used, chosen, share.sum(axis=(0, 2)))
        class_of = (of[chosen] == np.arange(r)[:, None]).astype(np.float64)
        fraction = class_of @ share
        mean += fraction / count
        square += fraction**2 / count
    h[:] = mean
    sd[:] = np.sqrt(np.maximum(square - mean**2, 0) * count / (count - 1))
    return failed
