"""What lies between a matrix in Python and its abundances or spectra, as ratios of one run. Prints Markdown.

    python -m tests.benchmarks.front_door [--small] [tiles|sweep|hals|abundances …]

One thread each, after compilation, taken in turns: every figure is the least of several. "Wall" is time
by the clock, "processor" what the thread was given of it, which says more where others use the machine. For
a processor without AVX-512, set NUMBA_CPU_NAME and NUMBA_CPU_FEATURES before.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import quadprog
from numba.core import config
from scipy.optimize import nnls
from threadpoolctl import threadpool_limits

import hsunmix
from hsunmix.engine.loading import from_array
from hsunmix.engine.threads import set_threads
from hsunmix.kernels._vectors import WIDE
from hsunmix.methods import Problem, get
from hsunmix.methods.factorization import hals
from hsunmix.methods.factorization._hals_loop import Loop
from hsunmix.methods.factorization._initial import initial_abundances
from hsunmix.model.progress import finish
from tests.benchmarks.scenes import Array, urban_size
from tests.benchmarks.speed import _sum

RUNS = 15
Work = Callable[[], Any]


def least_of(works: Sequence[Work], runs: int = RUNS) -> list[tuple[float, float]]:
    """Least seconds by the clock, and of this thread, of some runs of each; the first isn't counted."""
    best = [(np.inf, np.inf)] * len(works)
    for turn in range(runs + 1):
        for k, work in enumerate(works):
            wall, own = time.perf_counter(), time.thread_time()
            work()
            took = time.perf_counter() - wall, time.thread_time() - own
            if turn:
                best[k] = min(best[k][0], took[0]), min(best[k][1], took[1])
    return best


def row(what: str, ours: Sequence[float], theirs: Sequence[float], unit: str, ask: str) -> None:
    """Print one comparison; of reads and copies ours over theirs, else theirs over ours."""
    ratios = [b / a if unit == "×" else a / b for a, b in zip(ours, theirs, strict=True)]
    times = " | ".join(f"{1e3 * a:.1f} : {1e3 * b:.1f}" for a, b in zip(ours, theirs, strict=True))
    print(f"| {what} | {times} | {ratios[0]:.2f} | {ratios[1]:.2f} | {unit} | {ask} |", flush=True)


def matrices(x: Array, folder: Path) -> Iterator[tuple[str, np.ndarray, Work]]:
    """The same matrix as it may lie, and NumPy's copy in the other order, float32."""
    for kind in (np.float32, np.float64):
        for order in ("C", "F"):
            one = np.array(x, kind, order=order)
            yield f"{one.dtype}, {order}", one, _other_order(one)
    mapped = np.memmap(folder / "x", np.float32, "w+", shape=x.shape)
    mapped[:] = x
    mapped.flush()
    mapped = np.memmap(folder / "x", np.float32, "r", shape=x.shape)
    yield "float32, mapped", mapped, _other_order(mapped)


def _other_order(one: np.ndarray) -> Work:
    return lambda: one.astype(np.float32, order="F" if one.flags.c_contiguous else "C")


def tiles(x: Array) -> None:
    """A matrix into tiles."""
    with tempfile.TemporaryDirectory() as folder:
        for name, one, copy in matrices(x, Path(folder)):
            ours, theirs = least_of([lambda one=one: from_array(one), copy])  # type: ignore[misc]
            row(f"into tiles, {name}, against NumPy's transposed copy", ours, theirs, "copies", "≤ 1.2")


def sweep(x: Array, rank: int = 6) -> None:
    """A sweep of hals against one read of the scene."""
    scene, spa = from_array(x), get("spa")
    w = finish(spa.run(Problem(scene, rank), spa.params())).endmembers
    loop, flat = finish(Loop.begin(scene, w, (), True)), scene.tiles.reshape(-1)
    ours, theirs = least_of([lambda: finish(loop.iterate()), lambda: _sum(flat)], 2 * RUNS)
    row(f"a sweep of hals, r = {rank}, {'AVX-512' if WIDE else 'AVX2'}", ours, theirs, "reads", "≤ 2.5")


def to_error(x: Array, rank: int, iterations: int = 200) -> None:
    """Time of hals to the error that scikit-learn's cd has after some iterations, from the same start."""
    from sklearn.decomposition import NMF

    scene, spa = from_array(x), get("spa")
    w = finish(spa.run(Problem(scene, rank), spa.params())).endmembers
    h0 = scene.spread(finish(initial_abundances(scene, w))).astype(np.float32)
    data, first = np.ascontiguousarray(x.T), np.ascontiguousarray(h0.T)
    start = np.ascontiguousarray(w.T.astype(np.float32))
    peer = NMF(rank, init="custom", solver="cd", tol=0, max_iter=iterations)
    h = peer.fit_transform(data, W=first.copy(), H=start.copy())
    target = np.linalg.norm(data - h @ peer.components_) / np.linalg.norm(data)

    def ours() -> None:
        work = hals.run(Problem(scene, rank, start=w), hals.Params(max_iterations=1000, tolerance=0))
        for step in work:
            if step is not None and step.fraction > 0 and (step.relative_error or 1) <= target:
                break
        work.close()

    mine, theirs = least_of([ours, lambda: peer.fit_transform(data, W=first.copy(), H=start.copy())], 3)
    what = f"hals, {len(x)} × {x.shape[1]}, r = {rank}, to cd's {100 * target:.3f} % after {iterations}"
    row(what, mine, theirs, "×", "≥ 30")


def abundances(x: Array, rank: int = 6, sample: int = 1000) -> None:
    """Whole calls from Python against others a pixel at a time."""
    w = np.asarray(hsunmix.unmix(x[:, ::10], "spa", rank=rank).endmembers, dtype=np.float64)
    pick = np.linspace(0, x.shape[1] - 1, sample).astype(int)
    pixels = np.ascontiguousarray(x[:, pick].T, dtype=np.float64)
    g, limits = w.T @ w, np.hstack([np.ones((rank, 1)), np.eye(rank)])
    bounds = np.r_[1.0, np.zeros(rank)]
    works: list[Work] = [
        lambda: hsunmix.abundances(x, w, "fcls"),
        lambda: [quadprog.solve_qp(g, w.T @ v, limits, bounds, 1) for v in pixels],
        lambda: hsunmix.abundances(x, w, "nnls"),
        lambda: [nnls(w, v) for v in pixels],
    ]
    fcls, by_quadprog, ours, by_scipy = (np.array(one) for one in least_of(works))
    share = x.shape[1] / sample
    row("hsunmix.abundances, fcls, against quadprog", fcls, share * by_quadprog, "×", "≥ 100")
    row("hsunmix.abundances, nnls, against scipy", ours, share * by_scipy, "×", "≥ 60")


def main() -> None:
    """Print what is asked for; all by default."""
    asked = [one for one in sys.argv[1:] if one != "--small"]
    small = "--small" in sys.argv
    x, wide = urban_size(77, 77) if small else urban_size(), urban_size(50 if small else 150, 200, 224, 12)
    print(f"{config.CPU_NAME or 'this processor'}: {x.shape[0]} × {x.shape[1]}\n")
    print("| work | wall, ms | processor, ms | ratio by wall | by processor | | ask |")
    print("|---|---|---|---|---|---|---|")
    parts: dict[str, Work] = {
        "tiles": lambda: tiles(x),
        "sweep": lambda: (sweep(x), sweep(wide, 12)),
        "hals": lambda: to_error(wide, 12),
        "abundances": lambda: abundances(x),
    }
    with set_threads(1), threadpool_limits(limits=1):
        for name, part in parts.items():
            if not asked or name in asked:
                part()


if __name__ == "__main__":
    main()
