"""The spectral library that comes with the program."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache

from hsunmix.files import resource
from hsunmix.formats.envi import open_spectra
from hsunmix.model.spectra import Spectra

__all__ = ["builtin_library"]


@cache
def builtin_library() -> Spectra:
    """Return the library that comes with the program; read once.

    About six hundred minerals, plants, soils, man-made materials and kinds of water, 395–2560 nm;
    resources/spectra/README.md says whose works they are.

    Raises
    ------
    MissingFileError
        The installation lacks it.
    """
    library = open_spectra(resource("resources", "spectra", "builtin.hdr"))
    with resource("resources", "spectra", "builtin_sources.csv").open(encoding="utf-8", newline="") as file:
        kinds = {row["name"]: row["kind"] for row in csv.DictReader(file)}
    return replace(library, path="builtin", classes=tuple(kinds.get(name, "") for name in library.names))
