"""Wavelengths of any unit as nanometres."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["DISORDER", "from_names", "is_unit", "nanometres", "unit_of", "widths"]

# Names in the singular and in lower case, with u for the Greek letter.
_LENGTH = {
    "nanometer": 1.0, "nanometre": 1.0, "nm": 1.0, "10-9m": 1.0, "10^-9m": 1.0, "1e-9m": 1.0,
    "micrometer": 1e3, "micrometre": 1e3, "micron": 1e3, "um": 1e3, "10-6m": 1e3, "10^-6m": 1e3, "1e-6m": 1e3,
    "millimeter": 1e6, "millimetre": 1e6, "mm": 1e6,
    "centimeter": 1e7, "centimetre": 1e7, "cm": 1e7,
    "meter": 1e9, "metre": 1e9, "m": 1e9,
    "angstrom": 0.1, "angstroem": 0.1, "\u00e5ngstr\u00f6m": 0.1, "\u00e5": 0.1,
}  # fmt: skip
# nm = number / value
_FREQUENCY = {
    "wavenumber": 1e7, "cm-1": 1e7, "cm^-1": 1e7, "cm**-1": 1e7, "1/cm": 1e7, "kayser": 1e7,
    "hz": 299_792_458.0e9, "khz": 299_792_458.0e6, "mhz": 299_792_458.0e3, "ghz": 299_792_458.0,
    "thz": 299_792.458,
    "ev": 1239.841984, "electronvolt": 1239.841984,
}  # fmt: skip
_NUMBER_OF_BAND = ("index", "band", "band number", "channel", "channel number")
_UNKNOWN = ("", "unknown", "none", "undefined", "n/a", "na", "-")
_NAMES = (
    r"nanomet(?:er|re)s?|nm|micromet(?:er|re)s?|microns?|um|millimet(?:er|re)s?|centimet(?:er|re)s?|"
    r"angstr(?:o|oe)ms?|\u00e5ngstr\u00f6ms?|\u00e5"
)
# Within other words; not as in "W/m2/sr/nm" or "nm-1".
_WITHIN = re.compile(
    rf"(?<![a-z/])(?:{_NAMES}|wavenumbers?|cm\s*(?:\^|\*\*)?\s*\(?-1\)?|1/cm|[kmgt]hz|(?<=[(\[])\s*ev(?=\s*[)\]]))(?![a-z]|\s*\^?-\d)"
)
MAX_DETECTORS = 8
MIN_DETECTOR_BANDS = 8
DISORDER = "the wavelengths do not increase from band to band: ignored."
POSSIBLE_NM = (100.0, 100_000.0)
_NAME = re.compile(rf"(?:^|[\s(])([0-9]*\.?[0-9]+)\s*({_NAMES})\)?$")


def unit_of(text: str) -> str:
    """Return the unit of wavelength that a text is or mentions, in the singular; or nothing."""
    whole = _whole_unit(text)
    if whole:
        return whole
    found = _WITHIN.search(_plain(text))
    if found is None:
        return ""
    key = re.sub(r"[\s()]+", "", found[0])
    return key if key in _LENGTH or key in _FREQUENCY else key.removesuffix("s")


def is_unit(text: str) -> bool:
    """Whether a text is a unit of wavelength and nothing else."""
    return bool(_whole_unit(text))


def _whole_unit(text: str) -> str:
    whole = re.sub(r"[\s()\[\]{}_.]+", "", _plain(text))
    return next((key for key in (whole, whole.removesuffix("s")) if key in _LENGTH or key in _FREQUENCY), "")


def _plain(text: str) -> str:
    """Return text in lower case, with one form of the letters and signs that have several."""
    return unicodedata.normalize("NFKC", text).lower().replace("\u03bc", "u").replace("\u2212", "-").strip()


def nanometres(values: ArrayLike, unit: str, notes: list[str]) -> NDArray[np.float64] | None:
    """Convert band centres to nanometres.

    Parameters
    ----------
    values : array-like, (bands,)
    unit : str
        As the file has it, in any case and number. Where it is missing or unknown, numbers above 100
        are taken as nanometres, others as micrometres, if that is possible.
    notes : list of str
        What had to be assumed or was refused is appended here.

    Returns
    -------
    array of float64, (bands,), or None
        None where the values make no wavelengths: bands then go by their index.
    """
    centres = np.array(values, dtype=np.float64).ravel()
    key, said = unit_of(unit), _plain(unit)
    if said in _NUMBER_OF_BAND:
        return None
    if not key and said not in _UNKNOWN:
        notes.append(f"the wavelength unit {unit[:40]!r} is not known: it was guessed from the values.")
    if not np.isfinite(centres).all() or (centres <= 0).any():
        notes.append("the wavelengths hold values that are not positive numbers: ignored.")
        return None
    # Frequencies that fall are wavelengths that rise.
    if not (key in _FREQUENCY and (np.diff(centres) < 0).all()) and not _increasing(centres, notes):
        return None
    if key.endswith("hz"):
        return _FREQUENCY[key] / centres
    if key:
        nm = _FREQUENCY[key] / centres if key in _FREQUENCY else centres * _LENGTH[key]
        if nm.max() >= POSSIBLE_NM[0] and nm.min() <= POSSIBLE_NM[1]:
            return nm
    return _guessed(centres, unit if key else "", notes)


def _guessed(centres: NDArray[np.float64], unit: str, notes: list[str]) -> NDArray[np.float64] | None:
    """Take numbers for nanometres or micrometres, whichever is possible."""
    if not unit and len(centres) > 1 and (centres == np.arange(1, len(centres) + 1)).all():
        notes.append("the wavelengths only count the bands: ignored.")
        return None
    likely, factor = ("nanometres", 1.0) if centres.min() > 100 else ("micrometres", 1e3)
    nm = centres * factor
    if nm.min() < POSSIBLE_NM[0] or nm.max() > POSSIBLE_NM[1]:
        notes.append(f"numbers from {centres.min():g} to {centres.max():g} can't be wavelengths: ignored.")
        return None
    if unit:
        notes.append(f"the wavelengths can't be in {unit[:40]}, as the file says: {likely} were assumed.")
    else:
        notes.append(f"the file does not give a unit for its wavelengths: {likely} were assumed.")
    return nm


def _increasing(centres: NDArray[np.float64], notes: list[str]) -> bool:
    """Whether the centres rise; they may fall back where one detector's range overlaps the next's."""
    drops = np.flatnonzero(np.diff(centres) <= 0) + 1
    if not len(drops):
        return True
    # AVIRIS, EnMAP, HyMap: 2 to 4 detectors, each of dozens of bands. Anything finer is disorder.
    starts = np.array([0, *drops])
    runs = np.diff([*starts, len(centres)])
    # Each begins and ends beyond the one before; spectra listed one below the other begin anew.
    onward = (np.diff(centres[starts]) > 0).all() and (np.diff(centres[starts + runs - 1]) > 0).all()
    if len(drops) < MAX_DETECTORS and runs.min() >= MIN_DETECTOR_BANDS and onward:
        notes.append(f"the wavelengths of {len(drops) + 1} detectors overlap.")
        return True
    notes.append(DISORDER)
    return False


def widths(
    fwhm: ArrayLike, centres: ArrayLike, nm: NDArray[np.float64], notes: list[str]
) -> NDArray[np.float64] | None:
    """Convert full widths at half maximum, in the unit of the band centres, to nanometres.

    Parameters
    ----------
    fwhm, centres : array-like, (bands,)
        In the file's unit.
    nm : array of float64, (bands,)
        The same centres in nanometres.
    notes : list of str
    """
    values = np.array(fwhm, dtype=np.float64).ravel()
    if not np.isfinite(values).all() or (values <= 0).any():
        notes.append("fwhm holds values that are not positive numbers: ignored.")
        return None
    # Right for lengths, and to first order for frequencies: |dλ| = λ / ν · |dν|.
    return values * nm / np.array(centres, dtype=np.float64).ravel()


def from_names(names: Sequence[str]) -> tuple[list[float], str] | None:
    """Read wavelengths out of band names like ``376.44 Nanometers`` or ``band 3 (0.47 um)``.

    Returns
    -------
    (values, unit) or None
        None unless every name has a wavelength, all in one unit.
    """
    found = [_NAME.search(_plain(name)) for name in names]
    matches = [m for m in found if m is not None]
    if not matches or len(matches) < len(found):
        return None
    units = {m[2] for m in matches}
    return ([float(m[1]) for m in matches], units.pop()) if len(units) == 1 else None
