"""Sparse unmixing with total variation (SUnSAL-TV): abundances that neighbours share, with sharp edges.

Problem: minimize ½ ‖X − W H‖²_F / s² + λ Σ H + τ Σ ‖h_i − h_j‖₁ over H ≥ 0, where i and j are neighbours
along lines or samples, s² is the mean squared length of the spectra and λ is ``penalty``; with Σh = 1 in
every pixel if ``sum_to_one``. τ is ``smoothness`` times σ / s for the noise σ of a value, so that one number
suits scenes of any noise; the note says what it came to.
Method: coordinates along the spectra, then the primal-dual method of Chambolle and Pock, over-relaxed: one
r × r product a pixel, differences to four neighbours and a few clips in each iteration. The paper's ADMM
takes differences around the borders to use the Fourier transform; here there are none across borders and
masked pixels. The noise is told from what half of the pixels have beyond the spectra.
Cost: two reads of X with 2 · bands · r operations a pixel; 2 r² + 30 r a pixel and iteration.
Guarantee: the optimum of a convex problem, which with ``tolerance`` 1e-4 is met to a thousandth of its value.
Without smoothness, and where nothing lies beyond the spectra, it is sunsal.
Limits: what is smaller than a few pixels is drawn to what surrounds it, and textures are flattened; where
the spectra don't explain the scene, what they lack counts as noise. Pixels of a matrix have no neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.room import Room
from hsunmix.engine.scene import Scene
from hsunmix.engine.threads import run_chunks, single_threaded_blas
from hsunmix.methods import Abundances
from hsunmix.methods.abundance._constrained import Penalty, SumToOne, each_alone, shift_of, solve
from hsunmix.methods.abundance._picture import lines_of, pictured
from hsunmix.model.progress import Step

__all__ = ["NUMBERS", "READS", "REFERENCE", "TITLE", "WHOLE_SCENE", "Params", "run"]

TITLE = "Sparse unmixing with total variation (SUnSAL-TV)"
REFERENCE = (
    "Iordache, Bioucas-Dias and Plaza, IEEE TGRS 50 (2012), "
    "solved as in Chambolle and Pock, Journal of Mathematical Imaging and Vision 40 (2011)"
)
READS = (2, 0)
NUMBERS = (48, 40)
WHOLE_SCENE = True

NUMBERS_AT_ONCE = 60_000  # abundances of a block of lines: a few milliseconds
STEP = (
    20.0  # of the abundances, where spectra count as of length one: the best from faint to strong smoothing
)
RELAXED = 1.9
GAIN = 0.99 / (9 * STEP)  # of the forces: differences and abundances make √9 of a unit, at most

Array = NDArray[np.float64]
Single = NDArray[np.float32]


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of tv."""

    smoothness: Annotated[
        float,
        Meta(ge=0, le=1000, description="Cost of differences between neighbours, in units of the noise"),
    ] = 0.02
    penalty: Penalty = 0.0
    sum_to_one: SumToOne = False
    tolerance: Annotated[
        float,
        Meta(ge=1e-7, le=0.1, description="Stop when an iteration changes abundances by less than this"),
    ] = 1e-4
    max_iterations: Annotated[int, Meta(ge=1, le=100_000, description="Iterations, at most")] = 500


def run(
    scene: Scene,
    w: NDArray[np.float64],
    params: Params,
) -> Generator[Step | None, None, Abundances]:
    """Solve every pixel; w is (bands used, r)."""
    size = float((w**2).sum(axis=0).mean())
    shift = shift_of(w, params.penalty, params.sum_to_one)
    if not scene.images:
        return (yield from each_alone(scene, w, params.sum_to_one, shift))
    picture = yield from pictured(scene, w)
    alone = yield from solve(picture.reduced, picture.w, params.sum_to_one, shift)
    if not (params.smoothness and picture.variance and size):
        return alone
    cost = params.smoothness * math.sqrt(picture.variance / size)
    small = Small.of(picture.w, size, shift, cost, params.sum_to_one)
    flat, counts = scene.spread(alone.h).reshape(w.shape[1], -1), []
    with single_threaded_blas():
        for place, image, used in picture.images():
            search = Search.of(small, image, flat[:, place].reshape(-1, *used.shape), used, scene.room)
            counts.append((yield from search.iterate(params)))
            flat[:, place] = search.h.reshape(len(flat), -1)
    h = yield from picture.per_pixel(flat)
    settled = "" if max(counts) < params.max_iterations else ", not settled"
    return Abundances(
        h, f"Differences between neighbours cost {cost:.2g} (λ_TV); {max(counts)} iterations{settled}."
    )


@dataclass(frozen=True, eq=False)
class Small:
    """The small arrays of a step.

    Attributes
    ----------
    inverse : array of float32, (r, r)
        What the spectra make of a step.
    own : array of float32, (r, k)
        What a pixel's coordinates add to it.
    less : array of float32, (r,)
        What the penalty takes from it.
    even : array of float32, (r,), or None
        How its sum is taken back, where abundances sum to one.
    cost : float
        Of a difference.
    """

    inverse: Single
    own: Single
    less: Single
    even: Single | None
    cost: float

    @classmethod
    def of(cls, w: Array, size: float, shift: float, cost: float, simplex: bool) -> Small:
        """Make them for spectra (k, r) whose mean squared length is ``size``."""
        inverse = np.linalg.inv(np.eye(w.shape[1]) + STEP / size * (w.T @ w))
        own, less = STEP / size * inverse @ w.T, STEP / size * shift * inverse.sum(axis=1)
        even = (inverse.sum(axis=1) / inverse.sum()).astype(np.float32) if simplex else None
        return cls(inverse.astype(np.float32), own.astype(np.float32), less.astype(np.float32), even, cost)


@dataclass(frozen=True, eq=False)
class Search:
    """Where the search for the abundances of an image is; all (r, lines, samples) and float32.

    Attributes
    ----------
    small : Small
    used : array of bool, (lines, samples)
    h : array
        Abundances.
    ahead : array
        Where the last step leads, once more as far.
    own : array
        What the pixels' values add to each step.
    below : array
        The forces that keep abundances from falling below zero.
    down, right : array
        Those between each pixel and the next in its column, and in its line.
    most : array, (2, lines, samples)
        The strongest of these: zero across masked pixels and borders.
    """

    small: Small
    used: NDArray[np.bool_]
    h: Single
    ahead: Single
    own: Single
    below: Single
    down: Single
    right: Single
    most: Single

    @classmethod
    def of(cls, small: Small, image: Single, h: Single, used: NDArray[np.bool_], room: Room) -> Search:
        """Begin with abundances that were found pixel by pixel."""
        h[:, ~used] = 0
        ahead, own, below, down, right = (room.array(h.shape, np.float32, 0) for _ in range(5))
        for block in lines_of(h, NUMBERS_AT_ONCE):
            own[:, block] = np.tensordot(small.own, image[:, block], 1) - small.less[:, None, None]
        most = room.array((2, *used.shape), np.float32, 0)
        most[0, :-1] = small.cost * (used[:-1] & used[1:])
        most[1, :, :-1] = small.cost * (used[:, :-1] & used[:, 1:])
        return cls(small, used, h, ahead, own, below, down, right, most)

    def iterate(self, params: Params) -> Generator[Step | None, None, int]:
        """Go on until little changes; return after how many iterations."""
        blocks = lines_of(self.h, NUMBERS_AT_ONCE)
        done, change = 0, math.inf
        while done < params.max_iterations and change > params.tolerance:
            moved = yield from run_chunks(self._step, blocks)
            turned = yield from run_chunks(self._pull, blocks)
            far, whole = np.sum(moved, axis=0)
            done += 1
            # The length of a step in the method's own norm: that of the abundances alone begins with zero.
            change = math.sqrt((far + STEP / GAIN * sum(turned)) / whole) if whole else 0.0
            yield Step(done / params.max_iterations, message="Drawing neighbours together")
        yield from run_chunks(self._finish, blocks)
        return done

    def _step(self, block: slice) -> tuple[float, float]:
        """Move the abundances of some lines; return how far, and how large they are (sums of squares)."""
        pull = self.below[:, block] - self.down[:, block] - self.right[:, block]
        pull[:, :, 1:] += self.right[:, block, :-1]
        above = slice(max(block.start, 1) - 1, block.stop - 1)
        pull[:, max(block.start, 1) - block.start :] += self.down[:, above]
        h = self.h[:, block]
        step = np.tensordot(self.small.inverse, h - np.float32(STEP) * pull, 1) + self.own[:, block]
        if self.small.even is not None:
            step -= self.small.even[:, None, None] * (step.sum(axis=0) - self.used[block])
        size = np.vdot(step, step)
        step -= h
        self.ahead[:, block] = h + 2 * step
        h += np.float32(RELAXED) * step
        return float(np.vdot(step, step)), float(size)

    def _pull(self, block: slice) -> float:
        """Set the forces of some lines by where the abundances are going; return how far (sum of squares)."""
        ahead, right, most = self.ahead[:, block], self.right[:, block, :-1], self.most
        far = _turn(self.below[:, block], ahead, np.float32(-np.inf), np.float32(0))
        far += _turn(right, ahead[:, :, 1:] - ahead[:, :, :-1], -most[1, block, :-1], most[1, block, :-1])
        here = slice(block.start, min(block.stop, self.h.shape[1] - 1))
        apart = self.ahead[:, here.start + 1 : here.stop + 1] - self.ahead[:, here]
        return far + _turn(self.down[:, here], apart, -most[0, here], most[0, here])

    def _finish(self, block: slice) -> None:
        """Cut what is still a little below zero."""
        h = self.h[:, block]
        np.maximum(h, 0, out=h)
        if self.small.even is not None:
            h /= np.where(self.used[block], h.sum(axis=0), 1)


def _turn(force: Single, along: Single, least: Any, most: Any) -> float:
    """Change a force, within limits; return how far (sum of squares)."""
    step = np.clip(force + np.float32(GAIN) * along, least, most) - force
    force += np.float32(RELAXED) * step
    return float(np.vdot(step, step))
