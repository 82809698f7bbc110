"""What the window shows of spectral libraries that no session holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.matching import Match
from hsunmix.model.spectra import Endmember, Spectra

__all__ = ["Compared", "LibraryState", "Likeness", "Subject"]


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


@dataclass(frozen=True, eq=False)
class LibraryState:
    """The libraries in use, and what the endmembers are like.

    Attributes
    ----------
    library : Spectra or None
        The spectral libraries in use, as one, on the cube's bands.
    likenesses : tuple of Likeness
        Of the endmembers, as far as they are known.
    compared : Compared or None
        What is drawn over an endmember.
    """

    library: Spectra | None = None
    likenesses: tuple[Likeness, ...] = ()
    compared: Compared | None = None

    def matches(self, member: Endmember, metric: str = "sam") -> tuple[Match, ...]:
        """Return what of the library is most like an endmember, as far as it is known."""
        for likeness in self.likenesses:
            if likeness.spectrum is member.spectrum:
                return likeness.matches.get(metric, ())
        return ()
