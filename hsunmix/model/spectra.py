"""Endmembers and spectral libraries."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError

__all__ = ["PALETTE", "Endmember", "Source", "Spectra", "check_colour", "colour"]

# First Okabe and Ito's palette without black and with its yellow darkened. The other six were
# searched for: the twelve are told apart with any colour vision, and are seen on white and on dark
# grey alike (tests/gui/widgets/test_palette.py holds both).
PALETTE = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#e69f00",
    "#56b4e9",
    "#8700ff",
    "#96b478",
    "#c30f2d",
    "#b478ff",
    "#964b78",
    "#c33cd2",
)


def check_colour(text: str) -> None:
    """Raise the InputError that says that a text is no ``#rrggbb``."""
    if not isinstance(text, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise InputError(f"a colour is written as #rrggbb, such as #d55e00, not {text!r:.60}")


def colour(index: int) -> str:
    """Return the default colour of the endmember with this index, as ``#rrggbb``."""
    return PALETTE[index % len(PALETTE)]


@dataclass(frozen=True)
class Source:
    """Where an endmember's spectrum comes from.

    Attributes
    ----------
    kind : str
        ``pixel``, ``smoothed`` (a pixel and its spectral neighbours), ``roi``, ``library`` or
        ``computed``.
    line, sample : int or None
        The pixel, for the first two kinds.
    text : str
        What else is known: the library's entry, the method.
    """

    kind: str = "computed"
    line: int | None = None
    sample: int | None = None
    text: str = ""

    def __str__(self) -> str:
        if self.line is not None and self.sample is not None:
            around = "around " if self.kind == "smoothed" else ""
            return f"{around}pixel {self.line}, {self.sample}"
        return self.text or self.kind


@dataclass(frozen=True, eq=False)
class Endmember:
    """One material: its spectrum and how it is shown.

    Attributes
    ----------
    name : str
    spectrum : array of float64, (bands,)
        NaN in bands that are not used.
    colour : str
        ``#rrggbb``.
    visible, locked : bool
        Shown in the plots; kept as it is by a factorization.
    source : Source

    Raises
    ------
    InputError
        The colour is no ``#rrggbb``: it goes into pages and pictures as it is.
    """

    name: str
    spectrum: NDArray[np.float64]
    colour: str = PALETTE[0]
    visible: bool = True
    locked: bool = False
    source: Source = field(default_factory=Source)

    def __post_init__(self) -> None:
        check_colour(self.colour)


@dataclass(frozen=True, eq=False, repr=False)
class Spectra:
    """A set of spectra on common bands: a spectral library.

    Attributes
    ----------
    values : array of float64, (spectra, bands)
        NaN where a spectrum has a gap.
    names : tuple of str
    wavelengths : array of float64, (bands,), or None
        Nanometres.
    fwhm : array of float64, (bands,), or None
        Nanometres.
    path : str
        The file it was read from.
    notes : tuple of str
        What the reader had to assume.
    format : str
        Identifier of the file's format.
    factors : array of float64, (spectra,), or None
        By what each must be multiplied to be in a scene's units: one number for each library that went
        into the set; None where no scene is meant.
    classes : tuple of str
        What each is of, such as "soil", where the file says so; empty where it doesn't.
    origins : tuple of str
        The file of each, where several went into the set.
    """

    values: NDArray[np.float64]
    names: tuple[str, ...]
    wavelengths: NDArray[np.float64] | None = None
    fwhm: NDArray[np.float64] | None = None
    path: str = ""
    notes: tuple[str, ...] = ()
    format: str = ""
    factors: NDArray[np.float64] | None = None
    classes: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()

    def __repr__(self) -> str:
        name = f" {self.path}" if self.path else ""
        return f"<{type(self).__name__}{name}: {self.values.shape[0]} spectra, {self.values.shape[1]} bands>"

    @property
    def label(self) -> str:
        """What the library is called in sentences."""
        if self.path in ("", "builtin"):
            return "The built-in library" if self.path else "The library"
        return Path(self.path).name

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or len(self.names) != len(self.values):
            raise ValueError(f"{len(self.names)} names for spectra of shape {self.values.shape}")
        if len(self.classes) not in (0, len(self.names)):
            raise ValueError(f"{len(self.classes)} classes for {len(self.names)} spectra")
