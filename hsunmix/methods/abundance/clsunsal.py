"""Collaborative sparse unmixing (CLSUnSAL): which spectra of a large library are in the scene at all.

Problem: minimize ½ ‖X − W H‖²_F + λ Σ_k ‖h_k‖ over H ≥ 0, where h_k are the abundances of spectrum k in all
pixels and the spectra count as of length one; so a spectrum is in the scene or in no pixel. λ is ``penalty``
times the weight at which H = 0.
Method: proximal fast gradients on the few spectra in use; those that the optimum leaves out are told by their
products with the residual, and let in when these are above λ. The paper's ADMM solves the same problem with
all spectra in every iteration. With ``refit`` nonnegative least squares of the spectra that are left.
Cost: a read of X for each time that spectra are let in, with 2 · bands · r operations a pixel, and 2 s²
operations a pixel and iteration for s spectra in use.
Guarantee: the optimum of a convex problem, to about 1e-4 of its value. Abundances come out smaller than they
are, by design; ``refit`` mends that. Of spectra that are nearly alike several may stay.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.scene import TILE, Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods import Abundances
from hsunmix.methods.abundance._constrained import solve
from hsunmix.methods.shared._least_squares import unit_spectra
from hsunmix.model.progress import Step

__all__ = ["NUMBERS", "READS", "REFERENCE", "TITLE", "WHOLE_SCENE", "Params", "run"]

TITLE = "Collaborative sparse unmixing (CLSUnSAL)"
REFERENCE = "Iordache, Bioucas-Dias and Plaza, IEEE TGRS 52 (2014)"
READS = None
WHOLE_SCENE = True
NUMBERS = (24, 40)

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Places = NDArray[np.intp]

ROUNDS = 40  # in which spectra are let in
FEWEST = 10  # that are let in at once
ALLOWED = 1e-3  # of λ: how far a spectrum that is left out may violate its condition
SETTLED = 1e-5  # of ‖H‖: change at which an inner run ends
PIXELS = 4 * TILE  # at once, for the products with a whole library


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of clsunsal."""

    penalty: Annotated[
        float, Meta(ge=0, le=1, description="Cost of a spectrum: 1 lets none in, 0 is plain nnls")
    ] = 0.01
    refit: Annotated[
        bool, Meta(description="Solve for the spectra that are left without the penalty, by nnls")
    ] = False
    max_iterations: Annotated[
        int, Meta(ge=1, le=100_000, description="Steps each time that spectra are let in, at most")
    ] = 1000


class InUse:
    """The spectra in use, and their abundances.

    Attributes
    ----------
    wt : array, (r, bands)
        All spectra, of length one.
    place : array of int, (s,)
    h : PerPixel of float32, or None
        ``s`` numbers each; None for none in use.
    """

    def __init__(self, scene: Scene, wt: Array) -> None:
        self.scene, self.wt = scene, wt
        self.place: Places = np.empty(0, np.intp)
        self.h: PerPixel | None = None

    def pull(self) -> Generator[Step | None, None, Array]:
        """Return what lets each spectrum in when it is above λ, (r,)."""
        own = [] if self.h is None else [self.h]
        small = self.wt.astype(np.float32), self.wt[self.place].astype(np.float32)
        with single_threaded_blas():
            found = yield from self.scene.map(
                _pull, *small, per_pixel=own, sums=[(len(self.wt),)], pixels=PIXELS
            )
        return np.sqrt(found.sums[0])

    def change(self, place: Places) -> Generator[Step | None, None, None]:
        """Take other spectra into use; those that stay keep their abundances."""
        if not len(place):
            self.place, self.h = place, None
            return
        new = self.scene.per_pixel(len(place), np.float32, 0)
        if self.h is not None:
            _, old, now = np.intersect1d(self.place, place, return_indices=True)
            yield from self.scene.map(_move, old, now, per_pixel=[self.h, new], blind=True)
        self.place, self.h = place, new

    def descend(self, penalty: float, iterations: int) -> Generator[Step | None, None, Array]:
        """Minimize over the spectra in use; return the norms of their abundances."""
        assert self.h is not None
        scene, s, wt = self.scene, len(self.place), self.wt[self.place]
        g = wt @ wt.T
        size = float(np.linalg.eigvalsh(g)[-1])
        step = (g / size).astype(np.float32)
        right, ahead, clipped = (scene.per_pixel(s, np.float32, 0) for _ in range(3))
        numbers = [right, self.h, ahead, clipped]
        shrink, beta, momentum = np.ones(s), 0.0, 1.0
        with single_threaded_blas():
            yield from scene.map(_begin, (wt / size).astype(np.float32), per_pixel=numbers)
            for iteration in range(iterations + 1):
                # What is clipped is shrunk a pass later, when the lengths of all rows are known.
                found = yield from scene.map(
                    _descend, step, shrink.astype(np.float32), np.float32(beta),
                    per_pixel=numbers, sums=[(s,), (3,)], blind=True,
                )  # fmt: skip
                lengths, (uphill, moved, whole) = np.sqrt(found.sums[0]), found.sums[1]
                shrink = np.maximum(1 - penalty / size / np.maximum(lengths, 1e-300), 0)
                if iteration > 1 and moved <= SETTLED**2 * whole:
                    break
                momentum = 1.0 if uphill > 0 else momentum
                following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
                beta, momentum = (momentum - 1) / following, following
        return np.sqrt((yield from scene.map(_squares, per_pixel=[self.h], sums=[(s,)], blind=True)).sums[0])


def run(
    scene: Scene,
    w: NDArray[np.float64],
    params: Params,
) -> Generator[Step | None, None, Abundances]:
    """Solve all pixels; w is (bands used, r)."""
    if params.penalty == 0:
        return (yield from solve(scene, w, simplex=False))
    wt, length = unit_spectra(w)
    use = InUse(scene, wt)
    pull = yield from use.pull()
    penalty = params.penalty * float(pull.max())
    for attempt in range(ROUNDS):
        pull[use.place] = 0
        wanting = np.argsort(-pull, kind="stable")[: int((pull > penalty * (1 + ALLOWED)).sum())]
        if not len(wanting) or (attempt == 0 and params.penalty == 1):
            break
        yield from use.change(np.r_[use.place, wanting[: max(FEWEST, len(use.place) // 2)]])
        norms = yield from use.descend(penalty, params.max_iterations)
        yield from use.change(use.place[norms > 0])
        yield Step(0.0, message=f"{len(use.place)} of {len(wt)} spectra in use")
        pull = yield from use.pull()
    h = scene.per_pixel(len(wt), np.float32, 0)
    if use.h is not None:
        if params.refit:
            use.h = (yield from solve(scene, np.ascontiguousarray(wt[use.place].T), simplex=False)).h
        yield from scene.map(_spread, use.place, length[use.place], per_pixel=[use.h, h], blind=True)
    return Abundances(h, f"{len(use.place)} of {len(wt)} spectra are in the scene.")


def _pull(part: Part, wt: Single, own: Single, *rest: NDArray[np.floating]) -> None:
    """Add up squares of the positive products of all spectra with what those in use leave."""
    total = rest[-1]
    for i, tile in enumerate(part.tiles):
        left = tile - own.T @ rest[0][i] if len(rest) > 1 else tile
        left = left[:, : part.counts[i]]
        along = np.maximum(wt @ left, 0)
        total += np.einsum("kt,kt->k", along, along, dtype=np.float64)


def _move(_part: Part, old: Places, now: Places, before: Single, after: Single) -> None:
    after[:, now] = before[:, old]


def _begin(part: Part, wt: Single, right: Single, h: Single, ahead: Single, clipped: Single) -> None:
    np.matmul(wt, part.tiles, out=right)
    ahead[:] = h
    clipped[:] = h


def _descend(
    part: Part, step: Single, shrink: Single, beta: np.float32, right: Single, h: Single, ahead: Single,
    clipped: Single, squares: Array, facts: Array,
) -> None:  # fmt: skip
    """Take over what was clipped, shrunk; go ahead; step down the gradient from there, and clip.

    ``facts``: whether the momentum pointed uphill, ‖change‖², ‖H‖².
    """
    for i in range(len(part.tiles)):
        new = clipped[i] * shrink[:, None]
        change = new - h[i]
        facts += _product(ahead[i] - new, change), _product(change, change), _product(new, new)
        h[i] = new
        ahead[i] = new + beta * change
        clipped[i] = np.maximum(ahead[i] - step @ ahead[i] + right[i], 0)
        squares += np.einsum("kt,kt->k", clipped[i], clipped[i], dtype=np.float64)


def _product(a: Single, b: Single) -> float:
    return float(np.einsum("kt,kt->", a, b, dtype=np.float64))  # squares of float32 may be out of its range


def _squares(_part: Part, h: Single, squares: Array) -> None:
    squares += np.einsum("nkt,nkt->k", h, h, dtype=np.float64)


def _spread(_part: Part, place: Places, length: Array, h: Single, out: Single) -> None:
    out[:, place] = h / length[:, None]
