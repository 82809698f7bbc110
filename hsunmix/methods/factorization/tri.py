"""Orthogonal tri-factorization: pixels in clusters and bands in groups, each with one spectrum shape.

Problem: minimize ‖X − F S H‖²_F over F ≥ 0 with orthogonal columns, S ≥ 0, H ≥ 0 with orthogonal rows. As
they are nonnegative, each pixel is in one of r clusters and each band in one of ``groups`` groups: S says how
bright a group of bands is in a cluster, F how bands differ within a group. Endmembers are F S.
Update: each pixel goes to the endmember with the smallest angle; then, on X Hᵀ alone, bands go to the group
whose row of S they are most like, and the rows of S become means of their bands, in turn. The paper's
multiplicative rules approach the same problem; here both factors are orthogonal at every step.
Cost: one read of X and 4 · bands · pixels · r operations an iteration; the rest is small.
Guarantee: the error never rises and the iteration ends, at a local optimum that depends on the start. Mixed
pixels are not explained: for maps of what prevails, and for bands that tell the same. Locked spectra stay
outside the groups.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Annotated

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.methods import Factorization, Problem
from hsunmix.methods.factorization._clusters import ClusterParams, OneEach, with_draws
from hsunmix.methods.factorization._initial import initial_spectra
from hsunmix.methods.factorization._steps import Array, Quadratic
from hsunmix.methods.factorization._two_block import factorize
from hsunmix.model.progress import Step

__all__ = ["MONOTONE_LOSS", "REFERENCE", "STARTS_FROM_SPECTRA", "TITLE", "Params", "run"]

TITLE = "Orthogonal tri-factorization (clusters of pixels and bands)"
REFERENCE = "Ding, Li, Peng and Park, KDD (2006)"
STARTS_FROM_SPECTRA = True
MONOTONE_LOSS = True

INNER = 20  # turns between bands and groups


class Params(ClusterParams, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of tri."""

    groups: Annotated[int, Meta(ge=1, le=1000, description="Groups of bands, at most")] = 10


class Steps(OneEach):
    """Spectra whose bands are in groups.

    Parameters
    ----------
    groups : int

    Attributes
    ----------
    labels : array of int, (bands,)
        The group of each band.
    """

    def __init__(self, groups: int) -> None:
        self.groups = groups
        self.labels: NDArray[np.intp] = np.zeros(0, np.intp)

    def spectra(self, quadratic: Quadratic) -> Array:
        """Group the bands of the clusters' means, each cluster counted by its power."""
        power = np.diag(quadratic.g)
        root = np.sqrt(power)[:, None]
        means = np.maximum(quadratic.c, 0) / np.where(root > 0, root, 1)
        grouped = self.grouped(means, quadratic.wt * root) / np.where(root > 0, root, 1)
        return np.asarray(np.where(root > 0, grouped, quadratic.wt))

    def grouped(self, y: Array, before: Array | None = None) -> Array:
        """Return what is nearest to y (r, bands) with bands in groups; ``before`` has them, for a start."""
        rows = y.T
        directions = self._beginning(rows) if before is None else self._directions(before.T)
        for _ in range(INNER):
            along = np.maximum(rows @ directions.T, 0)
            labels = along.argmax(axis=1)
            new = self._filled(rows, directions, labels)
            done = (labels == self.labels).all() if len(self.labels) == len(labels) else False
            self.labels = labels
            if done and np.abs(new - directions).max(initial=0) < 1e-12:
                break
            directions = new
        along = np.maximum(rows @ directions.T, 0)
        self.labels = along.argmax(axis=1)
        return np.asarray((along.max(axis=1)[:, None] * directions[self.labels]).T)

    def _filled(self, rows: Array, directions: Array, labels: NDArray[np.intp]) -> Array:
        """Return the means of the groups' bands; a group without any begins with the worst explained one."""
        weight = np.maximum((rows * directions[labels]).sum(axis=1), 0)
        members = labels[:, None] == np.arange(self.groups)
        new = _unit((members * weight[:, None]).T @ rows)
        rest = (rows**2).sum(axis=1) - weight**2
        for group in np.flatnonzero(~new.any(axis=1)):
            worst = int(rest.argmax())
            new[group], rest[worst] = _unit(rows[[worst]])[0], 0
        return new

    def _directions(self, grouped: Array) -> Array:
        """Return the groups' rows of S, of length one, from spectra whose bands are in groups."""
        found = np.zeros((self.groups, grouped.shape[1]))
        lengths = np.linalg.norm(grouped, axis=1)
        for group in range(self.groups):
            own = np.flatnonzero(self.labels == group)
            if len(own):
                found[group] = grouped[own[lengths[own].argmax()]]
        return _unit(found)

    def _beginning(self, rows: Array) -> Array:
        """Return bands that are least like one another: each the one that those before explain worst."""
        unit, rest = _unit(rows), (rows**2).sum(axis=1)
        found = np.zeros((self.groups, rows.shape[1]))
        for group in range(self.groups):
            worst = int(rest.argmax())
            found[group] = unit[worst]
            along = np.maximum(rows @ found[group], 0)
            rest = np.minimum(rest, np.maximum((rows**2).sum(axis=1) - along**2, 0))
        return found


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize the scene."""
    problem = yield from with_draws(problem, params.init)
    w = yield from initial_spectra(problem, params.init)
    free = np.setdiff1d(np.arange(problem.rank), problem.locked)
    steps = Steps(min(params.groups, len(w)))
    if len(free):
        w = w.copy()
        w[:, free] = steps.grouped(np.maximum(w[:, free], 0).T).T
    result = yield from factorize(replace(problem, start=w), params, params.init, steps)
    sizes = np.bincount(steps.labels, minlength=1)
    said = f"The bands are in {int((sizes > 0).sum())} groups of {', '.join(map(str, sizes[sizes > 0]))}."
    return replace(result, note=" ".join(filter(None, [result.note, said if len(free) else ""])))


def _unit(rows: Array) -> Array:
    """Scale rows to length one; zeros stay."""
    largest = np.abs(rows).max(axis=1, keepdims=True)
    scaled = rows / np.where(largest > 0, largest, 1)
    length = np.linalg.norm(scaled, axis=1, keepdims=True)
    return np.asarray(scaled / np.where(length > 0, length, 1))
