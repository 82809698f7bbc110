"""Wavelengths of any unit as nanometres."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["from_names", "nanometres", "widths"]

_LENGTH = {
    "nanometers": 1.0, "nanometer": 1.0, "nanometres": 1.0, "nanometre": 1.0, "nm": 1.0,
    "micrometers": 1e3, "micrometer": 1e3, "micrometres": 1e3, "micrometre": 1e3, "microns": 1e3,
    "micron": 1e3, "um": 1e3, "\u00b5m": 1e3, "\u03bcm": 1e3,
    "millimeters": 1e6, "millimetres": 1e6, "mm": 1e6,
    "centimeters": 1e7, "centimetres": 1e7, "cm": 1e7,
    "meters": 1e9, "metres": 1e9, "m": 1e9,
    "angstroms": 0.1, "angstrom": 0.1, "\u00e5": 0.1, "\u00e5ngstr\u00f6m": 0.1,
}  # fmt: skip
# nm = number / value
_FREQUENCY = {
    "wavenumber": 1e7, "wavenumbers": 1e7, "cm-1": 1e7, "cm^-1": 1e7, "1/cm": 1e7, "cm\u207b\u00b9": 1e7,
    "ghz": 299_792_458.0, "mhz": 299_792_458.0e3,
}  # fmt: skip
MAX_DETECTORS = 8
MIN_DETECTOR_BANDS = 8
POSSIBLE_NM = (100.0, 100_000.0)
_UNKNOWN = ("", "unknown", "none")
_NAME = re.compile(
    r"(?:^|[\s(])([0-9]*\.?[0-9]+)\s*(nanometers|nm|micrometers|um|\u00b5m|\u03bcm)\)?$", re.IGNORECASE
)


def nanometres(values: ArrayLike, unit: str, notes: list[str]) -> NDArray[np.float64] | None:
    """Convert band centres to nanometres.

    Parameters
    ----------
    values : array-like, (bands,)
    unit : str
        As the file has it, in any case. Where it is missing or unknown, numbers above 100 are
        taken as nanometres, others as micrometres.
    notes : list of str
        What had to be assumed or was refused is appended here.

    Returns
    -------
    array of float64, (bands,), or None
        None where the values make no wavelengths: bands then go by their index.
    """
    centres = np.array(values, dtype=np.float64).ravel()
    key = unit.strip().lower()
    if key == "index":
        return None
    if key not in _LENGTH and key not in _FREQUENCY and key not in _UNKNOWN:
        notes.append(f"the wavelength unit {unit[:40]!r} is not known: it was guessed from the values.")
        key = ""
    if not np.isfinite(centres).all() or (centres <= 0).any():
        notes.append("the wavelengths hold values that are not positive numbers: ignored.")
        return None
    # Frequencies that fall are wavelengths that rise.
    if not (key in _FREQUENCY and (np.diff(centres) < 0).all()) and not _increasing(centres, notes):
        return None
    if key in _FREQUENCY:
        return _FREQUENCY[key] / centres
    likely = "nanometers" if centres.min() > 100 else "micrometers"
    if key in _UNKNOWN:
        notes.append(f"the file does not give a unit for its wavelengths: {likely} were assumed.")
        return centres * _LENGTH[likely]
    nm = centres * _LENGTH[key]
    if nm.max() < POSSIBLE_NM[0] or nm.min() > POSSIBLE_NM[1]:
        notes.append(f"the wavelengths can't be in {unit[:40]}, as the file says: {likely} were assumed.")
        return centres * _LENGTH[likely]
    return nm


def _increasing(centres: NDArray[np.float64], notes: list[str]) -> bool:
    """Whether the centres rise; they may fall back where one detector's range overlaps the next's."""
    drops = np.flatnonzero(np.diff(centres) <= 0) + 1
    if not len(drops):
        return True
    # AVIRIS, EnMAP, HyMap: 2 to 4 detectors, each of dozens of bands. Anything finer is disorder.
    if len(drops) < MAX_DETECTORS and np.diff([0, *drops, len(centres)]).min() >= MIN_DETECTOR_BANDS:
        notes.append(f"the wavelengths of {len(drops) + 1} detectors overlap.")
        return True
    notes.append("the wavelengths do not increase from band to band: ignored.")
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
    found = [_NAME.search(name.strip()) for name in names]
    matches = [m for m in found if m is not None]
    if not matches or len(matches) < len(found):
        return None
    units = {m[2].lower() for m in matches}
    return ([float(m[1]) for m in matches], units.pop()) if len(units) == 1 else None
