"""What an object from outside says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.georeference import Georeference

__all__ = ["Given", "in_nanometres"]

_LENGTH = {
    "nm": 1.0, "nanometer": 1.0, "nanometers": 1.0, "nanometre": 1.0, "nanometres": 1.0,
    "um": 1e3, "\u00b5m": 1e3, "\u03bcm": 1e3, "micron": 1e3, "microns": 1e3, "micrometer": 1e3,
    "micrometers": 1e3, "micrometre": 1e3, "micrometres": 1e3,
    "m": 1e9, "meter": 1e9, "meters": 1e9, "metre": 1e9, "metres": 1e9,
    "angstrom": 0.1, "angstroms": 0.1, "\u00e5": 0.1,
}  # fmt: skip
_COUNTED = {"cm-1": 1e7, "cm^-1": 1e7, "1/cm": 1e7, "wavenumber": 1e7}  # nm = number / value


@dataclass(frozen=True, eq=False)
class Given:
    """Numbers from outside, and what they mean.

    Attributes
    ----------
    values : array
        (lines, samples, bands), or (bands, pixels), or (bands,): numbers of the machine's byte order,
        stored ones. NaN where the object says that a value is missing.
    wavelengths : array of float64, (bands,), or None
        Nanometres.
    bad_bands : array of bool, (bands,), or None
    band_names : tuple of str
    nodata : float or None
        The stored value that means "no data".
    gain, offset : float or array, (bands,)
        Physical = stored · gain + offset.
    georeference : Georeference or None
    notes : tuple of str
    """

    values: NDArray[Any]
    wavelengths: NDArray[np.float64] | None = None
    bad_bands: NDArray[np.bool_] | None = None
    band_names: tuple[str, ...] = ()
    nodata: float | None = None
    gain: float | NDArray[np.float64] = 1.0
    offset: float | NDArray[np.float64] = 0.0
    georeference: Georeference | None = None
    notes: tuple[str, ...] = field(default=())

    def physical(self) -> NDArray[Any]:
        """Values as they are meant; NaN for no data."""
        scaled = np.any(np.asarray(self.gain) != 1) or np.any(np.asarray(self.offset))
        if not scaled and self.nodata is None:
            return self.values
        axis = (-1, 1) if self.values.ndim == 2 else (-1,)
        gain, offset = (
            np.asarray(number, np.float64) if np.ndim(number) == 0 else np.reshape(number, axis)
            for number in (self.gain, self.offset)
        )
        values = self.values * gain + offset
        if self.nodata is not None:
            values[self.values == self.nodata] = np.nan
        return np.asarray(values)


def in_nanometres(values: Any, unit: Any, notes: list[str]) -> NDArray[np.float64] | None:
    """Band centres in nanometres; None, with a note, where they make none."""
    try:
        centres = np.array(values, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        return None
    key = str(unit or "").strip().lower()
    if not len(centres) or not np.isfinite(centres).all() or (centres <= 0).any():
        notes.append("The wavelengths given are no positive numbers and were passed over.")
        return None
    if key in _COUNTED:
        return _COUNTED[key] / centres
    if key not in _LENGTH:
        key = "nm" if centres.max() > 100 else "um"
        notes.append(f"The unit of the wavelengths is not given; they were taken as {key}.")
    return centres * _LENGTH[key]
