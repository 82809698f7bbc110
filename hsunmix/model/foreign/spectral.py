"""Images and libraries of Spectral Python: files that are open, parts and transforms of them, arrays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.foreign._given import Given, in_nanometres
from hsunmix.model.foreign._numbers import numbers

__all__ = ["read"]


def read(image: Any) -> Given | None:
    """Take a SpyFile, a part of one, a transform of one, an ImageArray or a SpectralLibrary.

    Of an image in memory the values have been divided by the scale factor already, unless they are whole
    numbers. The metadata are those of the ENVI header: the value to ignore is a stored one.
    """
    kind = type(image).__name__
    if kind == "TransformedImage":
        source = read(image.image)
        return None if source is None else Given(np.asarray(image.transform(source.physical())))
    if kind == "SpectralLibrary":
        return _library(image)
    metadata = getattr(image, "metadata", None)
    if not isinstance(metadata, dict) or (isinstance(image, np.ndarray) and np.ndim(image) != 3):
        return None  # a part of an image that is no image
    if isinstance(image, np.ndarray):
        values = np.asarray(image)
    elif hasattr(image, "load"):
        values = _stored(image)
    else:
        return None
    whole = image
    while hasattr(whole, "parent"):  # a part of a file is silent on its bands
        whole = whole.parent
    factor = float(metadata.get("reflectance scale factor") or getattr(whole, "scale_factor", 1) or 1)
    notes: list[str] = []
    bands = values.shape[2]
    names = tuple(str(name) for name in metadata.get("band names") or ())
    found = Given(
        numbers(values, "the image"),
        _wavelengths(whole, bands, notes),
        _bad(metadata.get("bbl"), bands),
        names if len(names) == bands else (),
        _number(metadata.get("data ignore value")),
        1 / factor,
        notes=tuple(notes),
    )
    if not isinstance(image, np.ndarray) or values.dtype.kind in "iu":
        return found
    ignored = None if found.nodata is None else float(np.float32(found.nodata) / np.float32(factor))
    return replace(found, nodata=ignored, gain=1.0)


def _stored(image: Any) -> NDArray[Any]:
    """Stored values of a file, or of a part of one: such a part would load the file's first values."""
    if hasattr(image, "parent"):
        lines, samples, _ = image.shape
        top, left = image.row_offset, image.col_offset
        return _stored(image.parent)[top : top + lines, left : left + samples]
    return np.asarray(image.load(dtype=np.dtype(image.dtype).newbyteorder("="), scale=False))


def _library(library: Any) -> Given:
    """Spectra as columns."""
    values = np.asarray(library.spectra).T
    notes: list[str] = []
    nm = _wavelengths(library, len(values), notes)
    return Given(numbers(values, "the library"), nm, notes=tuple(notes))


def _wavelengths(thing: Any, bands: int, notes: list[str]) -> NDArray[np.float64] | None:
    described = getattr(thing, "bands", None)
    centres = getattr(described, "centers", None)
    if centres is None or len(centres) != bands:
        return None
    return in_nanometres(centres, getattr(described, "band_unit", ""), notes)


def _number(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _bad(listed: Any, bands: int) -> NDArray[np.bool_] | None:
    """Bands that the list of good ones calls bad."""
    good = [_number(word) for word in listed] if isinstance(listed, list | tuple) else []
    bad = np.array([number == 0 for number in good])
    return bad if len(bad) == bands and bad.any() and not bad.all() else None
