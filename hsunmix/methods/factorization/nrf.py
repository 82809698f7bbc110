"""Exact nonnegative factorization (NRF): X = W H without a rest, or the word that r is too small.

Problem: find W ≥ 0 and H ≥ 0 with r inner dimensions so that ‖X − W H‖_F ≤ ``accuracy`` · ‖X‖_F.
Method: in this order: r columns whose cone holds all others (a separable scene, by SPA); singular values,
which say that r is too small where more than r of them matter; r rows whose cone holds all others, as where
X has a monomial submatrix of r rows and columns; then heuristics: of ``starts`` random starts of HALS the
best quarter goes on four times as long, again and again. Where nothing is found the result is that of spa.
Cost: r reads of X for the first, one for the second; rows and heuristics work on a copy in double precision,
and only on matrices of up to two million values.
Guarantee: what it calls exact is; "too few" is certain where the rank says so. That no start led to an exact
factorization proves nothing: the nonnegative rank is hard to compute.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from time import perf_counter
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, gram, norms_squared, residuals
from hsunmix.engine.scene import Scene
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods import Extraction, Factorization, Problem, get
from hsunmix.methods.factorization._exact import exact_spectra
from hsunmix.methods.factorization._initial import initial_abundances
from hsunmix.methods.shared.units import scaled_to_sum_one
from hsunmix.model.progress import Step
from hsunmix.parameters import make

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

TITLE = "Exact nonnegative rank factorization (NRF)"
REFERENCE = (
    "Campbell and Poole, Linear Algebra and its Applications 35 (1981); Gillis and Vavasis, IEEE TPAMI 36 "
    "(2014); Vandaele, Gillis, Glineur and Tuyttens, Journal of Global Optimization 65 (2016), for heuristics"
)

MAX_VALUES = 2_000_000  # that rows and heuristics look at
FIRST, LONGER, KEPT = 100, 4, 0.25  # iterations of a start; how much longer, and how many, in the next round
MAX_ITERATIONS = 50_000  # of the last ones
SWEEPS, DELTA = 4, 0.0
AT_ONCE = 25  # iterations between two yields
STUCK = 1e-3  # share by which an error must fall in a round to go on

RANK_LOST = 1e-13  # of the longest row: float32 data are no better
PIXELS = "every endmember is a pixel"

Array = NDArray[np.float64]
Columns = NDArray[np.int64]


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of nrf."""

    accuracy: Annotated[
        float, Meta(ge=1e-7, le=0.1, description="Relative error up to which a factorization is exact")
    ] = 1e-6
    starts: Annotated[int, Meta(ge=0, le=10_000, description="Random starts of the heuristics")] = 256


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize the scene."""
    began, scene, rank = perf_counter(), problem.scene, problem.rank
    spa = get("spa", "extraction")
    found = yield from spa.run(problem, spa.params())
    w, columns, how = found.endmembers, found.columns, PIXELS
    error, h = yield from _error(scene, w)
    if error > params.accuracy:
        columns, needed = None, (yield from _needed(scene, params.accuracy))
        if needed > rank:
            return (yield from _inexact(problem, found, f"its rank is {needed}, so {rank} are too few"))
        if scene.n_pixels * scene.n_bands > MAX_VALUES:
            large = "no pixels explain all others, and it is too large for a search"
            return (yield from _inexact(problem, found, large))
        x = np.maximum(scene.columns(np.arange(scene.n_pixels)), 0)
        better, columns, how = yield from _searched(x, rank, params, problem.seed)
        if columns is not None:
            better = x[:, columns]
        if better is not None:
            error, h = yield from _error(scene, better)
            w = better
        if better is None or error > 2 * params.accuracy:
            few = f"none of {params.starts} starts led to one, so {rank} endmembers may be too few"
            return (yield from _inexact(problem, found, few))
    history = np.array([(perf_counter() - began, error)])
    fewer = "" if w.shape[1] == rank else f" The scene has only {w.shape[1]} independent spectra."
    note = f"Exact factorization: {how}.{fewer}"
    return (yield from _scaled(problem, Factorization(w, h, history, True, columns, note=note)))


def _error(scene: Scene, w: Array):  # type: ignore[no-untyped-def]
    """Return the relative error of spectra with exact abundances, and these."""
    h = yield from initial_abundances(scene, w)
    rest = (yield from residuals(scene, w, h)).sum()
    whole = (yield from norms_squared(scene)).sum()
    return float(np.sqrt(rest / whole)) if whole > 0 else 0.0, h


def _needed(scene: Scene, tolerance: float) -> Generator[Step | None, None, int]:
    """Return how many singular vectors explain the scene as well as is asked for; no fewer endmembers can."""
    product, _ = yield from gram(scene)
    values = np.maximum(np.linalg.eigvalsh(product)[::-1], 0)
    left = np.append(np.cumsum(values[::-1])[::-1], 0)
    # Float32 data and sums in double precision: nothing below is told from rounding.
    return int(np.argmax(left <= max(tolerance**2, 1e-13) * left[0]))


def _inexact(problem: Problem, found: Extraction, why: str) -> Generator[Step | None, None, Factorization]:
    """Return the pixels of spa, and say why that isn't exact; where there are too few the result of hals."""
    note = f"No exact factorization was found: {why}. This is the result of"
    if found.endmembers.shape[1] == problem.rank:
        error, h = yield from _error(problem.scene, found.endmembers)
        history = np.array([(0.0, error)])
        return Factorization(
            found.endmembers, h, history, False, found.columns, fixed_scale=True, note=f"{note} spa."
        )
    hals = get("hals", "factorization")
    result = yield from hals.run(
        replace(problem, start=None, locked=()), make(hals.params, {"init": "random"})
    )
    result = replace(result, converged=False, note=" ".join(filter(None, [f"{note} hals.", result.note])))
    return (yield from _scaled(problem, result))


def _scaled(problem: Problem, found: Factorization) -> Generator[Step | None, None, Factorization]:
    """Give spectra that are no pixels the scale at which abundances sum to one as nearly as can be."""
    if found.columns is not None:
        return replace(found, fixed_scale=True)
    scaled = yield from scaled_to_sum_one(problem.scene, found, ())
    # Locked spectra come in the places of some of these, whose scale is said of none then.
    return replace(scaled, fixed_scale=True, note=found.note if problem.locked else scaled.note)


def _searched(
    x: Array, rank: int, params: Params, seed: int
) -> Generator[Step | None, None, tuple[Array | None, Columns | None, str]]:
    """Return W of an exact factorization of a small matrix, or its columns in x, and how it was found."""
    largest = float(x.max()) or 1.0
    x = x / largest
    with single_threaded_blas():
        columns = _rays(x.T, rank, params.accuracy)
        if columns is not None:
            return None, columns, PIXELS
        yield None
        rows = _rays(x, rank, params.accuracy)
        if rows is not None:
            h = x[rows]
            return exact_spectra(h @ x.T, h @ h.T).T * largest, None, "every row of the abundances is a band"
        yield None
        w = yield from _by_starts(x, rank, params, np.random.default_rng(seed))
    return None if w is None else w * largest, None, "found by a random start"


def _rays(x: Array, rank: int, tolerance: float) -> Columns | None:
    """Return rows of x whose cone holds all others: successive projection of rows that sum to one."""
    sums = x.sum(axis=1)
    unit = x / np.where(sums > 0, sums, 1)[:, None]
    rest, chosen = unit, []
    for _ in range(rank):
        length = (rest**2).sum(axis=1)
        k = int(length.argmax())
        if length[k] <= RANK_LOST * (unit**2).sum(axis=1).max(initial=0):
            return None
        chosen.append(k)
        u = rest[k] / np.sqrt(length[k])
        rest = rest - np.outer(rest @ u, u)
    h = x[chosen]
    w = exact_spectra(h @ x.T, h @ h.T).T
    close = np.linalg.norm(x - w @ h) <= tolerance * np.linalg.norm(x)
    return np.array(chosen, np.int64) if close else None


def _by_starts(
    x: Array, rank: int, params: Params, rng: np.random.Generator
) -> Generator[Step | None, None, Array | None]:
    """Run HALS from random starts, the best of them longer and longer."""
    from hsunmix.kernels.hals import update_spectra

    yield compiling(update_spectra)
    whole = float(np.linalg.norm(x))
    pool = [(np.inf, _random(x, rank, rng)) for _ in range(params.starts)]
    iterations = FIRST
    while pool and iterations <= MAX_ITERATIONS:
        after = []
        for k, (before, factors) in enumerate(pool):
            error = yield from _hals(x, factors, iterations, params.accuracy * whole)
            if error <= params.accuracy * whole:
                return factors[0].T.copy()
            if error < before * (1 - STUCK):
                after.append((error, factors))
            yield Step(0.0, error / whole, message=f"Start {k + 1} of {len(pool)}, {iterations} iterations")
        after.sort(key=lambda one: one[0])
        pool, iterations = after[: max(1, round(KEPT * len(pool)))], LONGER * iterations
    return None


def _random(x: Array, rank: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return factors of random numbers, half of them zero, in the best common scale; rows are endmembers."""
    wt, h = (rng.random((rank, n)) * (rng.random((rank, n)) > 0.5) + 1e-3 for n in x.shape)
    product = wt.T @ h
    wt *= float((x * product).sum() / (product**2).sum())
    return wt, h


def _hals(
    x: Array, factors: tuple[Array, Array], iterations: int, enough: float
) -> Generator[Step | None, None, float]:
    """Improve both factors in place; return ‖X − WH‖."""
    from hsunmix.kernels.hals import update_spectra

    wt, h = factors
    free, error = np.ones(len(wt), dtype=bool), np.inf
    for k in range(iterations):
        update_spectra(h, wt @ x, wt @ wt.T, free, SWEEPS, DELTA, 0.0)
        update_spectra(wt, h @ x.T, h @ h.T, free, SWEEPS, DELTA, 0.0)
        if k % AT_ONCE == AT_ONCE - 1 or k == iterations - 1:
            error = float(np.linalg.norm(x - wt.T @ h))
            yield None
            if error <= enough:
                break
    return error
