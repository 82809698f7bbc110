"""What is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.library import Library
from hsunmix.model.unmixing import Weights

__all__ = ["Request"]


@dataclass(frozen=True, eq=False)
class Request:
    """What is asked for.

    Attributes
    ----------
    method : str
        A factorization or an extraction method.
    rank : int
    parameters : mapping
        The method's, by name; what is left out has its default.
    abundance : str
        Abundance method; empty for the factorization's own, and nnls after an extraction.
    abundance_parameters : mapping
        Those of ``abundance``, by name.
    seed : int
    endmembers : array, (bands, r), or None
        Spectra to start from, in the cube's units; fewer than ``rank`` where all of them are locked.
    locked : tuple of int
        Columns of ``endmembers`` that must stay.
    weights : array, or None
        A number for each value, laid out as the cube, (lines, samples, bands), or as the matrix,
        (bands, pixels); or one for each pixel, (lines, samples); or one for each band.
    weights_from : Weights or None
        The file that they were read from.
    init_parameters : mapping
        Those of the extraction that the method's parameter ``init`` names, by name.
    spectra_from : Library or None
        What ``endmembers`` are the spectra of, brought to the cube's bands and units.
    libraries : tuple of Library
        For a method that chooses spectra from some; on the cube's bands and in its units.
    """

    method: str = "auto"
    rank: int = 4
    parameters: Mapping[str, Any] = field(default_factory=dict)
    abundance: str = ""
    seed: int = 0
    endmembers: NDArray[np.float64] | None = None
    locked: tuple[int, ...] = ()
    weights: NDArray[Any] | None = None
    weights_from: Weights | None = None
    abundance_parameters: Mapping[str, Any] = field(default_factory=dict)
    init_parameters: Mapping[str, Any] = field(default_factory=dict)
    spectra_from: Library | None = None
    libraries: tuple[Library, ...] = ()
