"""A spectral library in a MATLAB file: a matrix bands × spectra, and names for its columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FormatError
from hsunmix.formats.matlab.contents import Contents
from hsunmix.formats.spectra.band_vectors import understand
from hsunmix.formats.spectra.spectrum_text import GAP
from hsunmix.formats.spectra.wavelengths import nanometres, unit_of
from hsunmix.model.spectra import Spectra

__all__ = ["open_spectra"]

MAX_SPECTRA_OR_BANDS = 100_000  # spectra or bands; a matrix with more is an image
# Columns that are about the bands, by the first word of their names.
_ABOUT = ("wavelengths", "wavelength", "resolution", "fwhm", "channel", "data value")


def open_spectra(path: Path) -> Spectra:
    """Read a library.

    The names may be characters in rows, their codes, or cells of text; the matrix with as many
    columns (or rows) is taken. Columns called wavelength, resolution or channel are about the
    bands: where they are missing, a vector of wavelengths beside the matrix is used.

    Raises
    ------
    FormatError
        There are no names, or no matrix that fits them.
    """
    contents = Contents.of(path)
    able = {
        n: s
        for n, s in contents.shapes.items()
        if len(s) == 2 and 1 < max(s) <= MAX_SPECTRA_OR_BANDS and min(s) > 0
    }
    for source, names in contents.lists_of_words():
        fitting = [n for n, s in able.items() if len(names) in s and min(s) > 1 and n != source]
        for name in sorted(fitting, key=lambda n: max(able[n])):
            matrix = np.asarray(contents.array(name), dtype=np.float64)
            if matrix.shape[1] != len(names):
                matrix = matrix.T
            return _library(path, contents, matrix, names)
    raise FormatError(path, "holds no library: no list of names with a matrix that has a column for each")


def _library(path: Path, contents: Contents, matrix: NDArray[np.float64], names: tuple[str, ...]) -> Spectra:
    about = [k for k, name in enumerate(names) if name.lower().startswith(_ABOUT)]
    kept = [k for k in range(len(names)) if k not in about]
    if not kept:
        raise FormatError(path, "holds no library: all its columns are about the bands")
    notes: list[str] = []
    nm, fwhm = _bands(matrix, names, about, notes)
    if nm is None:
        axis = understand(list(contents.vectors()), len(matrix), notes)
        nm, fwhm = axis.wavelengths, axis.fwhm
    values = matrix[:, kept].T
    values = np.where(np.abs(values) < GAP, values, np.nan)
    return Spectra(values, tuple(names[k] for k in kept), nm, fwhm, str(path), tuple(notes))


def _bands(
    matrix: NDArray[np.float64], names: tuple[str, ...], about: list[int], notes: list[str]
) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]:
    """Return wavelengths and widths of the columns that are about the bands."""
    found: dict[str, NDArray[np.float64] | None] = {"wave": None, "reso": None, "fwhm": None}
    for k in about:
        key = names[k].lower()[:4]
        if key in found:
            found[key] = nanometres(matrix[:, k], unit_of(names[k]), notes) if key == "wave" else matrix[:, k]
    nm, width = found["wave"], found["fwhm"] if found["fwhm"] is not None else found["reso"]
    if nm is None or width is None or not np.isfinite(width).all() or (width <= 0).any():
        return nm, None
    # In the unit of the wavelengths beside it, as the field's tables have it.
    centres = next(matrix[:, k] for k in about if names[k].lower().startswith("wave"))
    return nm, width * nm / centres
