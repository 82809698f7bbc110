"""NMF with a dictionary: endmembers are pixels of the scene, or spectra of a library, that explain it best.

Problem: minimize ‖X − U V‖² + δ ‖U − D(:,K)‖² over V ≥ 0, U ≥ 0 and r different atoms K, with δ growing until
U = D(:,K). D holds all pixels, or the spectra of a library (``--library``, ``library=``); with ``bounds``, of
each class of the library, or each file, so many atoms as is said: ``tree=1-2, soil=0-1``.
Method: V is the exact nonnegative least squares solution, U is improved by HALS, K is the best assignment of
atoms to endmembers, whose brightness is free. Then, with ``swaps``, one atom is exchanged for another while
the error falls: those that explain most of what the others leave are tried, with exact abundances.
Cost: some 30 sweeps on 5,000 to 10,000 pixels; then for each endmember, a few times over, the products of all
atoms with some hundred residuals, and the exact abundances of those pixels for the best ones.
Guarantee: no atom twice, bounds are kept, and the error is never above that of the atoms that it starts from.
With ``swaps`` no exchange among those tried lowers it. It is no global optimum: another start may find
better atoms.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from time import perf_counter
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, residuals
from hsunmix.engine.scene import Scene
from hsunmix.engine.subsets import of_spectra
from hsunmix.errors import ParameterError
from hsunmix.methods import Factorization, Problem
from hsunmix.methods.extraction._atoms import Atoms, Errors
from hsunmix.methods.factorization._exact import exact_abundances
from hsunmix.methods.factorization._initial import Init, initial_abundances, initial_pixels
from hsunmix.methods.shared._assignment import Bounds, assign
from hsunmix.model.progress import Step

__all__ = [
    "MONOTONE_LOSS", "NUMBERS", "REFERENCE", "STARTS_FROM_SPECTRA", "TAKES_LIBRARY", "TITLE", "Params", "run",
]  # fmt: skip

Array = NDArray[np.float64]
Places = NDArray[np.int64]

TITLE = "NMF with a dictionary"
REFERENCE = "Cohen and Gillis, IEEE GRSL 15 (2018); Cohen and Gillis, IEEE TSP 66 (2018)"
STARTS_FROM_SPECTRA = True
TAKES_LIBRARY = True
MONOTONE_LOSS = True
NUMBERS = (256, 64)

FIRST_PULL, GROWTH = 0.05, 1.25  # of δ, each endmember's as a multiple of ‖v‖²
W_SWEEPS, DELTA = 10, 0.1
NEAR = 1e-3  # of ‖U‖: U has come to its atoms
MAX_PIXELS, MAX_FIRST_PIXELS = 5_000, 1_000  # that errors are told by, and by which atoms are preselected
TRIED, FINAL = 80, 8  # atoms in place of one: on few pixels, and of these on enough
WORTH_IT = 1e-4  # of the error: what a swap must gain


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of dictionary."""

    init: Annotated[Init, Meta(description="Where the spectra start from")] = "h2nmf"
    atoms: Annotated[
        Literal["auto", "scene"],
        Meta(description="What is chosen from: auto is the library where one is given, else the pixels"),
    ] = "auto"
    bounds: Annotated[
        str,
        Meta(description="How many spectra of each class of the library, such as tree=1-2, soil=0-1"),
    ] = ""
    swaps: Annotated[bool, Meta(description="Exchange atoms while that lowers the error")] = True
    max_iterations: Annotated[
        int, Meta(ge=0, le=1000, description="Stop after so many iterations; exchanges don't count")
    ] = 60


class Search:
    """The choice with the lowest error so far, and how it came about."""

    def __init__(self, atoms: Atoms, bounds: Bounds, enough: Errors, few: Errors, began: float) -> None:
        self.atoms, self.bounds, self.enough, self.few, self._began = atoms, bounds, enough, few, began
        self.chosen, self.error = np.empty(0, np.int64), np.inf
        self.history: list[tuple[float, float]] = []

    def offer(self, chosen: Places, error: float) -> None:
        """Keep a choice if it is better."""
        if error < self.error:
            self.chosen, self.error = chosen, error
            self.history.append((perf_counter() - self._began, error))

    def step(self, message: str, fraction: float = 1.0) -> Step:
        """Say how far it is."""
        w = np.column_stack([self.enough.fixed, self.atoms.spectra(self.chosen)])
        return Step(fraction, self.error, w, message)


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Choose atoms."""
    began, scene = perf_counter(), problem.scene
    locked = list(problem.locked)
    free = np.setdiff1d(np.arange(problem.rank), locked)
    bounds, source = _dictionary(problem, params, len(free))
    w, columns = yield from initial_pixels(problem, params.init)
    atoms = yield from Atoms.of(source)
    enough = yield from Errors.begin(scene, MAX_PIXELS, atoms, w[:, locked])
    few = yield from Errors.begin(enough.few, MAX_FIRST_PIXELS, atoms, w[:, locked])
    search = Search(atoms, bounds, enough, few, began)
    chosen, settled = np.empty(0, np.int64), True
    if len(free):
        start = columns
        if start is None or source is not scene:
            start = assign((yield from atoms.likeness(w[:, free])), bounds)
        search.offer(start, (yield from enough.error(start)))
        settled = yield from _alternate(search, w, free, params.max_iterations)
        if params.swaps:
            yield from _swap(search)
        chosen = yield from _better(scene, w, free, atoms, [start, search.chosen])
    w = w.copy()
    w[:, free] = atoms.spectra(chosen)
    h = yield from initial_abundances(scene, w)
    result = Factorization(w, h, np.array(search.history).reshape(-1, 2), settled, fixed_scale=True)
    return _named(problem, result, source is scene, free, chosen)


def _dictionary(problem: Problem, params: Params, count: int) -> tuple[Bounds, Scene]:
    """Return the bounds, and the scene of atoms."""
    library = problem.library
    if library is None or params.atoms == "scene":
        if params.bounds.strip():
            raise ParameterError("bounds", "pixels have no classes: give a library, or leave bounds out")
        return Bounds.none(problem.scene.n_pixels), problem.scene
    bounds = Bounds.read(params.bounds, library)
    bounds.check(count)
    return bounds, of_spectra(problem.scene, library.spectra)


def _alternate(
    search: Search, w: Array, free: NDArray[np.intp], iterations: int
) -> Generator[Step | None, None, bool]:
    """Draw the spectra to their atoms, more strongly from time to time; return whether they arrived."""
    from hsunmix.kernels.hals import update_spectra

    scene, r = search.enough.few, w.shape[1]
    h, chosen, pull = scene.per_pixel(r, np.float32, 0), search.chosen, FIRST_PULL
    is_free = np.isin(np.arange(r), free)
    yield compiling(update_spectra)
    for iteration in range(1, iterations + 1):
        work = yield from exact_abundances(w)
        sums = [(scene.n_bands, r), (r, r)]
        xht, hht = (yield from scene.map(work.update, *work.small, per_pixel=[h], sums=sums)).sums
        power = np.diag(hht)
        anchor = np.zeros_like(w)
        anchor[:, free] = _as_bright(search.atoms.spectra(chosen), w[:, free])
        new = np.ascontiguousarray(w.T)
        right = (xht + pull * power * anchor).T.copy()
        update_spectra(new, right, hht + np.diag(pull * power), is_free, W_SWEEPS, DELTA, 0.0)
        w = new.T
        # By how much each atom would change the error, to first order: what it leaves of u, times ‖v‖².
        likeness = (yield from search.atoms.likeness(w[:, free])) * power[free, None]
        before, chosen = chosen, assign(likeness, search.bounds)
        if (chosen != before).any():
            search.offer(chosen, (yield from search.enough.error(chosen)))
        yield search.step(f"Iteration {iteration}", iteration / iterations)
        anchor[:, free] = _as_bright(search.atoms.spectra(chosen), w[:, free])
        if np.linalg.norm((w - anchor)[:, free]) <= NEAR * np.linalg.norm(w[:, free]):
            return True
        pull *= GROWTH
    return False


def _as_bright(atoms: Array, w: Array) -> Array:
    """Scale atoms so that each is as near its endmember as can be."""
    length = (atoms**2).sum(axis=0)
    return np.asarray(atoms * (atoms * w).sum(axis=0) / np.where(length > 0, length, 1))


def _swap(search: Search) -> Generator[Step | None, None, None]:
    """Exchange one atom after the other until none can be exchanged to advantage."""
    in_vain, k, count = 0, 0, 0
    while in_vain < len(search.chosen):
        in_vain += 1
        best, error = yield from _best_in_place(search, k)
        if error < search.error * (1 - WORTH_IT):
            search.offer(best, error)
            in_vain, count = 1 if len(best) > 1 else 0, count + 1
        yield search.step(f"{count} exchanged")
        k = (k + 1) % len(search.chosen)


def _best_in_place(search: Search, k: int) -> Generator[Step | None, None, tuple[Places, float]]:
    """Return the best choice that differs from the one there is in one place, and its error."""
    others = np.delete(search.chosen, k)
    gain = yield from search.atoms.gains((yield from search.few.rest(others)))
    gain[_forbidden(search, k)] = -1
    tried = np.argsort(-gain, kind="stable")[:TRIED]
    tried = tried[gain[tried] > 0]
    found: list[tuple[float, int]] = [(search.error, int(search.chosen[k]))]
    for errors, keep, limits in ((search.few, FINAL, []), (search.enough, 1, found)):
        judge = yield from errors.judge(np.concatenate([search.chosen, tried]))
        best = list(limits)
        for atom in tried:
            limit = best[-1][0] if len(best) >= keep else np.inf
            trial = np.insert(others, k, atom)
            best.append(((yield from errors.error(trial, judge, limit)), int(atom)))
            best = sorted(best)[:keep]
        tried = np.array([atom for _, atom in best], np.int64)
    return np.insert(others, k, tried[0]), best[0][0]


def _forbidden(search: Search, k: int) -> NDArray[np.bool_]:
    """Tell which atoms can't take the place of one: those chosen, and those of classes that are full."""
    bounds, chosen = search.bounds, search.chosen
    kinds = np.arange(len(bounds.low))
    count = np.bincount(bounds.of[np.delete(chosen, k)], minlength=len(kinds))
    after = count + (kinds[:, None] == kinds)
    bad = ~((bounds.low <= after) & (after <= bounds.high)).all(axis=1)
    forbidden = bad[bounds.of]
    forbidden[chosen] = True
    return np.asarray(forbidden)


def _better(
    scene: Scene, w: Array, free: NDArray[np.intp], atoms: Atoms, choices: list[Places]
) -> Generator[Step | None, None, Places]:
    """Return the choice that explains the whole scene better; the last of equal ones."""
    if (choices[0] == choices[1]).all():
        return choices[0]
    errors = []
    for chosen in choices:
        w = w.copy()
        w[:, free] = atoms.spectra(chosen)
        h = yield from initial_abundances(scene, w)
        errors.append((yield from residuals(scene, w, h)).sum())
    return choices[0] if errors[0] < errors[1] else choices[1]


def _named(
    problem: Problem, result: Factorization, pixels: bool, free: NDArray[np.intp], chosen: Places
) -> Factorization:
    """Say which pixels, or which spectra of the library, the endmembers are."""
    r, library = problem.rank, problem.library
    if pixels:
        columns = np.full(r, -1, np.int64)
        columns[free] = chosen
        note = "" if library is None else "The library was left aside, as asked."
        return replace(result, columns=columns, note=note)
    assert library is not None
    names = [""] * r
    for k, atom in zip(free, chosen, strict=True):
        names[k] = library.names[atom]
    return replace(result, names=tuple(names))
