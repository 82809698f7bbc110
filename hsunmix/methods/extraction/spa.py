"""Successive projection: take the longest pixel, project all onto its complement, repeat.

Problem: find r columns of X whose cone holds all others, X ≈ X(:, K) H with H ≥ 0.
Update: k = argmax ‖x_j‖; then x ← (I − uuᵀ) x with u = x_k / ‖x_k‖. Residuals are never formed:
‖x‖² loses (uᵀx)², so one endmember costs one read of X.
Cost: 2 · bands · pixels operations an endmember.
Guarantee: when the scene is separable (every material has a pure pixel, abundances sum to at most
one) and W has full rank, it finds exactly those pixels, and small noise moves the spectra by at
most O(ε κ²(W)). It does not protect against outliers: an odd pixel is a vertex like any other.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, norms_squared
from hsunmix.engine.scene import Scene
from hsunmix.methods import Extraction, Start
from hsunmix.methods.extraction._options import Options, with_options
from hsunmix.model.unmixing import Step

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

TITLE = "Successive projection (SPA)"
REFERENCE = (
    "Araújo et al., Chemometrics and Intelligent Laboratory Systems 57 (2001); "
    "Gillis and Vavasis, IEEE TPAMI 36 (2014)"
)

TIE = 1e-6  # residuals this near to the largest count as equal; the longer pixel is taken then
NOTHING_LEFT = 1e-12  # of the longest pixel's squared norm: float32 data are no better


class Params(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of spa."""


@with_options
def run(
    scene: Scene,
    rank: int,
    params: Params,
    start: Start,
) -> Generator[Step | None, None, Extraction]:
    """Choose ``rank`` pixels, fewer when the others are combinations of those."""
    from hsunmix.kernels.projection import project_out

    original = yield from norms_squared(scene)
    residual = original.copy()
    chosen: list[int] = []
    basis = np.zeros((scene.n_bands, 0))
    while True:
        k = pick(residual, original)
        if residual.flat[k] <= NOTHING_LEFT * original.max():
            break
        chosen.append(k)
        yield Step(len(chosen) / rank, message=f"Endmember {len(chosen)} of {rank}")
        if len(chosen) == rank:
            break
        u = complement(scene.columns(np.array([k]))[:, 0], basis)
        basis = np.column_stack([basis, u])
        yield compiling(project_out)
        yield from scene.passes(partial(_project_out, scene, u, residual))
        residual.flat[k] = 0.0
    note = "" if len(chosen) == rank else f"The scene has only {len(chosen)} independent spectra."
    columns = np.array(chosen, dtype=np.int64)
    return Extraction(np.maximum(scene.columns(columns), 0), columns, note)


def _project_out(scene: Scene, u: NDArray[np.float64], residual: NDArray[np.float64], chunk: slice) -> None:
    from hsunmix.kernels.projection import project_out

    project_out(scene.tiles[chunk], u, residual[chunk])


def pick(residual: NDArray[np.float64], original: NDArray[np.float64]) -> int:
    """Index of the largest residual; among equals the longest pixel, then the first."""
    near = np.flatnonzero(residual >= residual.max() * (1 - TIE))
    return int(near[np.argmax(original.flat[near])])


def complement(x: NDArray[np.float64], basis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vector along the part of x orthogonal to the basis, orthogonalized twice."""
    for _ in range(2):
        x = x - basis @ (basis.T @ x)
    return x / np.linalg.norm(x)
