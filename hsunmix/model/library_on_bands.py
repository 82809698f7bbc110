"""Libraries on a scene's bands: resampled, with the gaps told, those that are a few filled in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.resampling import resample
from hsunmix.model.scales import between
from hsunmix.model.spectra import Spectra

if TYPE_CHECKING:
    from hsunmix.model.cube import Cube

__all__ = ["MAX_FILLED", "filled", "lacking", "merge_libraries", "on_bands", "some_pixels"]

MAX_FILLED = 0.1  # share of the bands that may be filled in between their neighbours
MIN_LINES = 5  # of a scene, read to tell its units
MIN_PIXELS = 512

Matrix = NDArray[np.float64]
AnySpectra = TypeVar("AnySpectra", bound=Spectra)


def on_bands(library: AnySpectra, cube: Cube) -> tuple[AnySpectra, list[str]]:
    """Bring a library to a cube's bands; say what was done.

    Bands in which all of several spectra are zero hold no data, as those of water vapour in libraries made
    of images: they would darken the bands around them.
    """
    name, bands = library.label, library.values.shape[1]
    if library.wavelengths is cube.wavelengths and bands == cube.bands:
        by_number = f"{name}: its bands are taken for the scene's by their number."
        return library, [by_number] if cube.wavelengths is None else []
    one = resample(library, cube.wavelengths, cube.fwhm)
    if one.values.shape[1] != cube.bands:
        raise InputError(
            f"{name} has {bands} bands and the cube {cube.bands} without wavelengths, so that they can't be "
            "laid on each other"
        )
    if one is library:
        if library.wavelengths is None or cube.wavelengths is None:
            return one, [f"{name}: its bands are taken for the scene's by their number."]
        return one, []
    values, notes = library.values, []
    alive = values[(np.nan_to_num(values) != 0).any(axis=1)]
    empty = (alive == 0).all(axis=0)
    if len(alive) > 1 and empty.any():
        count = int(empty.sum())
        zero = "1 band is" if count == 1 else f"{count} bands are"
        notes.append(f"{name}: {zero} zero in every spectrum: taken as gaps.")
        one = resample(replace(library, values=np.where(empty, np.nan, values)), cube.wavelengths, cube.fwhm)
    return one, [*notes, f"{name}: brought from {bands} to the scene's {cube.bands} bands."]


def merge_libraries(libraries: Sequence[Spectra], cube: Cube) -> Spectra:
    """Bring libraries to a cube's bands and put them behind each other.

    A library that can't be brought there is left out, and the notes say so. Values stay as they are; by
    what all those of a library must be multiplied to be in the scene's units is in ``factors``, and in the
    notes. ``origins`` says which is of which library.
    """
    scene = some_pixels(cube)
    scene[:, ~cube.good_bands] = np.nan
    kept, factors, notes = [], [], []
    for library in libraries:
        try:
            one, _ = on_bands(library, cube)
        except InputError as error:
            notes.append(f"{error}.")
            continue
        scale = between(one.values, scene)
        if scale.sentence:
            notes.append(f"{library.label}: {scale.sentence}.")
        kept.append(one)
        factors.append(np.full(len(one.names), scale.factor))
    classes = tuple(c for one in kept for c in one.classes or [""] * len(one.names))
    return Spectra(
        np.concatenate([np.empty((0, cube.bands)), *(one.values for one in kept)]),
        tuple(name for one in kept for name in one.names),
        cube.wavelengths,
        cube.fwhm,
        notes=tuple(notes),
        factors=np.concatenate([np.empty(0), *factors]),
        classes=classes if any(classes) else (),
        origins=tuple(one.label for one in kept for _ in one.names),
    )


def some_pixels(cube: Cube) -> NDArray[np.float32]:
    """Return pixels of a scene that tell its units, (pixels, bands): those of a few lines, spread evenly."""
    lines = np.arange(cube.lines)
    if cube.selection is not None and cube.selection.any():
        lines = np.flatnonzero(cube.selection.any(axis=1))
    few = max(MIN_LINES, -(-MIN_PIXELS // cube.samples))
    found = _spread(cube, lines, few)
    return found if np.isfinite(found).any() else _spread(cube, lines, 16 * few)


def _spread(cube: Cube, lines: NDArray[np.intp], count: int) -> NDArray[np.float32]:
    """Read some of the lines, evenly apart; (pixels, bands)."""
    places = np.unique(((np.arange(count) + 0.5) / count * len(lines)).astype(np.intp))
    return np.concatenate([_row(cube, int(line)) for line in lines[places]])


def _row(cube: Cube, line: int) -> NDArray[np.float32]:
    pixels: NDArray[np.float32] = cube.read(line, line + 1)[0]
    return pixels if cube.selection is None else pixels[cube.selection[line]]


def lacking(spectrum: Matrix, good: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell in which good bands a library's spectrum has no values, where they are too many to be filled in.

    Returns
    -------
    array of bool, (bands,)
        All False where ``filled`` takes the spectrum.
    """
    missing = good & ~np.isfinite(spectrum)
    return missing if missing.sum() > MAX_FILLED * good.sum() else np.zeros_like(missing)


def filled(spectrum: Matrix, good: NDArray[np.bool_], name: str) -> Matrix:
    """Return a library's spectrum as an endmember: a value in every good band, NaN in the others.

    Raises
    ------
    InputError
        It has no values in more than ``MAX_FILLED`` of the good bands.
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
