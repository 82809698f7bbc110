"""Group-sparse self dictionary (SMRS): the few spectra of which all others are made, by the rows in use.

Problem: minimize ½ ‖M − D C‖² + λ Σ_i ‖c_i‖_q over C ≥ 0, where M are the centres of clusters that h2nmf
finds, each times the root of its size, and D = M. With a library (``--library``, ``library=``) D is its
spectra, scaled to sum one. The norm of a row says how much its spectrum is needed: its largest entry for
q = ``inf`` (Esser), its length for q = ``2`` (Elhamifar).
Method: proximal fast gradients on the rows in use; rows that the optimum leaves zero are left out. λ falls by
steps from where C = 0, each solution the start of the next, until r rows have a tenth of the largest norm;
with a library until the fit gets no better. Of the 2r spectra with the largest norms, 4r of a library, those
r are taken, by exchanges, that explain all centres best.
Cost: h2nmf's clusters, r reads of X, and about 40 · candidates · rows in use an iteration.
Guarantee: the optimum of a convex problem; with all pixels as candidates and no noise the rows in use are the
vertices of a separable scene. Values below zero count as zero.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.subsets import of_spectra, subset
from hsunmix.errors import InputError
from hsunmix.methods import Extraction, Problem
from hsunmix.methods.extraction._atoms import Atoms, Errors
from hsunmix.methods.extraction._group_sparse import Largest, Length, Point, path
from hsunmix.methods.extraction._options import Options
from hsunmix.methods.extraction._selection import Candidates, gathered, selecting
from hsunmix.model.progress import Step

__all__ = ["MOMENTS", "REFERENCE", "TAKES_LIBRARY", "TITLE", "Params", "run"]

TITLE = "Group-sparse self dictionary (SMRS)"
REFERENCE = (
    "Esser, Möller, Osher, Sapiro and Xin, IEEE TIP 21 (2012), for q = inf; "
    "Elhamifar, Sapiro and Vidal, CVPR (2012), for q = 2"
)
TAKES_LIBRARY = True
MOMENTS = True

Array = NDArray[np.float64]
Places = NDArray[np.int64]

DIRECTIONS = 40  # in which the products are made
IN_USE = 0.1  # of the largest norm
CLOSE = 0.97  # of the error before: the fit gets no better
SHORTLIST = 4  # times r: spectra of a library among which is chosen
FAINT = 1e-6  # of the largest sum: darker spectra aren't scaled to one


class Params(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of smrs."""

    candidates: Annotated[
        int, Meta(ge=10, le=2000, description="Choose among so many pixels, centres of clusters")
    ] = 100
    q: Annotated[
        Literal["inf", "2"],
        Meta(description="A row counts by its largest entry, or by its length"),
    ] = "inf"
    max_iterations: Annotated[
        int, Meta(ge=1, le=100_000, description="Steps of the fast gradient method for one weight")
    ] = 300


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Extraction]:
    """Choose ``rank`` pixels, fewer when the others are combinations of those; or spectra of a library."""
    if problem.library is None:
        return (yield from _on_pixels(problem, params))
    return (yield from _on_library(problem, params, problem.library.spectra))


def _norms(
    given: Candidates, rank: int, params: Params, library: Array | None = None
) -> Generator[Step | None, None, Array]:
    """Weigh the candidates, or the spectra of a library, by the norms of their rows."""
    m = given.weighted
    d = m if library is None else _sum_one(library)
    if library is None and min(m.shape) > DIRECTIONS:
        d = m = np.linalg.svd(m, full_matrices=False)[0][:, :DIRECTIONS].T @ m
    norm = Length() if params.q == "2" else Largest()

    errors = [np.inf]

    def enough(point: Point) -> bool:
        errors.append(point.error)
        if library is not None:  # of spectra that are alike the right ones only show in a close fit
            return errors[-1] > CLOSE * errors[-2]
        return bool((point.norms > IN_USE * point.norms.max()).sum() >= rank)

    points = yield from path(d, m, norm, params.max_iterations, enough)
    return points[-1].norms


_on_pixels = selecting(_norms)


def _sum_one(spectra: Array) -> Array:
    sums = np.abs(spectra).sum(axis=0)
    return np.asarray(spectra / np.maximum(sums, FAINT * sums.max()))


def _on_library(problem: Problem, params: Params, library: Array) -> Generator[Step | None, None, Extraction]:
    """Choose spectra of the library."""
    assert problem.library is not None
    scene, rank = problem.scene, problem.rank
    if library.shape[1] < rank:
        raise InputError(f"{rank} endmembers asked for, but the library has only {library.shape[1]} spectra")
    spectra = np.maximum(library, 0)
    if not spectra.any():
        raise InputError("no spectrum of the library has a positive value")
    given = yield from gathered(scene, max(params.candidates, rank), 1)
    weight = yield from _norms(given, rank, params, spectra)
    chosen = yield from _exchanged(scene, given, spectra, np.argsort(-weight, kind="stable"), rank)
    names = tuple(problem.library.names[k] for k in chosen)
    return Extraction(spectra[:, chosen], None, names=names)


def _exchanged(
    scene: Scene, given: Candidates, spectra: Array, order: Places, rank: int
) -> Generator[Step | None, None, Places]:
    """Take the first spectra, and exchange one for another of the first 4r while that lowers the error."""
    length = np.ones(len(given.columns), np.float32)
    length[: len(given.sizes)] = np.sqrt(given.sizes)
    few = yield from subset(scene, given.columns, length)
    atoms = yield from Atoms.of(of_spectra(scene, spectra))
    errors = yield from Errors.begin(few, few.n_pixels, atoms, np.empty((scene.n_bands, 0)))
    pool, best = order[: SHORTLIST * rank], order[:rank]
    judge = yield from errors.judge(pool)
    lowest = yield from errors.error(best, judge)
    k = in_vain = 0
    while in_vain < rank:
        in_vain += 1
        for other in np.setdiff1d(pool, best):
            trial = best.copy()
            trial[k] = other
            error = yield from errors.error(trial, judge, lowest)
            if error < lowest:
                best, lowest, in_vain = trial, error, 0
        k = (k + 1) % rank
        yield Step(relative_error=lowest, message="Exchanging spectra")
    return best
