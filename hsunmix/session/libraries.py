"""Spectra to be given to a method, out of whatever file holds some: a library, products, a session."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hsunmix.errors import FormatError, HsunmixError
from hsunmix.files import resource, sha256
from hsunmix.model.library import Library, LibraryFile
from hsunmix.model.spectra import Spectra

if TYPE_CHECKING:
    from hsunmix.session.document import RunSettings

__all__ = ["BUILTIN", "NO_LIBRARY", "holds", "open_library", "paths_for"]

BUILTIN = "builtin"
NO_LIBRARY = LibraryFile("")  # that a run shall have none, whichever are open


def open_library(path: str | PathLike[str]) -> Library:
    """Open a spectral library.

    Parameters
    ----------
    path : path-like
        A library in any form that is read, also ``endmembers.csv`` and ``endmembers.sli`` of a result; a
        folder of spectra; a session (``.hsu``), whose endmembers these are, under the names and colours given
        there; or ``builtin``.

    Returns
    -------
    Library
        Its values as the file has them; ``on(cube)`` brings them to a scene's bands and units.

    Raises
    ------
    FileError
        The file is missing, or isn't what it should be.
    """
    from hsunmix.formats import builtin_library, open_spectra

    if os.fspath(path) == BUILTIN:
        return Library.of(builtin_library(), sha256(resource("resources", "spectra", "builtin.sli")))
    place = Path(os.path.abspath(path))  # noqa: PTH100 - links stay: their name is the user's
    if place.suffix.lower() == ".hsu":
        return _of_session(place)
    found = open_spectra(path)
    digest = "" if place.is_dir() else sha256(_data(place, found))
    return Library.of(replace(found, path=str(place)), digest)


def paths_for(settings: RunSettings, opened: Sequence[str]) -> tuple[str, ...]:
    """Return the libraries that a run chooses from: those of its settings, else all that are open.

    A method that can't do without has the built-in one where there are none.
    """
    from hsunmix.methods import get

    traits = get(settings.method, "factorization", "extraction").traits
    if not traits.takes_library:
        return ()
    chosen = tuple(one.path for one in settings.libraries if one.path)
    paths = chosen or (() if NO_LIBRARY in settings.libraries else tuple(opened))
    return paths or ((BUILTIN,) if traits.needs_library else ())


def holds(file: LibraryFile) -> bool:
    """Whether a file still holds the spectra that it held."""
    if not file.path:
        return False
    try:
        again = open_library(file.path)
    except HsunmixError:
        return False
    return again.sha256 == file.sha256 and again.names == file.names


def _data(path: Path, found: Spectra) -> Path:
    """Return the file that holds the numbers: of ENVI the one beside the header."""
    from hsunmix.formats import open_cube

    return Path(open_cube(path).pixels.path) if found.format == "envi" else path  # type: ignore[attr-defined]


def _of_session(path: Path) -> Library:
    from hsunmix.session.archive import load

    document = load(path)
    members = document.endmembers
    if not members:
        raise FormatError(path, "is a session without endmembers")
    cube = document.cube
    spectra = Spectra(
        np.stack([member.spectrum for member in members]),
        tuple(member.name for member in members),
        None if cube is None else cube.wavelengths,
        None if cube is None else cube.fwhm,
        str(path),
        format="session",
    )
    return Library.of(spectra, sha256(path), tuple(member.colour for member in members))
