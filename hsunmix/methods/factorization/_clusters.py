"""One endmember in each pixel: what orthogonal and tri share, and k-means++ draws to start from."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, norms_squared
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.errors import InputError
from hsunmix.methods import Problem
from hsunmix.methods.factorization import _steps
from hsunmix.methods.factorization._initial import Init
from hsunmix.methods.factorization._steps import Array, Work
from hsunmix.methods.factorization._two_block import Iteration
from hsunmix.model.progress import Step

__all__ = ["ClusterParams", "OneEach", "with_draws"]

NOTHING_LEFT = 1e-10  # of the brightest pixel's squared length


class ClusterParams(Iteration, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of methods that put pixels into clusters."""

    init: Annotated[
        Literal["kmeans", Init], Meta(description="Where the spectra start from; kmeans: k-means++ draws")
    ] = "kmeans"


class OneEach(_steps.Steps):
    """Each pixel belongs to the endmember with the smallest angle."""

    def fit(self, scene: Scene, w: Array) -> Generator[Step | None, None, PerPixel]:
        """Assign every pixel."""
        return (yield from _assigned(scene, w))

    def abundances(self, w: Array) -> Generator[Step | None, None, Work]:
        """Assign every pixel."""
        from hsunmix.kernels.assign import assign
        from hsunmix.kernels.two_block import add_sums

        yield compiling(assign)
        yield compiling(add_sums)
        return Work(_assign_and_add, _directions(w))


def with_draws(problem: Problem, init: str) -> Generator[Step | None, None, Problem]:
    """Return a problem that starts from k-means++ draws where these are asked for."""
    if init != "kmeans" or problem.start is not None:
        return problem
    drawn = yield from _plus_plus(problem.scene, problem.rank, problem.seed)
    return replace(problem, start=drawn)


def _directions(w: Array) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    lengths = np.linalg.norm(w, axis=0)
    lengths[lengths == 0] = 1
    return np.ascontiguousarray((w / lengths).T, dtype=np.float32), lengths.astype(np.float32)


def _assigned(scene: Scene, w: Array) -> Generator[Step | None, None, PerPixel]:
    """Abundances with one endmember in each pixel."""
    from hsunmix.kernels.assign import assign

    yield compiling(assign)
    h = scene.per_pixel(w.shape[1], np.float32, 0)
    yield from scene.map(_assign, *_directions(w), per_pixel=[h])
    return h


def _assign(
    part: Part, unit: NDArray[np.float32], lengths: NDArray[np.float32], h: NDArray[np.float32]
) -> None:
    from hsunmix.kernels.assign import assign

    assign(part.tiles, part.counts, unit, lengths, h)


def _assign_and_add(
    part: Part, unit: NDArray[np.float32], lengths: NDArray[np.float32], h: NDArray[np.float32], xht: Array,
    hht: Array,
) -> None:  # fmt: skip
    from hsunmix.kernels.two_block import add_sums

    _assign(part, unit, lengths, h)
    add_sums(part.tiles, h, xht, hht)


def _plus_plus(scene: Scene, rank: int, seed: int) -> Generator[Step | None, None, Array]:
    """Draw pixels, each with a probability proportional to its squared distance from the others' rays."""
    rng = np.random.default_rng(seed)
    norms = yield from norms_squared(scene)
    rest, largest = norms.copy(), norms.max()
    w = np.zeros((scene.n_bands, 0))
    for k in range(rank):
        left = rest.flat
        left[left <= NOTHING_LEFT * largest] = 0
        total = np.cumsum(left)
        if total[-1] <= 0:
            raise InputError(f"{rank} endmembers asked for, but the scene has only {k} different directions")
        place = int(np.searchsorted(total, rng.random() * total[-1], side="right"))
        new = np.maximum(scene.columns(np.array([min(place, scene.n_pixels - 1)])), 0)
        w = np.column_stack([w, new])
        h = yield from _assigned(scene, new)
        yield from scene.map(_lessen, _directions(new)[1], per_pixel=[h, norms, rest], blind=True)
        rest.put(place, 0)
        yield Step(0.0, message=f"Start: pixel {k + 1} of {rank}")
    return w


def _lessen(
    _part: Part, lengths: NDArray[np.float32], h: NDArray[np.float32], norms: Array, rest: Array
) -> None:
    """Lower what is left of each pixel to what this spectrum leaves of it."""
    along = h[:, 0].astype(np.float64) * lengths[0]
    np.minimum(rest, np.maximum(norms - along**2, 0), out=rest)
