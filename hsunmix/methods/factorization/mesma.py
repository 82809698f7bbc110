"""Multiple endmember spectral mixture analysis: every pixel has a model of its own, of a library's spectra.

Problem: for every pixel x, find the model x ≈ Σ f_k s_k + shade with one spectrum s_k of each of a few
classes of a library whose root mean square error is lowest, within limits on the fractions f_k, on what they
lack of one (shade, a spectrum of zeros), on the error, and on the residual in bands in a row. A model of one
material more is taken only if its error is lower by ``fusion`` than that of the best model before. Limits on
errors are in reflectance from 0 to 1, in whatever numbers the library has it; without a library, what is
bright in the scene is taken for one half.
Method: least squares for all models of 1 to ``max_materials`` classes, from tables of inverses that are made
once for all pixels. Without a library the spectra are pixels: SPA's endmembers of the scene, and of ``parts``
random parts of it, each in the class of the one most like it.
Cost: one read of X, 2 · bands · spectra operations a pixel, and about 30 for each model of three.
Guarantee: all models are tried; the choice and the fractions are those of the procedure.
Limits: endmembers are the means of the spectra in use, for show: the residual is that of the models. Pixels
that no model fits have no fractions. Dark spectra are hard to tell from shade.
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
from hsunmix.methods import Factorization, PixelMap, Problem
from hsunmix.methods.shared._bundles import bundles
from hsunmix.methods.shared._models import Models
from hsunmix.model.progress import Step
from hsunmix.model.wording import counted, percent

__all__ = [
    "MAY_BE_NEGATIVE", "NUMBERS", "OF_CLASSES", "READS", "REFERENCE", "TAKES_LIBRARY", "TITLE", "Params",
    "run",
]  # fmt: skip

TITLE = "A model per pixel (MESMA)"
REFERENCE = "Roberts, Gardner, Church, Ustin, Scheer and Green, Remote Sensing of Environment 65 (1998)"
TAKES_LIBRARY = True
OF_CLASSES = True
MAY_BE_NEGATIVE = True
READS = (4, 2)
NUMBERS = (64, 16)

Array = NDArray[np.float64]

SLACK = 1e-6  # of limits on fractions: a pixel that is a spectrum of the library has shade of just zero
WORK = 130_000_000  # numbers of tables · pixels that are tried in less than a tenth of a second


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of mesma."""

    max_materials: Annotated[
        int, Meta(ge=1, le=8, description="Classes in a pixel, besides shade, at most")
    ] = 3
    min_fraction: Annotated[float, Meta(ge=-1e6, le=1, description="Lowest fraction of a material")] = -0.05
    max_fraction: Annotated[float, Meta(ge=0, le=1e6, description="Highest fraction of a material")] = 1.05
    min_shade: Annotated[float, Meta(ge=-1e6, le=1, description="Lowest fraction of shade")] = 0.0
    max_shade: Annotated[float, Meta(ge=0, le=1e6, description="Highest fraction of shade")] = 0.8
    max_rmse: Annotated[float, Meta(ge=0, le=1e6, description="Highest error of a model, in reflectance")] = (
        0.025
    )
    fusion: Annotated[
        float, Meta(ge=0, le=1e6, description="What one material more must gain in error, in reflectance")
    ] = 0.007
    max_residual: Annotated[
        float, Meta(ge=0, le=1e6, description="Residual that isn't allowed in residual_bands in a row")
    ] = 0.025
    residual_bands: Annotated[
        int, Meta(ge=0, le=100_000, description="So many bands in a row; 0 for no such limit")
    ] = 0
    parts: Annotated[
        int, Meta(ge=1, le=1000, description="Parts of the scene that give spectra, without a library")
    ] = 10


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Find the model of every pixel."""
    from hsunmix.kernels.models import best_models

    scene = problem.scene
    spectra = yield from bundles(problem, params.parts)
    models = yield from Models.of(spectra, params.max_materials)
    yield compiling(best_models)
    r, one = spectra.rank, spectra.one(scene)
    limits = np.array([
        params.min_fraction - SLACK, params.max_fraction + SLACK,
        params.min_shade - SLACK, params.max_shade + SLACK,
        params.max_rmse * one, params.max_residual * one,
    ])  # fmt: skip
    h, index = scene.per_pixel(r, np.float32, 0), scene.per_pixel(r, np.int32, -1)
    shade, materials = scene.per_pixel(None, np.float32, 0), scene.per_pixel(None, np.int32, -1)
    rest = scene.per_pixel(fill=0)
    found = yield from scene.map(
        _solve, np.ascontiguousarray(spectra.spectra.T), models.ends, models.members, models.inverses,
        spectra.of, limits, params.fusion * one, params.residual_bands,
        per_pixel=[h, index, shade, materials, rest],
        sums=[(len(spectra.of),), (1,)],
        pixels=max(1, WORK // max(1, models.inverses.size)),
    )  # fmt: skip
    used, without = found.sums
    most = models.members.shape[1]
    maps = {
        "shade": PixelMap(shade, kind="fraction", title="Shade"),
        "model": PixelMap(
            index, kind="index", names=spectra.layers, classes=spectra.names, title="Spectrum of the model"
        ),
        "materials": PixelMap(
            materials,
            kind="class",
            classes=tuple(counted(k + 1, "material") for k in range(most)),
            title="Number of materials",
        ),
    }
    note = f"{len(models):,} models of up to {counted(most, 'material')} were tried."
    if without[0]:
        note += f" In {percent(without[0] / scene.n_pixels)} of the pixels none is within the limits."
    return Factorization(
        spectra.means(used), h, np.zeros((0, 2)), fixed_scale=True, note=f"{note} {spectra.note}".strip(),
        names=spectra.classes, maps=maps, rest=rest,
    )  # fmt: skip


def _solve(
    part: Part, wt: Array, ends: NDArray[np.int64], members: NDArray[np.int64], inverses: Array,
    of: NDArray[np.int64], limits: Array, fusion: float, run: int,
    h: NDArray[np.float32], index: NDArray[np.int32], shade: NDArray[np.float32],
    materials: NDArray[np.int32], rest: Array, used: Array, without: Array,
) -> None:  # fmt: skip
    from hsunmix.kernels.models import best_models

    used += best_models(
        part.tiles, part.counts, wt, ends, members, inverses, of, limits, fusion, run,
        h, index, shade, materials, rest,
    )  # fmt: skip
    for tile, count in zip(materials, part.counts, strict=True):
        without += np.count_nonzero(tile[:count] < 0)
