"""Endmember bundles: several spectra of each material, and the fractions of their groups.

Problem: for every pixel x, minimize ‖x − Σ_k S_k h_k‖² over fractions h ≥ 0 that sum to one, where S_k are
the spectra of group k; without the sum where ``sum_to_one`` is off. The abundance of an endmember is the sum
of the fractions of its group.
Method: the spectra are pixels: VCA's endmembers of the scene, and of ``parts`` random parts of it, each in
the group of the one most like it. Or they are those of a library, in its classes. Fractions are solved for
exactly, with all spectra at once.
Cost: a few reads of X; for s spectra 2 · bands · s operations a pixel, and the exact solver.
Guarantee: each pixel's fractions are the optimum. The residual is that of the spectra themselves; the map
``member`` says which of its group a pixel has most of.
Limits: a material that no part has pure is in no group. Where groups overlap, it can't be told which of two
materials it is. Endmembers are means of the spectra in use, for show.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.source import Part
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods import Factorization, PixelMap, Problem
from hsunmix.methods.shared._bundles import bundles
from hsunmix.methods.shared._least_squares import at_once, refuse_broken
from hsunmix.model.progress import Step

__all__ = [
    "NUMBERS", "OF_CLASSES", "READS", "REFERENCE", "TAKES_LIBRARY", "TITLE", "Params", "run",
]  # fmt: skip

TITLE = "Endmember bundles"
REFERENCE = (
    "Somers, Zortea, Plaza and Asner, IEEE JSTARS 5 (2012); Bateson, Asner and Wessman, IEEE TGRS 38 (2000)"
)
TAKES_LIBRARY = True
OF_CLASSES = True
READS = (4, 2)
NUMBERS = (64, 24)

Array = NDArray[np.float64]
Single = NDArray[np.float32]


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of bundles."""

    parts: Annotated[
        int, Meta(ge=1, le=1000, description="Parts of the scene that give spectra, without a library")
    ] = 20
    sum_to_one: Annotated[bool, Meta(description="Fractions of a pixel sum to one")] = True


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Gather the spectra, and solve every pixel with all of them."""
    from hsunmix.kernels.exact import exact

    scene = problem.scene
    spectra = yield from bundles(problem, params.parts, "vca")
    size, r = len(spectra.of), spectra.rank
    yield compiling(exact(size))
    h, index = scene.per_pixel(r, np.float32, 0), scene.per_pixel(r, np.int32, -1)
    rest = scene.per_pixel(fill=0)
    with single_threaded_blas():
        found = yield from scene.map(
            _solve, np.ascontiguousarray(spectra.spectra.T), spectra.of, params.sum_to_one,
            per_pixel=[h, index, rest], sums=[(size,)], pixels=max(1, at_once(size) // 2),
        )  # fmt: skip
    refuse_broken(sum(found.values))
    maps = {
        "member": PixelMap(
            index, kind="index", names=spectra.layers, classes=spectra.names, title="Spectrum it has most of"
        )
    }
    return Factorization(
        spectra.means(found.sums[0]), h, np.zeros((0, 2)), fixed_scale=True,
        note=f"{size} spectra in {r} groups. {spectra.note}".strip(), names=spectra.classes, maps=maps,
        rest=rest,
    )  # fmt: skip


def _solve(
    part: Part, wt: Array, of: NDArray[np.int64], simplex: bool,
    h: Single, index: NDArray[np.int32], rest: Array, used: Array,
) -> int:  # fmt: skip
    """Solve with all spectra; return how many pixels couldn't be."""
    from hsunmix.kernels.exact import exact
    from hsunmix.kernels.residual import squared_residuals

    n, r, width = h.shape
    size = len(of)
    found = np.empty((n, size, width), np.float32)
    failed = int(
        exact(size)(part.tiles, part.counts, wt, wt @ wt.T, simplex, found, np.zeros(size), np.ones(size))
    )
    squared_residuals(part.tiles, np.ascontiguousarray(wt.T, dtype=np.float32), found, rest)
    used += found.sum(axis=(0, 2), dtype=np.float64)
    for k in range(r):
        mine = np.flatnonzero(of == k)
        own = found[:, mine]
        h[:, k] = own.sum(axis=1, dtype=np.float64)
        index[:, k] = np.where(own.max(axis=1) > 0, mine[own.argmax(axis=1)], -1)
    return failed
