"""Accelerated hierarchical alternating least squares: NMF by exact updates of one row at a time.

Problem: minimize ‖X − W H‖²_F over W ≥ 0, H ≥ 0.
Update: every row of H, then every column of W, is set to its optimum with the others fixed; each
side is swept several times before the other, because the products Wᵀ X and X Hᵀ cost far more
than a sweep. A tile of pixels does all its work while it is in the cache.
Cost: one read of X and 4 · bands · pixels · r operations an iteration.
Guarantee: the error never rises, and limit points are stationary. It depends on the start: NMF is
neither convex nor unique, and a lower error is not a better answer.
"""

from __future__ import annotations

from collections.abc import Generator
from itertools import pairwise
from time import perf_counter
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, norms_squared
from hsunmix.engine.scene import Scene
from hsunmix.methods import Factorization, Start
from hsunmix.methods.factorization._initial import initial
from hsunmix.model.unmixing import Step

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

TITLE = "NMF by accelerated HALS"
REFERENCE = (
    "Cichocki and Phan, IEICE Trans. Fundamentals E92-A (2009); "
    "Gillis and Glineur, Neural Computation 24 (2012)"
)

SWEEPS = 4  # of H on a tile; more cost little, and gain little
W_SWEEPS = 10
DELTA = 0.1  # stop sweeping when a sweep changes less than this share of the first


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of hals."""

    init: Annotated[Literal["spa", "random"], Meta(description="Where the spectra start from")] = "spa"
    max_iterations: Annotated[int, Meta(ge=1, le=100_000, description="Stop after so many iterations")] = 500
    tolerance: Annotated[
        float,
        Meta(ge=0, le=1, description="Stop when the error falls by less than this share an iteration"),
    ] = 1e-5


def run(scene: Scene, rank: int, params: Params, start: Start) -> Generator[Step | None, None, Factorization]:
    """Factorize the scene."""
    began = perf_counter()
    w, h, columns = yield from initial(scene, rank, params.init, start)
    norm = float((yield from norms_squared(scene)).sum())
    loop = _Loop(scene, w, h, norm, start.locked)
    yield from loop.measure()
    history = [(perf_counter() - began, loop.error)]
    converged = False
    for iteration in range(1, params.max_iterations + 1):
        before = loop.error
        yield from loop.iterate()
        if loop.error < before:
            history.append((perf_counter() - began, loop.error))
        if before - loop.error <= params.tolerance * before:
            converged = True  # also when float32 has no more to give
            break
        yield Step(_fraction(iteration, params, history), loop.error, loop.w.copy(), f"Iteration {iteration}")
    note = ""
    if loop.restarted:
        note = f"{loop.restarted} endmembers had died out and were started anew."
    locked = columns if start.locked and columns is not None else None
    return Factorization(loop.w, loop.h, np.array(history), converged, locked, note=note)


def _fraction(iteration: int, params: Params, history: list[tuple[float, float]]) -> float:
    """Share of the work done: by the iterations, or by how far the rate has fallen."""
    share = iteration / params.max_iterations
    rates = [1 - b / a for (_, a), (_, b) in pairwise(history) if a > 0]
    if params.tolerance > 0 and len(rates) > 1 and rates[-1] > 0 and rates[0] > params.tolerance:
        fallen = np.log(rates[0] / rates[-1]) / np.log(rates[0] / params.tolerance)
        share = max(share, min(0.99, float(fallen)))
    return share


class _Loop:
    """The factors, and one iteration on them."""

    def __init__(
        self,
        scene: Scene,
        w: NDArray[np.float64],
        h: NDArray[np.float32],
        norm_squared: float,
        locked: tuple[int, ...],
    ) -> None:
        self.scene, self.w, self.h, self.norm = scene, np.ascontiguousarray(w), h, norm_squared
        self.free = np.ones(w.shape[1], dtype=bool)
        self.free[list(locked)] = False
        self.error = 1.0
        self.restarted = 0
        self.floor = 1e-16 * float(w.max(initial=0))

    def measure(self) -> Generator[Step | None, None, None]:
        """Set the error of the factors as they are."""
        from hsunmix.engine.passes import residuals

        rest = yield from residuals(self.scene, self.w, self.h)
        self.error = float(np.sqrt(rest.sum() / self.norm))

    def iterate(self) -> Generator[Step | None, None, None]:
        """Update H, then W."""
        from hsunmix.kernels.hals import update, update_spectra

        scene, r = self.scene, self.w.shape[1]
        yield compiling(update)
        wt = np.ascontiguousarray(self.w.T, dtype=np.float32)
        g = (self.w.T @ self.w).astype(np.float32)

        def work(chunk: slice) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
            xht, hht = np.zeros((scene.n_bands, r)), np.zeros((r, r))
            update(
                scene.tiles[chunk], scene.counts[chunk], wt, g, self.h[chunk],
                SWEEPS, np.float32(DELTA), np.float32(0), xht, hht,
            )  # fmt: skip
            return xht, hht

        parts = yield from scene.passes(work)
        xht = np.sum([a for a, _ in parts], axis=0)
        hht = np.sum([b for _, b in parts], axis=0)
        yield compiling(update_spectra)
        update_spectra(self.w, xht, hht, self.free, W_SWEEPS, DELTA, self.floor)
        fit = self.norm - 2 * np.vdot(self.w, xht) + np.vdot(self.w.T @ self.w, hht)
        self.error = float(np.sqrt(max(fit, 0.0) / self.norm))
        dead = np.flatnonzero((np.diag(hht) <= 1e-14 * np.diag(hht).max()) & self.free)
        if len(dead):
            yield from self._restart(dead)

    def _restart(self, dead: NDArray[np.intp]) -> Generator[Step | None, None, None]:
        """Give endmembers that no pixel uses the spectra of the worst explained pixels.

        Their abundances stay zero until the next sweep, so the error doesn't change here.
        """
        from hsunmix.engine.passes import residuals

        rest = yield from residuals(self.scene, self.w, self.h)
        for k in dead:
            worst = int(rest.argmax())
            rest.flat[worst] = 0
            self.w[:, k] = np.maximum(self.scene.columns(np.array([worst]))[:, 0], self.floor)
            self.h[:, k] = 0
        self.restarted += len(dead)
