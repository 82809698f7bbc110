"""What is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.choice import Choice
from hsunmix.model.library import Library
from hsunmix.model.unmixing import Weights

__all__ = ["Request"]


@dataclass(frozen=True, eq=False)
class Request:
    """What is asked for.

    Attributes
    ----------
    method : Choice
        A factorization or an extraction method.
    rank : int
    abundance : Choice
        An abundance method; none for the factorization's own way, and nnls after an extraction.
    seed : int
    init : Choice
        What the method starts from; none for what its parameter ``init`` says. Parameters without a method
        are those of that one.
    endmembers : array, (bands, r), or None
        Spectra to start from, in the cube's units; fewer than ``rank`` where all of them are locked.
    locked : tuple of int
        Columns of ``endmembers`` that must stay.
    weights : array, or None
        A number for each value, laid out as the cube, (lines, samples, bands), or as the matrix,
        (bands, pixels); or one for each pixel, (lines, samples); or one for each band.
    weights_from : Weights or None
        The file that they were read from.
    spectra_from : Library or None
        What ``endmembers`` are the spectra of, brought to the cube's bands and units.
    libraries : tuple of Library
        For a method that chooses spectra from some; on the cube's bands and in its units.
    """

    method: Choice = field(default_factory=lambda: Choice("auto"))
    rank: int = 4
    abundance: Choice = field(default_factory=Choice)
    seed: int = 0
    init: Choice = field(default_factory=Choice)
    endmembers: NDArray[np.float64] | None = None
    locked: tuple[int, ...] = ()
    weights: NDArray[Any] | None = None
    weights_from: Weights | None = None
    spectra_from: Library | None = None
    libraries: tuple[Library, ...] = ()
