"""Whatever Python holds numbers in, taken by what it means: the one door for arrays.

A kind of object that says more than its numbers do has a file here, named after the library that it comes
from. It is found by the module of the object's type, so that the library need not be imported, nor
installed. The file's ``read`` turns the object into a ``Given``, or returns None for what it doesn't know.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hsunmix.errors import InputError
from hsunmix.model.cube import Cube
from hsunmix.model.foreign._given import Given
from hsunmix.model.foreign._numbers import given, numbers
from hsunmix.model.foreign.aligned import mask, spectra, weights
from hsunmix.model.pixels import ArrayPixels, MatrixPixels, Pixels

__all__ = [
    "Given",
    "given",
    "image",
    "is_image",
    "mask",
    "matrix",
    "numbers",
    "one_cube",
    "spectra",
    "weights",
]

Nodata = float | str | None

MICROMETRES = 100.0  # up to which numbers can be no nanometres


def is_image(values: Any) -> bool:
    """Whether an object says by itself that it is an image of three axes, and which axis is which."""
    libraries = {kind.__module__.partition(".")[0] for kind in type(values).__mro__}
    return bool(libraries & {"spectral", "xarray"}) and len(getattr(values, "shape", ())) == 3


def one_cube(given: Any, nodata: Nodata = None) -> Cube:
    """Take what is given for a cube; an array of three axes only where it says which is which."""
    if isinstance(given, Cube):
        return given.with_nodata(nodata)
    return image(given, None, nodata) if is_image(given) else matrix(given, nodata)


def image(values: Any, wavelengths: ArrayLike | None = None, nodata: Nodata = None) -> Cube:
    """Make a cube of an array (lines, samples, bands): see ``Cube.from_array``."""
    found = given(values)
    shape = found.values.shape
    if len(shape) != 3:
        raise InputError(f"a cube has 3 axes (lines, samples, bands), not {len(shape)}: {shape}")
    return _cube(ArrayPixels(found.values), found, wavelengths, nodata)


def matrix(values: Any, nodata: Nodata = None) -> Cube:
    """Make a cube of a matrix (bands, pixels), or of one spectrum (bands,): a line for each pixel.

    Raises
    ------
    InputError
        These are no numbers, or the array has other axes.
    """
    found = given(values)
    shape = found.values.shape
    if len(shape) == 3:
        raise InputError(
            f"an array of 3 axes {shape} is a cube, not a matrix bands × pixels; "
            "give hsunmix.Cube.from_array(x), with the axes lines, samples, bands"
        )
    if 0 in shape:
        raise InputError(f"an array of shape {shape} has no values")
    if len(shape) not in (1, 2):
        raise InputError(f"a matrix bands × pixels is needed, not an array of shape {shape}")
    return _cube(MatrixPixels(found.values.reshape(shape[0], -1)), found, None, nodata)


def _cube(pixels: Pixels, found: Given, wavelengths: ArrayLike | None, nodata: Nodata) -> Cube:
    if 0 in pixels.shape:
        raise InputError(f"an array of shape {found.values.shape} has no values")
    notes = list(found.notes)
    nm = found.wavelengths if wavelengths is None else _wavelengths(wavelengths, pixels.shape[2], notes)
    cube = Cube(
        pixels,
        wavelengths=nm,
        bad_bands=found.bad_bands,
        band_names=found.band_names,
        nodata=found.nodata,
        gain=found.gain,
        offset=found.offset,
        georeference=found.georeference,
        notes=tuple(notes),
    )
    return cube.with_nodata(nodata)


def _wavelengths(listed: ArrayLike, bands: int, notes: list[str]) -> NDArray[np.float64]:
    """Take wavelengths in nanometres; what can be none only if it is in micrometres is taken for that."""
    try:
        nm = np.ma.filled(np.ma.asarray(listed, dtype=np.float64), np.nan)
    except (TypeError, ValueError):
        raise InputError("wavelengths are numbers, in nanometres") from None
    if nm.shape != (bands,):
        raise InputError(f"wavelengths of shape {nm.shape} for {bands} bands")
    wrong = np.flatnonzero(~(np.isfinite(nm) & (nm > 0)))
    if len(wrong):
        raise InputError(
            f"the wavelength of band {wrong[0] + 1} is {nm[wrong[0]]:g}: a number of nanometres above zero "
            "is needed for every band, or none for any"
        )
    if nm.max() > MICROMETRES:
        return nm
    notes.append(
        f"Wavelengths of {nm.min():g} to {nm.max():g} can't be in nanometres: micrometres were assumed."
    )
    return 1e3 * nm
