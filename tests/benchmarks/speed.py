"""Speed as ratios of one run, one thread each, after compilation. Prints Markdown.

    python -m tests.benchmarks.speed [--small]

Floors and peers: one read of the scene from memory; scikit-learn's coordinate descent from the
same start; scipy.optimize.nnls and quadprog pixel by pixel. Every figure is the least of several
runs, and a peer's is taken next to ours, because the machines are noisy.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import quadprog
from numba import njit
from scipy.optimize import nnls
from threadpoolctl import threadpool_limits

from hsunmix.engine.loading import from_array
from hsunmix.engine.scene import Scene
from hsunmix.engine.threads import set_threads
from hsunmix.kernels._products import add_x_ht, wt_x
from hsunmix.methods import Problem, get
from hsunmix.methods.factorization import hals
from hsunmix.methods.factorization._hals_loop import Loop
from hsunmix.methods.factorization._initial import initial_abundances
from hsunmix.methods.running import pipeline
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from hsunmix.parameters import make
from tests.benchmarks.scenes import Array, real, urban_size


@njit(nogil=True, fastmath=True)
def _sum(values):  # type: ignore[no-untyped-def]
    total = np.float32(0)
    for i in range(values.shape[0]):
        total += values[i]
    return total


@njit(nogil=True)
def _products(tile, wt, h, times):  # type: ignore[no-untyped-def]
    """The arithmetic of a sweep of hals but for the sweeps on H, on a tile that stays in the cache."""
    right, sums = np.empty_like(h), np.zeros((tile.shape[0], h.shape[0]))
    for _ in range(times):
        wt_x(wt, tile, right)
        add_x_ht(tile, h, sums)


def least(work: Callable[[], Any], runs: int = 5) -> float:
    """Seconds of the fastest of some runs, the first of which isn't counted."""
    return least_of([work], runs)[0]


def least_of(works: Sequence[Callable[[], Any]], runs: int) -> list[float]:
    """Fastest of some runs of each, taken in turns: what slows the machine down slows all of them."""
    best = [np.inf] * len(works)
    for turn in range(runs + 1):
        for k, work in enumerate(works):
            began = time.perf_counter()
            work()
            if turn:
                best[k] = min(best[k], time.perf_counter() - began)
    return best


def row(scene: str, work: str, ours: float, theirs: float, unit: str, ask: str) -> None:
    ratio = theirs / ours if unit == "×" else ours / theirs
    print(
        f"| {scene} | {work} | {1e3 * ours:.2f} | {1e3 * theirs:.2f} | {ratio:.1f} {unit} | {ask} |",
        flush=True,
    )


def reads(name: str, scene: Scene, w: np.ndarray) -> None:
    """Passes against one read of the scene from memory."""
    flat = scene.tiles.reshape(-1)
    rank = w.shape[1]
    spa = get("spa")
    loop = finish(Loop.begin(scene, w, (), True))
    tile, wt = scene.tiles[0], np.ascontiguousarray(w.T, dtype=np.float32)
    floor, products, extraction, sweep = least_of(
        [
            lambda: _sum(flat),
            lambda: _products(tile, wt, loop.h.values[0], len(scene.tiles)),
            lambda: finish(spa.run(Problem(scene, rank), spa.params())),
            lambda: finish(loop.iterate()),
        ],
        25,
    )
    row(name, f"spa against {rank} reads", extraction, rank * floor, "reads", "≤ 3")
    row(name, "one hals sweep against one read", sweep, floor, "reads", "≤ 2.5")
    row(name, "its products in the cache, against that read", products, floor, "reads", "")


def abundances(name: str, x: Array, scene: Scene, w: np.ndarray, sample: int) -> None:
    """Exact solvers against others', a pixel at a time."""
    pick = np.linspace(0, x.shape[1] - 1, min(sample, x.shape[1])).astype(int)
    pixels = np.ascontiguousarray(x[:, pick].T, dtype=np.float64)
    rank = w.shape[1]
    g, constraints = w.T @ w, np.hstack([np.ones((rank, 1)), np.eye(rank)])
    bounds = np.r_[1.0, np.zeros(rank)]
    peers: dict[str, tuple[str, Callable[[], Any], str]] = {
        "nnls": ("scipy.optimize.nnls", lambda: [nnls(w, v) for v in pixels], "≥ 30"),
        "fcls": (
            "quadprog",
            lambda: [quadprog.solve_qp(g, w.T @ v, constraints, bounds, 1) for v in pixels],
            "≥ 60",
        ),
    }
    for method, (peer, work, ask) in peers.items():
        chosen = get(method)
        ours = least(lambda chosen=chosen: finish(chosen.run(scene, w, chosen.params())))
        row(name, f"{method} against {peer}", ours, least(work, 3) * x.shape[1] / len(pick), "×", ask)


def factorization(name: str, x: Array, scene: Scene, w: np.ndarray, iterations: int = 200) -> None:
    """Time of hals to the error that scikit-learn's cd has after some iterations, same start."""
    from sklearn.decomposition import NMF

    rank = w.shape[1]
    h0 = scene.spread(finish(initial_abundances(scene, w))).astype(np.float32)
    peer = NMF(rank, init="custom", solver="cd", tol=0, max_iter=iterations)
    data = np.ascontiguousarray(x.T)
    began = time.perf_counter()
    h = peer.fit_transform(data, W=np.ascontiguousarray(h0.T), H=np.ascontiguousarray(w.T.astype(np.float32)))
    theirs = time.perf_counter() - began
    target = np.linalg.norm(data - h @ peer.components_) / np.linalg.norm(data)
    params = hals.Params(max_iterations=300, tolerance=0)
    ours = np.inf
    for _ in range(3):
        history = finish(hals.run(Problem(scene, rank, start=w), params)).history
        ours = min(ours, history[np.argmax(history[:, 1] <= target), 0])
    ask = {"Urban-size": "≥ 30", "Jasper": "≥ 15"}.get(name, "")
    row(name, f"hals to cd's {100 * target:.3f} % after {iterations}", ours, theirs, "×", ask)


def kullback(name: str, x: Array, scene: Scene, w: np.ndarray, iterations: int = 40) -> None:
    """An iteration of mu with the Kullback-Leibler loss against scikit-learn's."""
    from sklearn.decomposition import NMF

    rank = w.shape[1]
    h0 = np.maximum(scene.spread(finish(initial_abundances(scene, w))).astype(np.float32), 1e-3)
    data = np.ascontiguousarray(x.T)
    peer = NMF(rank, init="custom", solver="mu", beta_loss="kullback-leibler", tol=0, max_iter=iterations)
    start = np.maximum(w, 1e-6)
    first, second = np.ascontiguousarray(h0.T), np.ascontiguousarray(start.T, dtype=np.float32)
    mu = get("mu")
    params = make(mu.params, {"loss": "kl", "max_iterations": iterations, "tolerance": 0.0})
    ours = np.inf

    def run() -> None:
        nonlocal ours
        history = finish(mu.run(Problem(scene, rank, start=start), params)).history
        ours = min(ours, float(np.median(np.diff(history[:, 0]))))

    def run_peer() -> None:
        peer.fit_transform(data, W=first.copy(), H=second.copy())

    _, theirs = least_of([run, run_peer], 3)
    row(name, "an iteration of mu-kl", ours, theirs / iterations, "×", "≥ 4")


def optional_peers(name: str, x: Array, scene: Scene, w: np.ndarray) -> None:
    """Peers that aren't among the project's requirements, where they are installed."""
    rank = w.shape[1]
    pick = np.linspace(0, x.shape[1] - 1, min(100, x.shape[1])).astype(int)
    data = x.astype(np.float64)
    try:
        import cvxopt  # noqa: F401 - pysptools needs it and doesn't say so
        from pysptools.abundance_maps.amaps import FCLS
    except ImportError:
        print("pysptools and cvxopt are not installed", file=sys.stderr)
    else:
        fcls = get("fcls")
        ours = least(lambda: finish(fcls.run(scene, w, fcls.params())))
        pixels, spectra = np.ascontiguousarray(data[:, pick].T), np.ascontiguousarray(w.T)
        theirs = least(lambda: FCLS(pixels, spectra), 1) * x.shape[1] / len(pick)
        row(name, "fcls against pysptools", ours, theirs, "×", "≥ 1000")
    try:
        from mcrnmf.models import SNPA
    except ImportError:
        print("mcrnmf is not installed", file=sys.stderr)
    else:
        snpa, nnls_ = get("snpa"), get("nnls")

        def both() -> None:
            found = finish(snpa.run(Problem(scene, rank), snpa.params()))
            finish(nnls_.run(scene, found.endmembers, nnls_.params()))

        row(
            name,
            "snpa and nnls against mcrnmf",
            least(both),
            least(lambda: SNPA(rank).fit(data), 1),
            "×",
            "≥ 50",
        )


def threads(name: str, scene: Scene, w: np.ndarray) -> None:
    """Two threads against one."""
    loop = finish(Loop.begin(scene, w, (), True))
    spa, rank = get("spa"), w.shape[1]
    work: dict[str, Callable[[], Any]] = {
        "one hals sweep": lambda: finish(loop.iterate()),
        "spa": lambda: finish(spa.run(Problem(scene, rank), spa.params())),
    }
    for method in ("nnls", "fcls"):
        chosen = get(method)
        work[method] = lambda chosen=chosen: finish(chosen.run(scene, w, chosen.params()))
    for what, run in work.items():

        def two(run: Callable[[], Any] = run) -> None:
            with set_threads(2):
                run()

        alone, together = least_of([run, two], 25)
        row(name, f"{what}, two threads against one", together, alone, "×", "≥ 1.6")


def automatic(rank: int = 6) -> None:
    """The automatic method with its abundances, all threads, on a hundred thousand pixels."""
    scene = from_array(urban_size(250, 400))
    seconds = least(lambda: finish(pipeline.unmix(scene, pipeline.Request(Choice("auto"), rank))), 2)
    print(f"| 100,000 pixels | auto, r = {rank} | {1000 * seconds:.0f} | | {seconds:.1f} s | ≤ 5 s |")


def main() -> None:
    small = "--small" in sys.argv
    scenes = [*real(), ("Urban-size", urban_size(77, 77) if small else urban_size(), 6)]
    print("| scene | work | hsunmix, ms | other, ms | ratio | ask |\n|---|---|---|---|---|---|")
    with set_threads(1), threadpool_limits(limits=1):
        for name, x, rank in scenes:
            scene = from_array(x)
            spa = get("spa")
            w = finish(spa.run(Problem(scene, rank), spa.params())).endmembers
            if name == "Urban-size":
                reads(name, scene, w)
            abundances(name, x, scene, w, 2000)
            factorization(name, x, scene, w)
            kullback(name, x, scene, w)
            optional_peers(name, x, scene, w)
            if name == "Urban-size":
                threads(name, scene, w)
    automatic()


if __name__ == "__main__":
    main()
