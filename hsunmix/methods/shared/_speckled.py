"""Nonnegative factors of a matrix some of whose entries are held out, and how well they predict these.

A factorization with more components always fits the entries that it sees better; those that it doesn't see
only as long as the components are really there.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.threads import single_threaded_blas

__all__ = ["held_out_errors", "pays"]

Array = NDArray[np.float64]

HELD_OUT = 0.1  # of the entries
MAX_ROUNDS = 120  # of alternation for each number of components, which begins where the one before ended
SETTLED = 1e-3  # of the error: where a round gains less, it has converged
NUMBERS, WORK = 1_000_000, 200_000_000  # that are kept, and products that are made, at once: 0.05 s
SWEEPS = 3  # over the components of one factor
TINY = 1e-12
CLEARLY = 0.02  # by which a further component must lower the error to be there for sure


def held_out_errors(x: Array, first: int, last: int, seed: int = 0) -> Generator[None, float | None, Array]:
    """Root mean square error of the entries held out, for each number of components from first to last.

    Parameters
    ----------
    x : array, (bands, pixels)
        Not negative.
    first, last : int
    seed : int
        Of the choice of entries, which are the same for all numbers.
    """
    rng = np.random.default_rng(seed)
    seen = rng.random(x.shape) >= HELD_OUT
    if seen.all():  # few entries
        seen.flat[rng.integers(seen.size)] = False
    mean = (x * seen).sum(axis=1, keepdims=True) / np.maximum(seen.sum(axis=1, keepdims=True), 1)
    filled = np.where(seen, x, mean)
    w = filled[:, list(_purest(filled, first))].copy()
    h = np.full((first, x.shape[1]), 1 / first)
    errors = []
    for k in range(first, last + 1):
        if k > first:
            w, h = _one_more(x, seen, w, h)
        before = np.inf
        for _ in range(MAX_ROUNDS):
            yield None
            h = (yield from _improved(x.T, seen.T, w, h.T)).T
            w = yield from _improved(x, seen, h.T, w)
            with single_threaded_blas():
                left = float(np.square((x - w @ h) * seen).sum())
            if left >= (1 - SETTLED) * before:
                break
            before = left
        with single_threaded_blas():
            errors.append(float(np.sqrt(np.square(x - w @ h)[~seen].mean())))
    return np.array(errors)


def pays(errors: Array) -> tuple[int, int]:
    """Return how many components are there for sure, and with how many the error is least."""
    gains = 1 - errors[1:] / np.maximum(errors[:-1], TINY)
    best = 1 + int(errors.argmin())
    clear = np.flatnonzero(gains[: best - 1] >= CLEARLY)
    return (2 + int(clear[-1]) if len(clear) else 1), best


def _purest(x: Array, count: int) -> Iterator[int]:
    """Pixels that are farthest from the span of those before."""
    rest = x.copy()
    for _ in range(count):
        norms = np.square(rest).sum(axis=0)
        k = int(norms.argmax())
        yield k
        unit = rest[:, k] / np.sqrt(max(norms[k], TINY))
        rest -= np.outer(unit, unit @ rest)


@single_threaded_blas()
def _one_more(x: Array, seen: NDArray[np.bool_], w: Array, h: Array) -> tuple[Array, Array]:
    """Begin a further component with the pixels that are explained worst, all of them alike."""
    rest = np.where(seen, x - w @ h, 0.0)
    _, vectors = np.linalg.eigh(rest @ rest.T)
    along = vectors[:, -1] @ rest
    k = int(np.abs(along).argmax())
    near = np.argsort(-along * np.sign(along[k]))[: max(3, x.shape[1] // 200)]
    spectrum = (x[:, near] * seen[:, near]).sum(axis=1) / np.maximum(seen[:, near].sum(axis=1), 1)
    return np.column_stack([w, spectrum]), np.vstack([h, np.full(x.shape[1], 0.05)])


def _improved(
    x: Array, seen: NDArray[np.bool_], basis: Array, factor: Array
) -> Generator[None, float | None, Array]:
    """Coordinate descent on rows of ``factor`` with x ≈ factor basisᵀ over the entries seen.

    Parameters
    ----------
    x, seen : array, (n, m)
    basis : array, (m, k)
    factor : array, (n, k)
    """
    (n, m), k = x.shape, basis.shape[1]
    rows = min(n, max(1, NUMBERS // k**2))
    columns = max(1, WORK // (rows * k**2))
    improved = factor.copy()
    for some in (slice(i, i + rows) for i in range(0, n, rows)):
        own = improved[some]
        g, c = np.zeros((len(own), k, k)), np.zeros((len(own), k))
        for part in (slice(j, j + columns) for j in range(0, m, columns)):
            if some.start or part.start:
                yield None
            _add_products(x[some, part], seen[some, part], basis[part], g, c)
        for _ in range(SWEEPS):
            for j in range(k):
                slope = np.einsum("nk,nk->n", g[:, j], own) - c[:, j]
                own[:, j] = np.maximum(own[:, j] - slope / np.maximum(g[:, j, j], TINY), 0)
    return improved


@single_threaded_blas()
def _add_products(x: Array, seen: NDArray[np.bool_], basis: Array, g: Array, c: Array) -> None:
    """Add what rows see of the products of the basis' columns, (n, k, k), and those with x, (n, k)."""
    pairs = (basis[:, :, None] * basis[:, None, :]).reshape(len(basis), -1)
    g += (seen.astype(np.float64) @ pairs).reshape(g.shape)
    c += (x * seen) @ basis
