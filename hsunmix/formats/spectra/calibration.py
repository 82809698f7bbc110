"""The bands of an AVIRIS scene: a table of text, ``.spc``, that lies beside it."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats.opening.files import is_regular

__all__ = ["Calibration", "calibration_of"]

MAX_BYTES = 1 << 20
MAX_BESIDE = 10_000  # files of a folder that are looked at
_FLIGHT = re.compile(r"f\d{6}t\d{2}p\d{2}_?r\d{2}", re.IGNORECASE)


class Calibration(NamedTuple):
    """Centres and widths of bands in nanometres, (bands,), or None where they aren't known."""

    wavelengths: NDArray[np.float64] | None = None
    fwhm: NDArray[np.float64] | None = None


def calibration_of(path: Path, bands: int, notes: list[str]) -> Calibration:
    """Read the calibration beside a scene: of its own name, or the only one of its flight line."""
    found = _beside(path)
    if found is None:
        return Calibration()
    from spectral.io.aviris import read_aviris_bands

    try:
        if found.stat().st_size > MAX_BYTES:
            raise ValueError("it is too large for a table of bands")
        table = read_aviris_bands(str(found))
        nm, fwhm = np.array(table.centers, np.float64), np.array(table.bandwidths, np.float64)
    except (ValueError, IndexError, OSError) as error:
        notes.append(f"{found.name} can't be read as a table of bands: {str(error)[:100]}.")
        return Calibration()
    if len(nm) != bands or not (np.isfinite(nm) & (nm > 0)).all():
        notes.append(f"{found.name} has the wavelengths of {len(nm)} bands, not of {bands}: not used.")
        return Calibration()
    notes.append(f"The wavelengths are those of {found.name}.")
    return Calibration(nm, fwhm if (np.isfinite(fwhm) & (fwhm > 0)).all() else None)


def _beside(path: Path) -> Path | None:
    for name in dict.fromkeys((path.name, path.stem)):
        for suffix in (".spc", ".SPC"):
            if is_regular(path.with_name(name + suffix)):
                return path.with_name(name + suffix)
    flight = _FLIGHT.match(path.name)
    if flight is None:
        return None
    near = islice(path.parent.iterdir(), MAX_BESIDE)
    begin = flight[0].lower()
    fitting = [p for p in near if p.name.lower().startswith(begin) and p.suffix.lower() == ".spc"]
    return fitting[0] if len(fitting) == 1 and is_regular(fitting[0]) else None
