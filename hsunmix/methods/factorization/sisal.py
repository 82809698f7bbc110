"""SISAL: the smallest simplex around most of the pixels.

Problem: with the pixels' coordinates y in the first r − 1 directions about their mean, minimize
−log |det Q| + λ/n Σ max(0, −Q [y; 1]) over matrices Q whose columns sum to (0, …, 0, 1): Q [y; 1] are the
abundances, which sum to one, Q⁻¹ holds the vertices, and the hinge lets noise and odd pixels lie outside.
Method: the logarithm is replaced by its tangent and a quadratic term about the last Q; what remains is convex
and is solved by alternating directions; a step is shortened until the objective falls.
Where the noise is known, λ follows from it: the right simplex leaves as much of the pixels outside as noise
alone would (``weight`` 0). A smaller one leaves more, a larger one less.
Cost: two reads of X; then work on a sample of the pixels in r − 1 directions.
Limits: pixels must sum to one up to noise: under shade it is wrong, and odd pixels move it.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import coordinates_along
from hsunmix.engine.subsets import evenly
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods import Extraction, Factorization, Problem, get
from hsunmix.methods.extraction._reduced import directions
from hsunmix.methods.factorization._initial import Pixels
from hsunmix.methods.factorization._simplex import FITS, simplex_by_noise, simplex_of
from hsunmix.methods.shared._smoothing import FAINTEST
from hsunmix.model.progress import Step
from hsunmix.parameters import make

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

TITLE = "Smallest simplex with soft walls (SISAL)"
REFERENCE = "Bioucas-Dias, WHISPERS (2009)"

Array = NDArray[np.float64]

SAMPLE = 5_000  # pixels that the simplex is put around
EXTRA_DIRECTIONS = 5  # beyond those of r endmembers that may hold more than noise
USUAL_WEIGHT = 300.0  # where the bands are too few to tell the noise


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of sisal."""

    weight: Annotated[
        float, Meta(ge=0, le=1e6, description="λ: how much pixels outside cost; 0: as the scene's noise says")
    ] = 0.0
    init: Annotated[Literal[Pixels, "random"], Meta(description="Pixels to begin with")] = "vca"


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Find the simplex; the abundances are solved for afterwards."""
    scene, rank = problem.scene, problem.rank
    method = get(params.init, "extraction")
    found: Extraction = yield from method.run(problem, make(method.params, problem.init_parameters))
    w = found.endmembers
    if w.shape[1] < rank or rank < 2:
        return Factorization(w, None, np.zeros((0, 2)), abundance="fcls", fixed_scale=True, note=found.note)
    _, about = yield from directions(scene)
    count = min(rank + EXTRA_DIRECTIONS, scene.n_bands)
    basis, rest = about.basis[:count], about.power[count:]
    places = evenly(scene.n_pixels, SAMPLE)
    points = (yield from coordinates_along(scene, basis, about.mean)).at(places)
    noise = float(rest.mean()) if len(rest) else 0.0
    start = basis @ (w - about.mean[:, None])
    yield Step(0.3, message="Looking for the smallest simplex")
    weight = params.weight or (0.0 if noise > FAINTEST * about.total / scene.n_bands else USUAL_WEIGHT)
    if weight:
        simplex, said = (yield from simplex_of(points, start, weight)), ""
    else:
        simplex, excess = yield from simplex_by_noise(points, start, noise, problem.seed)
        said = "" if excess <= FITS else "The pixels don't fill a simplex: what is left is more than noise."
    with single_threaded_blas():
        spectra = np.maximum(basis.T @ simplex + about.mean[:, None], 0)
    return Factorization(spectra, None, np.zeros((0, 2)), abundance="fcls", fixed_scale=True, note=said)
