"""Wavelengths out of the names of bands, where nothing else says them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats.spectra.wavelengths import from_names, nanometres, unit_of

__all__ = ["may_be_years", "of_names", "spectral_numbers"]

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
# Units and words of other quantities than wavelengths, around the number.
_OF_SOMETHING_ELSE = re.compile(
    r"#\s*(?:m|k?pa|hpa|m?bar|mb|k|°?c|deg\w*|°|s|ms|min|h|hours?|d|days?|yr?s?|years?|%|db|m?v|ppm|k?g|k?m/s)$|"
    r"\b(?:depth|temp\w*|pressure|press|level|height|altitude|elev\w*|time|days?|doy|hours?|dates?|years?|months?|"
    r"angle|zenith|azimuth|plot|sample|iteration|lag|slope)\b",
    re.IGNORECASE,
)
_SHORTEST, _LONGEST, _VISIBLE = 150.0, 60_000.0, 400.0  # nm
_YEARS = (1900, 2100)


def of_names(names: Sequence[str], notes: list[str]) -> tuple[NDArray[np.float64] | None, str]:
    """Return wavelengths in nanometres, and the unit in which the names have them.

    Names with a unit (``503 nm``, ``band 3 (0.47 um)``, ``nm503``), and names that are alike but for one
    number which may be a wavelength: ``Band_503``, ``B503``, ``503``. Numbers that count bands, years
    and dates are none.
    """
    found = from_names(names)
    if found is None:
        numbers = _only_number(names)
        if numbers is None:
            return None, ""
        unit = unit_of(_NUMBER.sub(" ", names[0]).replace("_", " "))
        if not unit and any("." not in name for name in names) and not spectral_numbers(numbers, notes):
            return None, ""
        found = numbers, unit
    nm = nanometres(*found, notes)
    if nm is not None:
        notes.append("the wavelengths were read from the band names.")
    return nm, found[1]


def may_be_years(values: NDArray[np.float64]) -> bool:
    """Whether numbers are whole, and all within 1900 … 2100."""
    first, last = _YEARS
    return bool((values == np.round(values)).all() and values.min() >= first and values.max() <= last)


def spectral_numbers(numbers: Sequence[float], notes: list[str]) -> bool:
    """Whether numbers without a unit may be wavelengths in nanometres, and not something that was counted."""
    values = np.asarray(numbers, dtype=np.float64)
    whole = bool((values == np.round(values)).all())
    if may_be_years(values):
        notes.append("the names of the bands seem to be years: they were not taken for wavelengths.")
        return False
    counts = whole and len(values) > 1 and bool((np.diff(values) == 1).all()) and values[0] < 2 * _SHORTEST
    if counts or values.min() < _SHORTEST or values.max() < _VISIBLE:
        return False
    if values.max() > _LONGEST:
        told = f"{values.min():.9g} … {values.max():.9g}"
        notes.append(f"the numbers in the bands' names, {told}, can be no wavelengths: ignored.")
        return False
    return True


def _only_number(names: Sequence[str]) -> list[float] | None:
    """Return the last number of each name, where the names are alike without their numbers."""
    if len(names) < 2 or len({_NUMBER.sub("#", name) for name in names}) > 1:
        return None
    if _OF_SOMETHING_ELSE.search(_NUMBER.sub("#", names[0]).replace("_", " ")):
        return None
    found = [_NUMBER.findall(name) for name in names]
    return [float(each[-1]) for each in found] if all(found) else None
