"""The options that every extraction method has, and what they do around it.

A method's ``Params`` inherits ``Options`` and its ``run`` is decorated with ``with_options``; the
method itself then knows nothing of candidates or neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from functools import wraps
from typing import Annotated, TypeVar

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import coordinates_along, norms_squared
from hsunmix.engine.scene import Scene
from hsunmix.engine.subsets import subset
from hsunmix.methods import Extraction, Problem
from hsunmix.model.progress import Step

__all__ = ["Options", "with_options"]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters that all extraction methods have."""

    candidates: Annotated[
        int,
        Meta(ge=0, le=10_000, description="Choose among so many pixels, centres of clusters; 0: among all"),
    ] = 0
    neighbours: Annotated[
        int, Meta(ge=1, le=1000, description="Average each endmember over so many of its nearest pixels")
    ] = 1


P = TypeVar("P", bound=Options)
Steps = Generator[Step | None, None, Extraction]
Run = Callable[[Problem, P], Steps]


def with_options(run: Run[P]) -> Run[P]:
    """Wrap an extraction method's ``run`` so that it honours ``candidates`` and ``neighbours``."""

    @wraps(run)
    def wrapped(problem: Problem, params: P) -> Steps:
        scene = problem.scene
        if params.candidates:
            from hsunmix.methods.extraction._candidates import candidates

            chosen = yield from candidates(scene, max(problem.rank, params.candidates))
            few = yield from subset(scene, chosen)
            found = yield from run(replace(problem, scene=few), params)
            columns = None if found.columns is None else chosen[found.columns]
            found = replace(found, columns=columns)
        else:
            found = yield from run(problem, params)
        if params.neighbours > 1 and found.columns is not None and not found.smoothed:
            found = yield from _averaged(scene, found, params.neighbours)
        return found

    return wrapped


def _averaged(scene: Scene, found: Extraction, count: int) -> Steps:
    """Replace each endmember by the mean of the pixels nearest to it, itself among them."""
    assert found.columns is not None
    w = scene.columns(found.columns)
    norms = (yield from norms_squared(scene)).known()
    along = (yield from coordinates_along(scene, w.T)).known()
    means = []
    for k in range(w.shape[1]):
        distance = norms - 2 * along[k]
        means.append(_mean_of(scene, np.argpartition(distance, min(count, len(distance)) - 1)[:count]))
        yield None
    return replace(found, endmembers=np.maximum(np.column_stack(means), 0), smoothed=True)


def _mean_of(scene: Scene, columns: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.asarray(scene.columns(columns.astype(np.int64)).mean(axis=1))
