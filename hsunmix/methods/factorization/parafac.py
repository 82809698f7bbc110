"""Nonnegative PARAFAC of a stack of cubes: one spectrum, one map and one amount in each cube per material.

Problem: minimize Σ_n ‖X_n − A diag(s_n) H‖²_F over A ≥ 0, s_n ≥ 0, H ≥ 0, where X_1 … X_N are cubes of the
same ground with the same bands (dates, angles), A are the spectra, H the maps, and s_n how much of each
endmember is in cube n. It is NMF of the stacked cubes whose endmembers are products: in cube n, the spectrum
times its amount there. The spectra of the result have the bands of all cubes, one cube behind the other.
Update: the rows of H are swept on tiles of pixels as by hals; X Hᵀ and H Hᵀ then hold all that the small
factors need, and A and the amounts are swept in turn. It starts with products that are nearest to the spectra
that ``init`` finds in the stack.
Cost: one read of X and 4 · bands · pixels · r operations an iteration, with the bands of all cubes.
Guarantee: the error never rises. Other than NMF's the factors are unique, but for scale and order, under mild
conditions (Kruskal), without pure pixels: if amounts change differently from cube to cube. Of materials
whose amounts change alike it finds mixtures; and shadows that move, or shapes that change, are no product.
Of a single cube it is plain NMF.
"""

from __future__ import annotations

from collections.abc import Generator
from time import perf_counter

from hsunmix.methods import Factorization, Problem
from hsunmix.methods.factorization._initial import initial_spectra
from hsunmix.methods.factorization._tensor import Fold, TensorSteps, amounts_note
from hsunmix.methods.factorization._two_block import Common, Factors, descend
from hsunmix.model.progress import Step

__all__ = ["MONOTONE_LOSS", "REFERENCE", "STARTS_FROM_SPECTRA", "TITLE", "Params", "run"]

TITLE = "Stacks of cubes (nonnegative PARAFAC)"
REFERENCE = (
    "Carroll and Chang, Psychometrika 35 (1970); Cichocki and Phan, IEICE Trans. Fundamentals E92-A (2009); "
    "Veganzones, Cohen, Cabral Farias, Chanussot and Comon, IEEE TGRS 54 (2016), for hyperspectral stacks"
)
STARTS_FROM_SPECTRA = True
MONOTONE_LOSS = True


class Params(Common, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of parafac."""


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize the stack."""
    began, scene = perf_counter(), problem.scene
    given = yield from initial_spectra(problem, params.init)
    steps = TensorSteps(Fold(scene), given)
    w, locked = steps.w, list(problem.locked)
    w[:, locked] = given[:, locked]
    h = yield from steps.fit(scene, w)
    factors = Factors(scene, w, h, problem.locked, steps)
    yield from factors.measure()
    best, history, converged = yield from descend(factors, params, began)
    h = yield from steps.fit(scene, best)
    note = " ".join(filter(None, [factors.note, amounts_note(steps.fold.split(best.T)[1])]))
    return Factorization(best, h, history, converged, note=note)
