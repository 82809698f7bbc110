"""The default: endmembers from smoothed pixels, refined; abundances by what the scene supports.

Problem: endmembers that are really in the scene, found in spite of noise, odd pixels and shade.
Method: a sample of at most 20,000 pixels is replaced by means of spectral neighbours, and the
most isolated are dropped; N-FINDR picks r of the means; archetypal refinement lets each be a
mixture of a few means, so that the others are better explained as mixtures of them. Abundances
are exact nonnegative least squares; they are made to sum to one only where that fits the scene
as well, since shade and brightness can't be expressed by such fractions.
Cost: three reads of X, and the search for neighbours.
It finds materials that have nearly pure pixels. Where none has, minvol may come nearer; objects
of a few pixels are taken for outliers.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import residuals
from hsunmix.engine.scene import Scene, from_array
from hsunmix.methods import Abundances, Extraction, Factorization, Start, get
from hsunmix.methods.factorization._archetypes import refine
from hsunmix.methods.factorization._smoothing import Smoothed, smoothed
from hsunmix.model.unmixing import Step

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

TITLE = "Automatic"
REFERENCE = (
    "Nadisic, Gillis and Kervazo, Linear Algebra and its Applications (2023), for the smoothing; "
    "Winter, SPIE 3753 (1999); Cutler and Breiman, Technometrics 36 (1994)"
)

SUM_MAY_COST = 1.02  # fractions that sum to one may fit so much worse, and are taken then


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of auto."""

    neighbours: Annotated[
        int, Meta(ge=1, le=1000, description="Spectral neighbours whose mean replaces a pixel")
    ] = 50
    isolated: Annotated[
        float,
        Meta(ge=0, le=0.5, description="Share of the pixels, the most isolated, that can't be endmembers"),
    ] = 0.01
    refinement: Annotated[int, Meta(ge=0, le=1000, description="Iterations of archetypal refinement")] = 20


def run(
    scene: Scene,
    rank: int,
    params: Params,
    start: Start,
) -> Generator[Step | None, None, Factorization]:
    """Smooth, extract, refine, and solve for the abundances."""
    smooth = yield from smoothed(scene, rank, params.neighbours, params.isolated)
    extract = get("nfindr", "extraction")
    found: Extraction = yield from extract.run(from_array(smooth.points), rank, extract.params(), start)
    assert found.columns is not None
    weights = yield from refine(smooth.points, found.columns, params.refinement)
    w = np.column_stack([_spectrum(scene, smooth, weights[:, k]) for k in range(weights.shape[1])])
    h, abundance = yield from _abundances(scene, w)
    size = smooth.columns.shape[1]
    note = f"N-FINDR on means of {size} spectral neighbours"
    note += ", refined as archetypes" if params.refinement else ""
    note += f"; abundances by {abundance.upper()}, because "
    note += "sums of one fit the scene as well." if abundance == "fcls" else "sums of one would fit it worse."
    if weights.shape[1] < rank:
        note += f" The scene has only {weights.shape[1]} independent spectra."
    return Factorization(
        w, h, np.zeros((0, 2)), None, smooth.columns[weights.argmax(axis=0), 0],
        smoothed=size > 1 or params.refinement > 0, fixed_scale=True, abundance=abundance, note=note,
    )  # fmt: skip


def _spectrum(scene: Scene, smooth: Smoothed, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spectrum over all bands of a mixture of means."""
    parts = np.flatnonzero(weight)
    spectra = [scene.columns(smooth.columns[i]).mean(axis=1) for i in parts]
    return np.asarray(np.maximum(np.column_stack(spectra) @ weight[parts], 0))


def _abundances(
    scene: Scene, w: NDArray[np.float64]
) -> Generator[Step | None, None, tuple[NDArray[np.float32], str]]:
    """Return fully constrained abundances where they fit nearly as well, else nonnegative ones."""
    found: dict[str, NDArray[np.float32]] = {}
    error: dict[str, float] = {}
    for name in ("nnls", "fcls"):
        yield Step(0.85, message="Abundances")
        method = get(name, "abundance")
        solved: Abundances = yield from method.run(scene, w, method.params())
        found[name] = solved.tiles
        error[name] = float(np.sqrt((yield from residuals(scene, w, solved.tiles)).sum()))
    best = "fcls" if error["fcls"] <= SUM_MAY_COST * error["nnls"] else "nnls"
    return found[best], best
