"""A folder of spectra as one library."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FileError, FormatError
from hsunmix.formats.opening.files import is_regular
from hsunmix.formats.spectra.classes import classes_in
from hsunmix.model.resampling import resample
from hsunmix.model.spectra import Spectra

__all__ = ["open_folder"]

MAX_FILES = 5000  # files
# splib07 keeps what is known of the bands in files of their own, which look like spectra.
ABOUT_BANDS = re.compile(r"_(wavelengths|bandpass)[_(]", re.IGNORECASE)


def open_folder(path: Path, endings: tuple[str, ...], read: Callable[[Path], Spectra]) -> Spectra:
    """Read every spectrum in a folder, but not in those below it, in the order of the files' names.

    Where they have different bands all are brought to those of the spectrum with the most, and
    beyond its range to those of the others.

    Parameters
    ----------
    path : Path
    endings : tuple of str
        Of the names of files that may hold one.
    read : callable
        Reads one of the files.

    Raises
    ------
    FormatError
        There is no spectrum in it, or more files than 5000.
    """
    libraries, skipped = [], []
    for file in _candidates(path, endings):
        try:
            libraries.append(read(file))
        except FileError:
            skipped.append(file.name)
    if not libraries:
        raise FormatError(path, "is a folder without a spectrum that hsunmix reads")
    notes = []
    if skipped:
        notes.append(f"{len(skipped)} files hold no spectrum: {', '.join(skipped)[:200]}.")
    notes += dict.fromkeys(note for library in libraries for note in library.notes)
    values, nm = _together(path, libraries, notes)
    names = tuple(name for library in libraries for name in library.names)
    classes = classes_in([c for library in libraries for c in library.classes or [""] * len(library.names)])
    return Spectra(values, names, nm, path=str(path), notes=tuple(notes), format="folder", classes=classes)


def _candidates(path: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    """Files that may hold a spectrum by their names."""
    try:
        files = sorted(p for p in path.iterdir() if p.name.lower().endswith(endings) and is_regular(p))
    except OSError as error:
        raise FileError(path, error.strerror or str(error)) from None
    if len(files) > MAX_FILES:
        raise FormatError(path, f"is a folder of {len(files)} files; at most {MAX_FILES} make a library")
    return (p for p in files if not p.name.startswith(".") and not ABOUT_BANDS.search(p.name))


def _together(
    path: Path, libraries: list[Spectra], notes: list[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Bring all spectra to common bands."""
    axes = [library.wavelengths for library in libraries]
    counts = {library.values.shape[1] for library in libraries}
    known = [axis for axis in axes if axis is not None]
    if len(known) < len(axes):
        if len(counts) > 1 or known:
            raise FormatError(path, "is a folder of spectra some of which have no wavelengths")
        return np.concatenate([library.values for library in libraries]), None
    nm = max(known, key=len)
    if len(counts) == 1 and all(np.allclose(axis, nm, rtol=0, atol=0.01) for axis in known):
        return np.concatenate([library.values for library in libraries]), nm
    for axis in known:
        nm = np.concatenate([axis[axis < nm.min() - 0.01], nm, axis[axis > nm.max() + 0.01]])
    notes.append(f"the spectra have different bands: all were interpolated to {len(nm)}.")
    return np.concatenate([resample(library, nm).values for library in libraries]), nm
