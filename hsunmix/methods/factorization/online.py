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
from msgspec import Meta

from hsunmix.engine.subsets import sampled
from hsunmix.methods import Factorization, Problem
from hsunmix.methods._running import Running
from hsunmix.methods.factorization._initial import Init, initial_spectra
from hsunmix.model.progress import Step

__all__ = ["NUMBERS", "READS", "REFERENCE", "STARTS_FROM_SPECTRA", "TITLE", "Params", "begun", "run"]

TITLE = "Online NMF, one pass"
REFERENCE = "Mairal, Bach, Ponce and Sapiro, Journal of Machine Learning Research 11 (2010)"
STARTS_FROM_SPECTRA = True
READS = (2, 0)
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


def begun(problem: Problem, init: str) -> Generator[Step | None, None, Running]:
    """Find spectra to begin with, on some of the pixels."""
    few = problem.scene
    if problem.start is None:
        few = yield from sampled(problem.scene, min(SAMPLE, problem.scene.n_pixels))
    w = yield from initial_spectra(replace(problem, scene=few), init)
    return Running.of(w, problem.locked)


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """See every pixel once."""
    running = yield from begun(problem, params.init)
    history = yield from running.learn(problem.scene, params.batch, params.forgetting)
    note = f"Spectra after {running.batches} batches; errors of the history are those of the pixels so far."
    return Factorization(running.w, None, history, None, fixed_scale=True, abundance="nnls", note=note)
