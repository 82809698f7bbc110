"""The spectral library that comes with the program."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from hsunmix.files import resource
from hsunmix.formats.csv_spectra import open_spectra
from hsunmix.model.spectra import Spectra

__all__ = ["builtin_library"]


@cache
def builtin_library() -> Spectra:
    """Return the library that comes with the program; read once.

    Raises
    ------
    MissingFileError
        The installation lacks it.
    """
    path = resource("resources", "spectra", "usgs_1995.csv")
    return replace(open_spectra(path), path="builtin")
