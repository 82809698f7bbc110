"""What is found out about a result behind the analyst's back: diagnostics, hints and likenesses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.methods.constraints import Check
from hsunmix.methods.suggestion import Suggestion
from hsunmix.model.matching import Match
from hsunmix.model.spectra import Spectra
from hsunmix.model.unmixing import Unmixing

__all__ = ["Checked", "Compared", "Likeness", "Subject", "Suggested"]


@dataclass(frozen=True, eq=False)
class Checked:
    """What a result's constraints hide; stays until that of the next result is known."""

    result: Unmixing
    check: Check


@dataclass(frozen=True, eq=False)
class Suggested:
    """What a result's residual asks for; nothing where it is noise."""

    result: Unmixing
    found: Suggestion | None


@dataclass(frozen=True, eq=False)
class Likeness:
    """The spectra of the library that are most like one spectrum.

    Attributes
    ----------
    spectrum : array of float64, (bands,)
        That of an endmember; the very same array.
    matches : mapping of str to tuple of Match
        By metric, best first.
    """

    spectrum: NDArray[np.float64]
    matches: Mapping[str, tuple[Match, ...]]


@dataclass(frozen=True, eq=False)
class Compared:
    """A spectrum of the library, drawn over an endmember.

    Attributes
    ----------
    spectrum : array of float64, (bands,)
        The endmember's; the very same array.
    name : str
    values : array of float64, (bands,)
        The library's, brought to the endmember's brightness by least squares.
    """

    spectrum: NDArray[np.float64]
    name: str
    values: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Subject:
    """What the analyst is asked to recognize.

    Attributes
    ----------
    name : str
        The endmember's.
    spectrum : array of float64, (bands,)
    library : Spectra
        On the same bands.
    good : array of bool, (bands,)
        Bands that may be compared.
    """

    name: str
    spectrum: NDArray[np.float64]
    library: Spectra
    good: NDArray[np.bool_]
