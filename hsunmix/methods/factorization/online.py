"""Online NMF: spectra from one pass over the pixels, which are forgotten once they were seen.

Problem: minimize the mean of ‖x − W h‖² over the pixels, for W ≥ 0, where h ≥ 0 is the best for each pixel.
Method: batch after batch of pixels, in their order: their exact abundances with the spectra so far, sums of
their products on to those of all pixels before, and spectra that are the best for these sums. It begins with
an extraction on about 10,000 pixels from all over the scene.
Cost: one read for these, one for the batches, one for abundances at the end; memory for a batch.
Guarantee: for pixels that come in random order the spectra converge to a point where the mean error has no
slope. Abundances are the exact ones of the spectra at the end.
Limits: pixels of a scene come line by line, so one pass ends near such a point, not at it: hals fits better
where the scene can be read often. What has been learned can go on with scenes that come later: see ``hsunmix
learn``.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from hsunmix.engine.subsets import sampled
from hsunmix.methods import Extraction, Factorization, Problem, get
from hsunmix.methods.abundance._constrained import solve
from hsunmix.methods.factorization._initial import OTHERS, Init, initial_spectra
from hsunmix.methods.shared._running import Running
from hsunmix.model.progress import Step
from hsunmix.model.wording import counted
from hsunmix.parameters import make

__all__ = ["NUMBERS", "READS", "REFERENCE", "TITLE", "Params", "begun", "run"]

TITLE = "Online NMF, one pass"
REFERENCE = "Mairal, Bach, Ponce and Sapiro, Journal of Machine Learning Research 11 (2010)"
READS = (3, 0)
NUMBERS = (32, 8)

SAMPLE = 10_000  # pixels that the first spectra are found on


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of online."""

    init: Annotated[Init, Meta(description="First spectra: an extraction method, nndsvd or random")] = "spa"
    batch: Annotated[
        int, Meta(ge=1, le=10_000_000, description="Pixels after which the spectra change, about")
    ] = 2000
    forgetting: Annotated[
        float, Meta(ge=0, le=100, description="How soon early pixels count less; 0: all count alike")
    ] = 1.0


def begun(problem: Problem, init: str) -> Generator[Step | None, None, tuple[Running, str]]:
    """Find spectra to begin with, on some of the pixels, and what is to be said of them."""
    few = yield from sampled(problem.scene, min(SAMPLE, problem.scene.n_pixels))
    problem = replace(problem, scene=few, start=None, locked=())
    if init in OTHERS:
        return Running.of((yield from initial_spectra(problem, init))), ""
    method = get(init, "extraction")
    found: Extraction = yield from method.run(problem, make(method.params, problem.init_parameters))
    fewer = found.endmembers.shape[1] < problem.rank
    return Running.of(np.maximum(found.endmembers, 0)), found.note if fewer else ""


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """See every pixel once."""
    running, said = yield from begun(problem, params.init)
    history = yield from running.learn(problem.scene, params.batch, params.forgetting)
    batches = counted(running.batches, "batch", "batches")
    note = f"Spectra after {batches}; errors of the history are those of the pixels so far. {said}".strip()
    if params.init not in OTHERS:  # pixels: their scale was kept
        return Factorization(running.w, None, history, None, fixed_scale=True, abundance="nnls", note=note)
    h = (yield from solve(problem.scene, running.w, simplex=False)).h
    return Factorization(running.w, h, history, None, note=note)
