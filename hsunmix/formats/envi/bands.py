"""What an ENVI header says about its bands: wavelengths, good ones, scale, names."""

from __future__ import annotations

import math
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats.envi.header import Header
from hsunmix.formats.pixels.scales import doubt
from hsunmix.formats.spectra.wavelengths import from_names, nanometres, widths

__all__ = ["bad_bands", "default_rgb", "gain_offset", "listed_names", "names", "nodata", "wavelengths"]

Vector = NDArray[np.float64]


def wavelengths(header: Header, bands: int) -> tuple[Vector | None, Vector | None, str]:
    """Return (wavelengths, fwhm, unit): the first two in nanometres, or None."""
    unit = header.text("wavelength units")
    centres = header.numbers("wavelength", bands)
    if centres is None and "wavelength" not in header.fields:
        found = from_names(names(header, bands))
        if found is not None:
            centres, unit = found
            header.notes.append("the wavelengths were read from the band names.")
    if centres is None:
        return None, None, unit
    nm = nanometres(centres, unit, header.notes)
    fwhm = header.numbers("fwhm", bands)
    if nm is None or fwhm is None:
        return nm, None, unit
    return nm, widths(fwhm, centres, nm, header.notes), unit


def bad_bands(header: Header, bands: int) -> NDArray[np.bool_] | None:
    """Return True for the bands that ``bbl`` marks as bad; None where it says nothing usable."""
    flags = header.numbers("bbl", bands)
    if flags is None:
        return None
    if not set(flags) <= {0.0, 1.0}:
        header.notes.append("bbl holds values other than 0 and 1: ignored.")
        return None
    bad: NDArray[np.bool_] = np.array(flags) == 0
    if bad.all():
        header.notes.append("bbl marks every band as bad: ignored.")
        return None
    return bad


def names(header: Header, bands: int) -> tuple[str, ...]:
    """Return the band names, or nothing where their number isn't that of the bands."""
    words = listed_names(header, "band names")
    return tuple(words) if len(words) == bands else ()


def listed_names(header: Header, key: str) -> list[str]:
    """Return a list of names: with their commas and braces where hsunmix wrote it.

    Such a list has the names a second time, quoted; one that was changed since counts as it is.
    """
    words, own = header.words(key), [unquote(word) for word in header.words("hsunmix names")]
    if len(own) != len(words):
        return words
    return [name if _letters(name) == _letters(word) else word for word, name in zip(words, own, strict=True)]


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def default_rgb(header: Header, bands: int) -> tuple[int, int, int] | None:
    """Return the bands for red, green and blue, counted from 0.

    ENVI counts from 1; a file that names band 0 was written by software that counts from 0.
    """
    words = header.words("default bands")
    if not words:
        return None
    try:
        chosen = [int(float(word)) for word in words]
    except (ValueError, OverflowError):
        chosen = [-1]
    if 0 in chosen and any(chosen):
        header.notes.append("default bands names band 0: they were counted from 0.")
    else:
        chosen = [band - 1 for band in chosen]
    if len(chosen) not in (1, 3) or not all(0 <= band < bands for band in chosen):
        header.notes.append(f"default bands = {', '.join(words)[:60]} can't be used: ignored.")
        return None
    red, green, blue = chosen * 3 if len(chosen) == 1 else chosen
    return red, green, blue


def nodata(header: Header) -> float | None:
    """Return the stored value that means "no data"; NaN always does."""
    value = header.number("data ignore value")
    return value if value is not None and math.isfinite(value) else None


def gain_offset(header: Header, bands: int) -> tuple[float | Vector, float | Vector]:
    """Return (gain, offset) of physical = stored · gain + offset.

    Gains and offsets per band win over the reflectance scale factor: where both are given they
    describe the same conversion.
    """
    gains = _factors(header, "data gain values", bands)
    offsets = _factors(header, "data offset values", bands)
    scale = header.number("reflectance scale factor")
    if scale is not None and not (math.isfinite(scale) and scale > 0):
        header.notes.append(f"reflectance scale factor = {scale:g} is not possible: ignored.")
        scale = None
    if scale is not None and gains is None:
        doubt("reflectance scale factor", scale, header.notes, whole=False, divides=True)
    if gains is not None and (gains == 0).any():
        header.notes.append("data gain values holds zeros: ignored.")
        gains = None
    if gains is None and offsets is None:
        return (1.0 if scale is None else 1.0 / scale), 0.0
    if gains is None:
        if scale not in (None, 1.0):
            header.notes.append(
                "data offset values were added after the division by reflectance scale factor."
            )
        return (1.0 if scale is None else 1.0 / scale), _plain(offsets)
    if scale not in (None, 1.0):
        header.notes.append("reflectance scale factor was ignored: data gain values are given.")
    return _plain(gains), _plain(offsets)


def _factors(header: Header, key: str, bands: int) -> Vector | None:
    alone = len(header.text(key).split()) == 1 and len(header.words(key)) == 1
    one = header.number(key) if alone else None  # for all bands
    values = header.numbers(key, bands) if one is None else [one] * bands
    if values is None:
        return None
    factors = np.array(values)
    if not np.isfinite(factors).all():
        header.notes.append(f"{key} holds values that are not numbers: ignored.")
        return None
    return factors


def _plain(factors: Vector | None) -> float | Vector:
    """Return one number where all bands have the same."""
    if factors is None:
        return 0.0
    return float(factors[0]) if (factors == factors[0]).all() else factors
