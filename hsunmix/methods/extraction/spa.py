"""Successive projection: take the longest pixel, project all onto its complement, repeat.

Problem: find r columns of X whose cone holds all others, X ≈ X(:, K) H with H ≥ 0.
Update: k = argmax ‖x_j‖; then x ← (I − uuᵀ) x with u = x_k / ‖x_k‖. Residuals are never formed:
‖x‖² loses (uᵀx)², so one endmember costs one read of X.
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
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, coordinates_along, norms_squared
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.methods import Extraction, Problem
from hsunmix.methods.extraction._options import Options, with_options
from hsunmix.model.progress import Step

__all__ = ["EVERYDAY", "REFERENCE", "TITLE", "Params", "run"]

TITLE = "Successive projection (SPA)"
REFERENCE = (
    "Araújo et al., Chemometrics and Intelligent Laboratory Systems 57 (2001); "
    "Gillis and Vavasis, IEEE TPAMI 36 (2014); "
    "Nadisic, Gillis and Kervazo, Linear Algebra and its Applications 676 (2023), for neighbours"
)
EVERYDAY = True

TIE = 1e-6  # residuals this near to the largest count as equal; the longer pixel is taken then
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
    from hsunmix.kernels.projection import project_out

    if params.neighbours > 1:
        return (yield from _smoothed(scene, rank, params))
    original = yield from norms_squared(scene)
    residual = original.copy()
    chosen: list[int] = []
    basis = np.zeros((scene.n_bands, rank))
    while True:
        k = pick(residual, original)
        if residual.at(np.array([k]))[0] <= NOTHING_LEFT * original.max():
            break
        chosen.append(k)
        yield Step(len(chosen) / rank, message=f"Endmember {len(chosen)} of {rank}")
        if len(chosen) == rank:
            break
        done = len(chosen) - 1
        u = basis[:, done] = complement(scene.columns(np.array([k]))[:, 0], basis[:, :done])
        yield compiling(project_out)
        yield from scene.map(_project_out, u, per_pixel=[residual])
        residual.put(k, 0.0)
    note = "" if len(chosen) == rank else f"The scene has only {len(chosen)} independent spectra."
    columns = np.array(chosen, dtype=np.int64)
    return Extraction(np.maximum(scene.columns(columns), 0), columns, note)


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


def pick(residual: PerPixel, original: PerPixel) -> int:
    """Column of the largest residual; among equals the longest pixel, then the first."""
    near = residual.where_at_least(residual.max() * (1 - TIE))
    return int(near[np.argmax(original.at(near))])


def complement(x: NDArray[np.float64], basis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vector along the part of x orthogonal to the basis, orthogonalized twice."""
    for _ in range(2):
        x = x - basis @ (basis.T @ x)
    return x / np.linalg.norm(x)
