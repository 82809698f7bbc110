"""Where a factorization starts: spectra, and the abundances that are best for them."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.source import PerPixel
from hsunmix.errors import InputError
from hsunmix.methods import Abundances, Extraction, Problem, get
from hsunmix.methods.shared._nndsvd import nndsvd
from hsunmix.model.progress import Step
from hsunmix.model.wording import counted
from hsunmix.parameters import make

__all__ = [
    "OTHERS",
    "Init",
    "Pixels",
    "given_spectra",
    "initial_abundances",
    "initial_pixels",
    "initial_spectra",
]

# Choices for forms and help; which of them exist is asked of the registry at run time.
OTHERS = ("nndsvd", "random")  # that are no extraction methods
Pixels = Literal["spa", "snpa", "vca", "xray", "h2nmf", "fgnsr", "lp", "smrs", "smacc", "nfindr", "ppi"]
Init = Literal[Pixels, "nndsvd", "random"]


def initial_spectra(problem: Problem, init: str) -> Generator[Step | None, None, NDArray[np.float64]]:
    """Return W (bands used, r); nothing below zero but in locked spectra, which stay as they are.

    Parameters
    ----------
    init : str
        ``random`` (mean spectra of random pixels), ``nndsvd`` or the identifier of any extraction method
        that is registered, with ``problem.init_parameters``; not used when ``problem.start`` holds spectra.
    """
    return (yield from initial_pixels(problem, init))[0]


def initial_pixels(
    problem: Problem, init: str
) -> Generator[Step | None, None, tuple[NDArray[np.float64], NDArray[np.int64] | None]]:
    """Return what ``initial_spectra`` does, and which columns of the scene they are, where they are some."""
    scene, rank = problem.scene, problem.rank
    if problem.start is not None:
        return given_spectra(problem.start, problem.locked), None
    if init == "random":
        return _random(scene, rank, problem.seed), None
    if init == "nndsvd":
        return (yield from nndsvd(scene, rank)), None
    method = get(init, "extraction")
    own = make(method.params, problem.init_parameters)
    found: Extraction = yield from method.run(replace(problem, init_parameters={}), own)
    if found.endmembers.shape[1] < rank:
        only = counted(found.endmembers.shape[1], "independent spectrum", "independent spectra")
        raise InputError(f"{rank} endmembers asked for, but {init} finds only {only} to start from")
    return found.endmembers, None if found.smoothed else found.columns


def given_spectra(spectra: NDArray[np.float64], locked: tuple[int, ...]) -> NDArray[np.float64]:
    """Return spectra with nothing below zero but in locked ones."""
    w = np.maximum(spectra, 0)
    w[:, list(locked)] = spectra[:, list(locked)]
    return w


def initial_abundances(scene: Scene, w: NDArray[np.float64]) -> Generator[Step | None, None, PerPixel]:
    """Return H (n, r, T), the exact nonnegative least squares solution for W."""
    nnls = get("nnls", "abundance")
    abundances: Abundances = yield from nnls.run(scene, w, nnls.params())
    return abundances.h


def _random(scene: Scene, rank: int, seed: int) -> NDArray[np.float64]:
    """Spectra that are means of a few random pixels each."""
    rng = np.random.default_rng(seed)
    few = min(5, scene.n_pixels)
    draws = [rng.choice(scene.n_pixels, few, replace=False) for _ in range(rank)]
    w = np.column_stack([scene.columns(draw).mean(axis=1) for draw in draws])
    return np.asarray(np.maximum(w, 0))
