"""What fgnsr and lp share: weighted candidates before the model, and the choice of r after it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.subsets import subset
from hsunmix.errors import InputError
from hsunmix.methods import Extraction, Problem
from hsunmix.methods.extraction._candidates import clusters
from hsunmix.methods.extraction._choice import SubsetEvaluator, exchanged, independent
from hsunmix.methods.extraction._options import Options, with_options
from hsunmix.methods.extraction.spa import vertices as successive
from hsunmix.model.progress import Step

__all__ = ["Candidates", "gathered", "select", "selecting"]

Array = NDArray[np.float64]
P = TypeVar("P", bound=Options)
Model = Callable[["Candidates", int, P], Generator[Step | None, None, Array]]
Run = Callable[[Problem, P], Generator[Step | None, None, Extraction]]

SHORTLIST = 2  # times r: the candidates of most weight, among which is chosen
MAX_EXCHANGED = 61  # endmembers; with more, exchanges would take minutes
SEPARABLE = 0.01  # relative error with which vertices must explain the candidates to be among them


@dataclass(frozen=True, eq=False)
class Candidates:
    """Pixels that stand for the scene.

    Attributes
    ----------
    columns : array of int64, (n + extra,)
        In the scene: the centres of n clusters, then vertices that are no centres.
    sizes : array of int64, (n,)
    vertices : array of int64
        Places in ``columns`` of what spa picks; as many as there are independent spectra, at most r.
    spectra : array (bands used, n + extra)
        Nonnegative.
    """

    columns: NDArray[np.int64]
    sizes: NDArray[np.int64]
    vertices: NDArray[np.int64]
    spectra: Array

    @property
    def weighted(self) -> Array:
        """The clusters' spectra times the root of how many pixels they stand for."""
        return self.spectra[:, : len(self.sizes)] * np.sqrt(self.sizes)


def gathered(scene: Scene, count: int, vertices: int) -> Generator[Step | None, None, Candidates]:
    """Find the centres of clusters, and vertices of the scene."""
    centres, sizes, outline = yield from clusters(scene, count)
    found = yield from successive(scene, vertices, outline)
    assert found.columns is not None
    extra = found.columns[~np.isin(found.columns, centres)]
    columns = np.concatenate([centres, extra])
    place = {int(column): i for i, column in enumerate(columns)}
    spectra = np.maximum(scene.columns(columns), 0)
    if not spectra[:, : len(sizes)].any():
        raise InputError("no pixel has a positive value")
    return Candidates(columns, sizes, np.array([place[int(c)] for c in found.columns], np.int64), spectra)


def select(
    scene: Scene, given: Candidates, weight: Array, rank: int
) -> Generator[Step | None, None, Extraction]:
    """Choose ``rank`` candidates, by weight and by what they explain.

    The 2r candidates of most weight are a shortlist. From its first r on, one is exchanged for
    another as long as this lowers the relative error of all candidates, each counted as the pixels
    it stands for. Vertices are on the list too if they explain nearly all: then the scene is
    separable, and they are its materials.
    """
    few = yield from _few(scene, given)
    order = np.argsort(-weight, kind="stable").astype(np.int64)
    r = min(rank, len(given.vertices))
    best = independent(few, np.concatenate([order[: 2 * SHORTLIST * r], given.vertices]))[:r]
    pool = [order[: SHORTLIST * r]]
    if r == len(given.vertices) <= len(best):
        judge = yield from SubsetEvaluator.begin(few, np.concatenate([given.vertices, best]))
        error = yield from judge.error(given.vertices)
        if error <= SEPARABLE:
            pool.append(given.vertices)
            if error < (yield from judge.error(best)):
                best = given.vertices
    if r <= MAX_EXCHANGED:
        best = yield from exchanged(few, best, pool)
    note = "" if len(best) == rank else f"The scene has only {len(best)} independent spectra."
    columns = given.columns[best]
    return Extraction(np.maximum(scene.columns(columns), 0), columns, note)


def selecting(model: Model[P]) -> Run[P]:
    """Make a method of a model that weighs candidates; ``neighbours`` is honoured too."""

    def run(problem: Problem, params: P) -> Generator[Step | None, None, Extraction]:
        """Choose ``rank`` pixels, fewer when the others are combinations of those."""

        def on_all(problem: Problem, _: Options) -> Generator[Step | None, None, Extraction]:
            scene, rank = problem.scene, problem.rank
            given = yield from gathered(scene, max(params.candidates, rank), rank)
            weight = yield from model(given, min(rank, len(given.vertices)), params)
            return (yield from select(scene, given, weight, rank))

        return (yield from with_options(on_all)(problem, Options(neighbours=params.neighbours)))

    return run


def _few(scene: Scene, given: Candidates) -> Generator[None, None, Scene]:
    """The candidates as a scene, each longer by the root of the pixels it stands for."""
    length = np.ones(len(given.columns), np.float32)
    length[: len(given.sizes)] = np.sqrt(given.sizes)
    return (yield from subset(scene, given.columns, length))
