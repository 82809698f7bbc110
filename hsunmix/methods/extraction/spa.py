"""Successive projection: take the longest pixel, project all onto its complement, repeat.

Problem: find r columns of X whose cone holds all others, X ≈ X(:, K) H with H ≥ 0.
Update: k = argmax ‖x_j‖; then x ← (I − uuᵀ) x with u = x_k / ‖x_k‖. Residuals are never formed:
‖x‖² loses (uᵀx)², so one endmember costs one read of X. Where X stays in its file, one read is enough: it
brings coordinates in a few directions, which tell for nearly all pixels that they are not next; the
others are looked up.
With ``neighbours`` = p > 1 it is smoothed: the p pixels with the largest uᵀx are averaged, that
mean (or median, which odd pixels among the p move less) is the endmember, and all pixels are
projected onto its complement, for which X is read twice.
Cost: 2 · bands · pixels operations an endmember.
Guarantee: when the scene is separable (every material has a pure pixel, abundances sum to at most
one) and W has full rank, it finds exactly those pixels, and small noise moves the spectra by at
most O(ε κ²(W)). It does not protect against outliers: an odd pixel is a vertex like any other,
unless it is smoothed, which needs about p pixels near every vertex.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.outline import Outline, main_directions, outlined
from hsunmix.engine.passes import compiling, coordinates_along, norms_squared
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.engine.subsets import ONE_BY_ONE, subset
from hsunmix.methods import Extraction, Problem
from hsunmix.methods.extraction._options import Options, with_options
from hsunmix.model.progress import Step

__all__ = ["EVERYDAY", "NUMBERS", "READS", "REFERENCE", "TITLE", "Params", "run", "vertices"]

TITLE = "Successive projection (SPA)"
REFERENCE = (
    "Araújo et al., Chemometrics and Intelligent Laboratory Systems 57 (2001); "
    "Gillis and Vavasis, IEEE TPAMI 36 (2014); "
    "Nadisic, Gillis and Kervazo, Linear Algebra and its Applications 676 (2023), for neighbours"
)
EVERYDAY = True

TIE = 1e-6  # residuals this near to the largest count as equal; the longer pixel is taken then
READS = (1, 0)
NUMBERS = (112, 8)
BEYOND = 10  # directions beyond the rank that stand for a scene in its file
SURE = 1e-12  # of the longest pixel's squared norm: the rounding of sums
NOTHING_LEFT = 1e-12  # of the longest pixel's squared norm: float32 data are no better


class Params(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of spa."""

    average: Annotated[
        Literal["mean", "median"], Meta(description="How neighbours are averaged, when there are several")
    ] = "mean"


@with_options
def run(problem: Problem, params: Params) -> Generator[Step | None, None, Extraction]:
    """Choose ``rank`` pixels, fewer when the others are combinations of those."""
    scene, rank = problem.scene, problem.rank
    if params.neighbours > 1:
        return (yield from _smoothed(scene, rank, params))
    outline = None
    if scene.in_file:
        outline = yield from outlined(scene, (yield from main_directions(scene, rank + BEYOND)))
    return (yield from vertices(scene, rank, outline))


def vertices(
    scene: Scene, rank: int, outline: Outline | None = None
) -> Generator[Step | None, None, Extraction]:
    """As ``run``; with what one read told of all pixels, only a few are read again."""
    left = yield from (_Left.begin(scene) if outline is None else _Bounded.begin(scene, outline))
    chosen: list[int] = []
    basis = np.zeros((scene.n_bands, rank))
    while True:
        k, residual = yield from left.farthest()
        if residual <= NOTHING_LEFT * left.longest:
            break
        chosen.append(k)
        yield Step(len(chosen) / rank, message=f"Endmember {len(chosen)} of {rank}")
        if len(chosen) == rank:
            break
        done = len(chosen) - 1
        basis[:, done] = complement(scene.columns(np.array([k]))[:, 0], basis[:, :done])
        yield from left.take_out(k, basis[:, done])
    note = "" if len(chosen) == rank else f"The scene has only {len(chosen)} independent spectra."
    columns = np.array(chosen, dtype=np.int64)
    return Extraction(np.maximum(scene.columns(columns), 0), columns, note)


@dataclass(eq=False)
class _Left:
    """What projections leave of the squared norm of every pixel."""

    scene: Scene
    original: PerPixel
    residual: PerPixel
    longest: float

    @classmethod
    def begin(cls, scene: Scene) -> Generator[Step | None, None, _Left]:
        original = yield from norms_squared(scene)
        return cls(scene, original, original.copy(), original.max())

    def farthest(self) -> Generator[Step | None, None, tuple[int, float]]:
        """Return the pixel of which most is left, and how much."""
        yield None
        k = pick(self.residual, self.original)
        return k, float(self.residual.at(np.array([k]))[0])

    def take_out(self, k: int, u: NDArray[np.float64]) -> Generator[Step | None, None, None]:
        """Project all pixels onto the complement of a unit vector; nothing is left of the pixel ``k``."""
        from hsunmix.kernels.projection import project_out

        yield compiling(project_out)
        yield from self.scene.map(_project_out, u, per_pixel=[self.residual])
        self.residual.put(k, 0.0)


@dataclass(eq=False)
class _Bounded:
    """The same, known as well as their outline tells, by row: which pixels may be farthest, is looked up."""

    scene: Scene
    outline: Outline
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    longest: float
    taken: list[tuple[int, NDArray[np.float64]]] = field(default_factory=list)

    @classmethod
    def begin(cls, scene: Scene, outline: Outline) -> Generator[Step | None, None, _Bounded]:
        norms = outline.norms[outline.order]
        yield None
        return cls(scene, outline, norms, norms.copy(), float(norms.max()))

    def farthest(self) -> Generator[Step | None, None, tuple[int, float]]:
        """As of ``_Left``."""
        rows = np.flatnonzero(self.high >= self.low.max() * (1 - TIE) - SURE * self.longest)
        if len(rows) <= ONE_BY_ONE:
            columns = np.sort(self.outline.order[rows])
            exact = yield from self._exact((yield from subset(self.scene, columns)), columns)
        else:  # too many are alike
            columns = None
            exact = yield from self._exact(self.scene, np.arange(self.scene.n_pixels))
            self.low[:] = self.high[:] = exact.residual.known()[self.outline.order]
        k, residual = yield from exact.farthest()
        return k if columns is None else int(columns[k]), residual

    def take_out(self, k: int, u: NDArray[np.float64]) -> Generator[Step | None, None, None]:
        """As of ``_Left``."""
        self.taken.append((k, u))
        for rows, along, off in self.outline.along(u):
            along = np.abs(along)
            self.low[rows] = np.maximum(self.low[rows] - (along + off) ** 2, 0)
            self.high[rows] -= np.maximum(along - off, 0) ** 2
            yield None
        row = self.outline.order == k
        self.low[row] = self.high[row] = 0

    def _exact(self, some: Scene, columns: NDArray[np.int64]) -> Generator[Step | None, None, _Left]:
        """What is left of some pixels, or of all of them after one more read."""
        original, residual = some.per_pixel(), some.per_pixel()
        us = np.array([u for _, u in self.taken])
        yield from some.map(_left_by, us, per_pixel=[original, residual])
        gone = np.flatnonzero(np.isin(columns, [k for k, _ in self.taken]))
        residual.put(gone, 0.0)
        return _Left(some, original, residual, self.longest)


def _smoothed(scene: Scene, rank: int, params: Params) -> Generator[Step | None, None, Extraction]:
    """Take the average of the pixels farthest along each direction instead of the farthest one."""
    original = yield from norms_squared(scene)
    residual = original.copy()
    columns, spectra = np.zeros(0, np.int64), np.zeros((scene.n_bands, 0))
    basis = np.zeros((scene.n_bands, 0))
    while len(columns) < rank:
        k = pick(residual, original)
        if residual.at(np.array([k]))[0] <= NOTHING_LEFT * original.max():
            break
        u = complement(scene.columns(np.array([k]))[:, 0], basis)
        along = (yield from coordinates_along(scene, u[None])).known()[0]
        group = np.argpartition(-along, min(params.neighbours, len(along)) - 1)[: params.neighbours]
        members = scene.columns(group)
        mean = np.median(members, axis=1) if params.average == "median" else members.mean(axis=1)
        along[columns] = -np.inf
        rest = mean - basis @ (basis.T @ mean)
        if rest @ rest <= NOTHING_LEFT * original.max() or not np.isfinite(along.max()):
            break
        columns = np.append(columns, along.argmax())
        spectra = np.column_stack([spectra, mean])
        yield Step(len(columns) / rank, message=f"Endmember {len(columns)} of {rank}")
        if len(columns) < rank:
            u = complement(mean, basis)
            basis = np.column_stack([basis, u])
            yield from scene.map(_project_out, u, per_pixel=[residual])
    note = "" if len(columns) == rank else f"The averages hold only {len(columns)} independent spectra."
    return Extraction(np.maximum(spectra, 0), columns, note, smoothed=True)


def _project_out(part: Part, u: NDArray[np.float64], residual: NDArray[np.float64]) -> None:
    from hsunmix.kernels.projection import project_out

    project_out(part.tiles, u, residual)


def _left_by(
    part: Part, us: NDArray[np.float64], original: NDArray[np.float64], residual: NDArray[np.float64]
) -> None:
    from hsunmix.kernels.projection import project_out, squared_norms

    squared_norms(part.tiles, original)
    residual[:] = original
    for u in us:
        project_out(part.tiles, u, residual)


def pick(residual: PerPixel, original: PerPixel) -> int:
    """Column of the largest residual; among equals the longest pixel, then the first."""
    near = residual.where_at_least(residual.max() * (1 - TIE))
    return int(near[np.argmax(original.at(near))])


def complement(x: NDArray[np.float64], basis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vector along the part of x orthogonal to the basis, orthogonalized twice."""
    for _ in range(2):
        x = x - basis @ (basis.T @ x)
    return x / np.linalg.norm(x)
