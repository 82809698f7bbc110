"""The default: endmembers from smoothed pixels, refined; abundances by what the scene supports.

Problem: endmembers that are really in the scene, found in spite of noise, odd pixels and shade.
Method: a sample of at most 20,000 pixels is replaced by means of spectral neighbours, and the
most isolated are dropped; N-FINDR picks r of the means; archetypal refinement lets each be a
mixture of a few means, so that the others are better explained as mixtures of them. This is done
twice, with the means as they are and divided by their brightness, so that shade plays no part; where
the scene has shade, the set that explains it better is kept. Where pixels
lie a little outside the simplex of the endmembers, none is pure: the smallest simplex around the
means is taken then. Abundances are exact nonnegative least squares; they are made to sum to one
only where that fits the scene as well, since shade and brightness can't be expressed by such fractions.
Cost: three reads of X, and the search for neighbours.
Its limits: objects of a few pixels are taken for outliers; materials without pure pixels in a scene
with shade are found only as mixtures.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
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
from hsunmix.parameters import make

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

TITLE = "Automatic"
REFERENCE = (
    "Nadisic, Gillis and Kervazo, Linear Algebra and its Applications (2023), for the smoothing; "
    "Winter, SPIE 3753 (1999); Cutler and Breiman, Technometrics 36 (1994)"
)

Array = NDArray[np.float64]

SUM_MAY_COST = 1.02  # fractions that sum to one may fit so much worse, and are taken then
NO_PURE_PIXELS = (
    1.3  # up to here the pixels outside the simplex of the endmembers are what costs; beyond, shade
)
PENALTY = 0.05  # of the volume: a larger one shrinks scenes with noise too much


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
    size = smooth.columns.shape[1]
    found = []
    for brightness in (np.ones_like(smooth.brightness), smooth.brightness):
        weights = yield from _mixtures(smooth, brightness, rank, params.refinement, start)
        w = np.column_stack([_spectrum(scene, smooth, weight) for weight in weights.T])
        found.append((yield from _solved(scene, w, smooth.columns[weights.argmax(axis=0), 0])))
    best = found[0]
    if best.cost_of_sum > NO_PURE_PIXELS and found[1].error["nnls"] < best.error["nnls"]:
        best = found[1]
    said = [f"N-FINDR on means of {size} spectral neighbours"]
    if best is found[1]:
        said[0] += " divided by their brightness"
    if params.refinement:
        said[0] += ", refined as archetypes"
    if SUM_MAY_COST < best.cost_of_sum <= NO_PURE_PIXELS:
        w = yield from _enclosing(scene, smooth, best.w)
        outside = yield from _solved(scene, w, best.columns)
        if outside.error["fcls"] < best.error["fcls"]:
            best = outside
            said[0] += ", then moved outwards (minimum volume), because no pixel seems pure"
    why = "sums of one fit the scene as well" if best.choice == "fcls" else "sums of one would fit it worse"
    said.append(f"Abundances by {best.choice.upper()}, because {why}")
    if best.w.shape[1] < rank:
        said.append(f"The scene has only {best.w.shape[1]} independent spectra")
    return Factorization(
        best.w, best.abundances[best.choice], np.zeros((0, 2)), None, best.columns,
        smoothed=size > 1 or params.refinement > 0, fixed_scale=True, abundance=best.choice,
        note=". ".join(said) + ".",
    )  # fmt: skip


def _mixtures(
    smooth: Smoothed, brightness: Array, rank: int, refinement: int, start: Start
) -> Generator[Step | None, None, Array]:
    """Endmembers as weights (n, r) of the means, found among the means divided by a brightness."""
    points = smooth.points / brightness
    extract = get("nfindr", "extraction")
    found: Extraction = yield from extract.run(from_array(points), rank, extract.params(), start)
    assert found.columns is not None
    weights = (yield from refine(points, found.columns, refinement)) / brightness[:, None]
    return np.asarray(weights / weights.sum(axis=0))


def _spectrum(scene: Scene, smooth: Smoothed, weight: Array) -> Array:
    """Spectrum over all bands of a mixture of means."""
    parts = np.flatnonzero(weight)
    spectra = [scene.columns(smooth.columns[i]).mean(axis=1) for i in parts]
    return np.asarray(np.maximum(np.column_stack(spectra) @ weight[parts], 0))


@dataclass(frozen=True, eq=False)
class _Solved:
    """Spectra, the pixels nearest to them, their abundances by nnls and fcls, and what these leave over."""

    w: Array
    columns: NDArray[np.int64]
    abundances: dict[str, NDArray[np.float32]]
    error: dict[str, float]

    @property
    def cost_of_sum(self) -> float:
        """How much worse the scene is explained when abundances must sum to one."""
        return self.error["fcls"] / max(self.error["nnls"], 1e-300)

    @property
    def choice(self) -> str:
        """The abundance method that the scene supports."""
        return "fcls" if self.cost_of_sum <= SUM_MAY_COST else "nnls"


def _solved(scene: Scene, w: Array, columns: NDArray[np.int64]) -> Generator[Step | None, None, _Solved]:
    solved = _Solved(w, columns, {}, {})
    for name in ("nnls", "fcls"):
        yield Step(0.85, message="Abundances")
        method = get(name, "abundance")
        found: Abundances = yield from method.run(scene, w, method.params())
        solved.abundances[name] = found.tiles
        solved.error[name] = float(np.sqrt((yield from residuals(scene, w, found.tiles)).sum()))
    return solved


def _enclosing(scene: Scene, smooth: Smoothed, w: Array) -> Generator[Step | None, None, Array]:
    """Spectra of the smallest simplex around the means, which have neither outliers nor much noise."""
    pick = np.linspace(0, len(smooth.columns) - 1, min(len(smooth.columns), 5000)).round().astype(np.int64)
    means = np.zeros((scene.n_bands, len(pick)))
    for column in smooth.columns[pick].T:
        means += scene.columns(column)
        yield None
    minvol = get("minvol", "factorization")
    params = make(minvol.params, {"model": "fractions", "penalty": PENALTY, "max_iterations": 100})
    around = from_array(means / smooth.columns.shape[1])
    found: Factorization = yield from minvol.run(around, w.shape[1], params, Start(endmembers=w))
    return found.endmembers
