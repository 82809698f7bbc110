"""Several spectral libraries as one, on a cube's bands."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.resampling import resample
from hsunmix.model.scales import between
from hsunmix.model.spectra import Spectra

__all__ = ["filled", "joined", "lacking", "material", "to_brightness"]

FEW = 0.1  # share of the bands that may be filled in between their neighbours


def joined(
    libraries: Sequence[Spectra],
    bands: int,
    wavelengths: NDArray[np.float64] | None,
    fwhm: NDArray[np.float64] | None,
    scene: NDArray[np.floating],
) -> Spectra:
    """Bring libraries to common bands and put them behind each other.

    A library that can't be brought there is left out, and the notes say so. Values stay as they are; by
    what all those of a library must be multiplied to be in the scene's units is in ``factors``, and in the
    notes.

    Parameters
    ----------
    libraries : sequence of Spectra
    bands : int
        How many; without wavelengths only libraries with as many can be used.
    wavelengths, fwhm : array of float64, (bands,), or None
        Nanometres.
    scene : array, (..., bands)
        Some values of the scene; NaN is left out.
    """
    kept, factors, notes = [], [], []
    for library in libraries:
        try:
            one = resample(library, wavelengths, fwhm)
        except InputError as error:
            notes.append(f"{error}.")
            continue
        if one.values.shape[1] == bands:
            scale = between(one.values, scene)
            if scale.sentence:
                notes.append(f"{library.path or 'The built-in library'}: {scale.sentence}.")
            kept.append(one)
            factors.append(np.full(len(one.names), scale.factor))
        else:
            name = library.path or "a library"
            notes.append(f"{name} has {one.values.shape[1]} bands and the cube {bands} without wavelengths.")
    return Spectra(
        np.concatenate([np.empty((0, bands)), *(one.values for one in kept)]),
        tuple(name for one in kept for name in one.names),
        wavelengths,
        fwhm,
        notes=tuple(notes),
        factors=np.concatenate([np.empty(0), *factors]),
    )


def lacking(spectrum: NDArray[np.float64], good: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell in which good bands a library's spectrum has no values, where they are too many to be filled in.

    Returns
    -------
    array of bool, (bands,)
        All False where ``filled`` takes the spectrum.
    """
    missing = good & ~np.isfinite(spectrum)
    return missing if missing.sum() > FEW * good.sum() else np.zeros_like(missing)


def filled(spectrum: NDArray[np.float64], good: NDArray[np.bool_], name: str) -> NDArray[np.float64]:
    """Return a library's spectrum as an endmember: a value in every good band, NaN in the others.

    Raises
    ------
    InputError
        It has no values in more than ``FEW`` of the good bands.
    """
    there = np.isfinite(spectrum) & good
    if missing := int(lacking(spectrum, good).sum()):
        raise InputError(
            f"{name} has no values in {missing} of the {int(good.sum())} bands used: "
            "it can't be an endmember of this scene unless those bands are left out"
        )
    place = np.arange(len(spectrum))
    full = np.interp(place, place[there], spectrum[there])
    return np.where(good, full, np.nan)


def to_brightness(values: NDArray[np.float64], spectrum: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale a library's values so that they are as near a spectrum as one factor can bring them."""
    both = np.isfinite(values) & np.isfinite(spectrum)
    length = float(values[both] @ values[both])
    return values * (float(values[both] @ spectrum[both]) / length if length > 0 else 1.0)


def material(name: str) -> str:
    """Return the words of a library's name before the number of its sample: "Kaolinite CM9" is kaolinite."""
    words = name.split()
    count = next((k for k, word in enumerate(words) if k and re.search(r"\d|^[A-Z]{2}", word)), len(words))
    return " ".join(words[:count])
