"""The spectral library that comes with the program."""

from __future__ import annotations

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
    path = resource("resources", "spectra", "builtin.hdr")
    return replace(open_spectra(path), path="builtin")
