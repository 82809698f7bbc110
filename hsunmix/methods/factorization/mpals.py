"""PARAFAC of a stack whose spectra are atoms of a dictionary: of a library, or of the stack's own pixels.

Problem: minimize Σ_n ‖X_n − D(:, K) diag(s_n) H‖²_F over K, s_n ≥ 0 and H ≥ 0, where X_1 … X_N are cubes of
the same ground, D is a dictionary and K names r different atoms of it. The dictionary is the library that is
given; without one it is the pixels that represent ``candidates`` clusters, each the mean of its spectra in
all cubes.
Method: to the loss of parafac comes λ ‖A − D(:, K)‖² with the best scale of each atom. K is the assignment
of spectra to atoms that makes the angles between them smallest, no atom twice, found anew in every
iteration. λ is raised from nearly nothing until A = D(:, K), so that a spectrum that noise has moved can
still come to another atom. At last A stays, and amounts and maps are iterated to their optimum. The same is
done with the atoms nearest to the spectra of parafac itself; the choice that explains more is the result.
Cost: as of parafac, and atoms · bands · r operations an iteration for the assignment.
Guarantee: spectra are atoms, each at most once; the error is not above that of the atoms nearest to
parafac's spectra, and never rises once atoms are chosen: the history is of that part. Which are chosen is no
global optimum. Where amounts change nearly alike from cube to cube, and noise spoils the spectra of parafac,
true atoms are found more often than by parafac (see [stacks](../stacks.md)); noise that leaves nothing of
the differences spoils this too. Locked spectra stay as they are and need be no atoms.
"""

from __future__ import annotations

from collections.abc import Generator
from time import perf_counter
from typing import Annotated, NamedTuple

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.errors import InputError
from hsunmix.methods import Factorization, Problem
from hsunmix.methods.extraction._candidates import candidates
from hsunmix.methods.factorization._initial import initial_abundances, initial_spectra
from hsunmix.methods.factorization._steps import Array
from hsunmix.methods.factorization._tensor import Fold, TensorSteps, amounts_note
from hsunmix.methods.factorization._two_block import Common, Factors, descend
from hsunmix.methods.shared._assignment import Bounds, assign
from hsunmix.model.progress import Step

__all__ = ["MONOTONE_LOSS", "REFERENCE", "STARTS_FROM_SPECTRA", "TAKES_LIBRARY", "TITLE", "Params", "run"]

TITLE = "Stacks of cubes with a dictionary (MPALS)"
REFERENCE = "Cohen and Gillis, IEEE Transactions on Signal Processing 66 (2018)"
STARTS_FROM_SPECTRA = True
MONOTONE_LOSS = True
TAKES_LIBRARY = True

FIRST, LAST = 1e-2, 1e3  # λ, as a share of what a spectrum's own loss weighs


class Params(Common, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of mpals."""

    raising: Annotated[
        int, Meta(ge=1, le=10_000, description="Iterations in which spectra are drawn to atoms, ever more")
    ] = 100
    candidates: Annotated[
        int, Meta(ge=1, le=5000, description="Atoms to take from the pixels, where no library is given")
    ] = 500


class Steps(TensorSteps):
    """Those of parafac, with spectra drawn to atoms.

    Attributes
    ----------
    atoms : array, (atoms, bands)
        Of unit length.
    pull : float
        λ; infinite when spectra are to be atoms.
    chosen : array of int, (free,)
        The atom of each spectrum that is not locked.
    """

    def __init__(self, fold: Fold, w: Array, atoms: Array) -> None:
        super().__init__(fold, w)
        self.atoms, self.pull = atoms, 0.0
        self.chosen = np.zeros(0, np.int64)

    def improved(self, a: Array, right: Array, grams: Array, free: NDArray[np.intp]) -> Array:
        """Draw spectra to the atoms that are assigned to them."""
        if self.pull == 0:
            return super().improved(a, right, grams, free)
        if np.isinf(self.pull):
            return a
        target = self.nearest(a)
        own = np.einsum("bkk->kb", grams)
        drawn = grams + self.pull * np.einsum("kb,kl->bkl", own, np.eye(len(a)))
        return super().improved(a, right + self.pull * own * target, drawn, free)

    def nearest(self, a: Array) -> Array:
        """Assign an atom to each spectrum; return the atoms at their best scale, (free, bands)."""
        length = np.linalg.norm(a, axis=1, keepdims=True)
        along = self.atoms @ (a / np.where(length > 0, length, 1)).T
        self.chosen = assign(np.ascontiguousarray(along.T), Bounds.none(len(self.atoms)))
        atoms = self.atoms[self.chosen]
        scale = np.maximum((atoms * a).sum(axis=1, keepdims=True), 0)
        return np.asarray(np.where(scale > 0, scale, length) * atoms)


class Outcome(NamedTuple):
    """A choice of atoms, and what they come to.

    Attributes
    ----------
    w : array, (bands used, r)
    error : float
        Relative.
    history : array, (iterations, 2)
    converged : bool
    chosen : array of int, (free,)
    """

    w: Array
    error: float
    history: Array
    converged: bool
    chosen: NDArray[np.int64]


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize the stack."""
    began, scene = perf_counter(), problem.scene
    fold = Fold(scene)
    given = yield from initial_spectra(problem, params.init)
    atoms, names = yield from _dictionary(problem, fold, params.candidates)
    nearest = yield from _chosen(problem, params, Steps(fold, given, atoms), given, began, 0)
    drawn = yield from _chosen(problem, params, Steps(fold, given, atoms), given, began, params.raising)
    best = min(drawn, nearest, key=lambda outcome: outcome.error)
    h = yield from initial_abundances(scene, best.w)
    free = np.setdiff1d(np.arange(problem.rank), problem.locked)
    called = [""] * problem.rank
    for k, atom in zip(free, best.chosen, strict=True):
        called[k] = names[atom] if names else ""
    note = amounts_note(fold.split(best.w.T)[1])
    return Factorization(
        best.w, h, best.history, best.converged, note=note, names=tuple(called) if names else ()
    )


def _chosen(
    problem: Problem, params: Params, steps: Steps, given: Array, began: float, raising: int
) -> Generator[Step | None, None, Outcome]:
    """Choose atoms by raising λ so many times; with none, those nearest to the spectra of parafac."""
    scene, locked, w = problem.scene, list(problem.locked), steps.w
    w[:, locked] = given[:, locked]
    factors = Factors(scene, w, (yield from steps.fit(scene, w)), problem.locked, steps)
    yield from factors.measure()
    if not raising:
        factors.w = (yield from descend(factors, params, began))[0]
    for done, pull in enumerate(np.geomspace(FIRST, LAST, raising)):
        steps.pull = float(pull)
        yield from factors.iterate()
        yield Step(done / raising, factors.error, factors.w.copy(), "Spectra are drawn to atoms")
    yield from _made_atoms(scene, factors, steps)
    best, history, converged = yield from descend(factors, params, began)
    return Outcome(best, float(history[-1, 1]), history, converged, steps.chosen)


def _made_atoms(scene: Scene, factors: Factors, steps: Steps) -> Generator[Step | None, None, None]:
    """Set the spectra to their atoms for good; amounts and maps go on from there."""
    free = factors.free
    if not len(free):
        return
    a, s = steps.fold.split(factors.w[:, free].T)
    steps.spectra_of[free], steps.amounts_of[free] = a, s = steps.nearest(a), s
    w = factors.w.copy()
    w[:, free] = steps.fold.product(a, s).T
    steps.pull, steps.restarts = np.inf, False  # a spectrum started anew would be no atom
    factors.w, factors.h = w, (yield from steps.fit(scene, w))
    yield from factors.measure()


def _dictionary(
    problem: Problem, fold: Fold, count: int
) -> Generator[Step | None, None, tuple[Array, tuple[str, ...]]]:
    """Return atoms of unit length, (atoms, bands), and what they are called."""
    scene, library = problem.scene, problem.library
    if library is None:
        columns = yield from candidates(scene, max(count, problem.rank))
        spectra = np.maximum(scene.columns(columns), 0).T
    else:
        spectra = np.asarray(library.values, dtype=np.float64)
    atoms = fold.split(spectra)[0]
    length = np.linalg.norm(atoms, axis=1, keepdims=True)
    kept = np.flatnonzero(length[:, 0] > 0)
    if len(kept) < problem.rank:
        raise InputError(
            f"{problem.rank} endmembers asked for, but the dictionary has only {len(kept)} spectra: ask for "
            "fewer, or give a larger library"
        )
    names = () if library is None else tuple(library.names[k] for k in kept)
    return atoms[kept] / length[kept], names
