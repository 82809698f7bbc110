"""Text files of the U.S. Geological Survey's spectral libraries: splib06 and before, and splib07."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import HsunmixError
from hsunmix.formats.opening.files import is_regular
from hsunmix.formats.spectra.spectrum_text import one_spectrum, read_lines, tables
from hsunmix.model.spectra import Spectra

TITLE = "USGS spectrum"
SUFFIXES = (".asc",)
_RECORD = re.compile(r"\s*\w[\w.-]*\s+Record\s*=?\s*\d+\s*:\s*(?P<title>.*)", re.IGNORECASE)
_LIBRARY = b"USGS Digital Spectral Library"
MAX_AXES = 100  # files of wavelengths that are looked at
MAX_AXIS = 1 << 20  # bytes of one


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the content decides
    """Whether it begins as a spectrum of these libraries does."""
    if b"\0" in head:
        return False
    return head.lstrip().startswith(_LIBRARY) or _RECORD.match(head[:200].decode("latin-1")) is not None


def open_spectra(path: Path) -> Spectra:
    """Read a spectrum; −1.23e34 is a gap.

    A file of splib06 has its wavelengths in its first column. One of splib07 has values alone;
    the wavelengths are in a file of their own, named so, in the same folder or the one above.

    Raises
    ------
    FormatError
        It has no values.
    """
    lines = read_lines(path)
    notes: list[str] = []
    found = _RECORD.match(lines[0]) if lines else None
    if found is not None:
        _, table, _ = tables(path, lines[1:], notes, columns=1)
        centres = _wavelengths(path, len(table), notes)
        return one_spectrum(path, found["title"], centres, "microns", table[:, 0], notes)
    head, table, _ = tables(path, lines, notes)
    rule = max((k for k, line in enumerate(head) if line.startswith("-----")), default=-1)
    title = next((line for line in head[rule + 1 :] if line.strip()), "") if rule >= 0 else ""
    return one_spectrum(path, title, table[:, 0], "microns", table[:, 1], notes)


def _wavelengths(path: Path, count: int, notes: list[str]) -> NDArray[np.float64] | None:
    """Find the wavelengths of a splib07 spectrum: by their number, and its spectrometer's name."""
    fitting = []
    for folder in (path.parent, path.parent.parent):
        fitting = [(axis, values) for axis, values in _axes(folder, _changed(folder)) if len(values) == count]
        if fitting:
            break
    if not fitting:
        notes.append("its file of wavelengths is not in this folder or the one above: bands go by number.")
        return None
    instruments = [word for word in re.split(r"[_ ]", path.stem) if word[:3].isalpha() and len(word) > 3]
    axis, values = max(
        fitting, key=lambda f: sum(word[:3].lower() in f[0].stem.lower() for word in instruments[-2:])
    )
    notes.append(f"the wavelengths are those of {axis.name}.")
    return values


def _changed(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=4)
def _axes(folder: Path, changed: int) -> list[tuple[Path, NDArray[np.float64]]]:  # noqa: ARG001 - the key
    """Read the files of wavelengths in a folder; remembered, since each of a thousand spectra asks."""
    try:
        names = [path for path in folder.iterdir() if _names_wavelengths(path)]
    except OSError:
        return []
    found = []
    for path in sorted(names)[:MAX_AXES]:
        try:
            _, table, _ = tables(path, read_lines(path)[1:], [], columns=1)
        except HsunmixError:
            continue
        found.append((path, table[:, 0]))
    return found


def _names_wavelengths(path: Path) -> bool:
    name = path.name.lower()
    return (
        "wavelength" in name
        and name.endswith(".txt")
        and is_regular(path)
        and path.stat().st_size <= MAX_AXIS
    )
