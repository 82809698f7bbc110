"""Self dictionary by linear optimization: the few candidates whose mixtures come nearest to all others.

Problem: minimize the error ‖m_j − M x_j‖₁ with tr X = r over 0 ≤ X, x_ii ≤ 1, w_i x_ij ≤ w_j x_ii; the
diagonal of X says which columns of M are needed. ``robust`` (Gillis and Luce) takes w_j = ‖m_j‖₁, so
that brightness does not matter, and the sum of the errors, each as often as its cluster has
pixels; ``hottopixx`` (Bittorf et al.) scales columns to sum one, w = 1, and the largest error.
Both papers minimize p · diag(X) under a given noise level; r is given here, so the trace is, and
the noise level is what comes out.
Method: one linear program by HiGHS on the centres of clusters that h2nmf finds, in the first r + 5
directions; of the 2r candidates with the largest diagonal those r are taken, by exchanges, that
explain all candidates best.
Cost: n² variables and as many constraints for n candidates: a second for 60, much more for 200.
Guarantee: with all pixels as candidates and no noise, the vertices of a separable scene. When it is
cancelled, HiGHS itself ends in the background, after ``seconds`` at the latest.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from typing import Annotated, Any, Literal

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.threads import single_threaded_blas
from hsunmix.errors import InputError
from hsunmix.methods.extraction._options import Options
from hsunmix.methods.extraction._selection import Candidates, selecting
from hsunmix.model.progress import Step

__all__ = ["MOMENTS", "NUMBERS", "READS", "REFERENCE", "TITLE", "Params", "run"]

MOMENTS = True
NUMBERS = (272, 8)
READS = (2, 0)
TITLE = "Self dictionary by linear optimization (LP)"
REFERENCE = (
    "Gillis and Luce, Journal of Machine Learning Research 15 (2014); "
    "Bittorf, Recht, Ré and Tropp, NIPS (2012), for hottopixx"
)

Array = NDArray[np.float64]

EXTRA_DIRECTIONS = 5
WAIT = 0.05  # seconds between two yields


class Params(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of lp."""

    candidates: Annotated[
        int, Meta(ge=10, le=300, description="Choose among so many pixels, centres of clusters")
    ] = 60
    model: Annotated[
        Literal["robust", "hottopixx"],
        Meta(description="Sum of errors, brightness free; or the largest error of normalized spectra"),
    ] = "robust"
    seconds: Annotated[
        float, Meta(ge=1, le=3600, description="Give up when the solver needs longer than this")
    ] = 60.0


def _diagonal(given: Candidates, rank: int, params: Params) -> Generator[Step | None, None, Array]:
    """Weigh the candidates by the diagonal of X."""
    m = given.spectra[:, : len(given.sizes)]
    sums = np.maximum(m.sum(axis=0), 1e-12 * m.max())
    if params.model == "hottopixx":
        m, w, sizes = m / sums, np.ones(m.shape[1]), None
    else:
        m, w, sizes = m / m.max(), sums / sums.mean(), given.sizes / given.sizes.max()
    with single_threaded_blas():  # waking its threads takes longer than the work
        left, s, _ = np.linalg.svd(m * np.sqrt(given.sizes), full_matrices=False)
    z = left[:, s > 1e-9 * s[0]][:, : rank + EXTRA_DIRECTIONS].T @ m
    yield Step(message=f"Linear program with {m.shape[1]} candidates")
    solved: list[Any] = []
    # A daemon, so that leaving the program does not wait for a solver that nobody waits for.
    solver = threading.Thread(target=_solve, args=(z, w, sizes, rank, params.seconds, solved), daemon=True)
    solver.start()
    while solver.is_alive():
        solver.join(WAIT)
        yield None
    if isinstance(solved[0], BaseException):
        raise solved[0]
    solution = solved[0].x
    if solution is None:
        raise InputError(f"the linear program took more than {params.seconds:g} s; use fewer candidates")
    n = m.shape[1]
    return np.asarray(solution[: n * n : n + 1], dtype=np.float64)


def _program(z: Array, w: Array, sizes: Array | None, rank: int) -> dict[str, Any]:
    """Write the problem for linprog: X by columns, then the errors' two signs, then their largest.

    ``sizes`` None: the largest error counts, not the sum.
    """
    from scipy import sparse

    d, n = z.shape
    e = d * n
    largest = sizes is None
    i, j = np.nonzero(~np.eye(n, dtype=bool))
    k = np.arange(len(i))
    ratio = sparse.coo_array(
        (
            np.concatenate([np.ones(len(k)), -w[j] / w[i]]),
            (np.tile(k, 2), np.concatenate([j * n + i, i * n + i])),
        ),
        shape=(len(k), n * n + 2 * e + largest),
    )
    error = sparse.hstack(
        [
            sparse.kron(sparse.eye_array(n), z),
            sparse.eye_array(e),
            -sparse.eye_array(e),
            sparse.coo_array((e, int(largest))),
        ]
    )
    trace = np.zeros((1, error.shape[1]))
    trace[0, : n * n : n + 1] = 1
    cost, upper = np.zeros(error.shape[1]), np.full(error.shape[1], np.inf)
    upper[: n * n : n + 1] = 1
    above = [ratio]
    if sizes is None:
        cost[-1] = 1
        sums = sparse.kron(sparse.eye_array(n), np.ones((1, d)))
        above.append(sparse.hstack([sparse.coo_array((n, n * n)), sums, sums, -np.ones((n, 1))]))
    else:
        cost[n * n :] = np.tile(np.repeat(sizes, d), 2)
    limits = sparse.vstack(above).tocsr()
    return {
        "c": cost,
        "A_ub": limits,
        "b_ub": np.zeros(limits.shape[0]),
        "A_eq": sparse.vstack([error, sparse.coo_array(trace)]).tocsr(),
        "b_eq": np.concatenate([z.T.ravel(), [min(rank, n)]]),
        "bounds": np.column_stack([np.zeros(len(cost)), upper]),
    }


def _solve(z: Array, w: Array, sizes: Array | None, rank: int, seconds: float, solved: list[Any]) -> None:
    """Append linprog's answer, or the error that it raised."""
    from scipy.optimize import linprog

    try:
        program = _program(z, w, sizes, rank)
        solved.append(linprog(**program, method="highs-ds", options={"time_limit": seconds}))
    except BaseException as error:
        solved.append(error)


run = selecting(_diagonal)
