"""ECOSTRESS (before it ASTER): the spectral library's files of text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hsunmix.errors import FormatError
from hsunmix.formats.spectra.classes import classes_in
from hsunmix.formats.spectra.spectrum_text import one_spectrum, read_lines, tables, unit_of
from hsunmix.model.spectra import Spectra

TITLE = "ECOSTRESS spectrum"
SUFFIXES = (".spectrum.txt",)


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the content decides
    """Whether its header is that of the library: keys and colons, also for the columns."""
    return b"\0" not in head and b"Name:" in head[:200] and b"First Column:" in head


def open_spectra(path: Path) -> Spectra:
    """Read the spectrum, as a fraction, with its wavelengths rising.

    Raises
    ------
    FormatError
        It has no rows of wavelength and value.
    """
    lines = read_lines(path)
    notes: list[str] = []
    head, table, _ = tables(path, lines, notes)
    keys: dict[str, str] = {}
    for line in head:
        key, colon, text = line.partition(":")
        if colon:
            keys.setdefault(key.strip().lower(), text.strip())
    if keys.get("first column", "x").lower() not in ("x", ""):
        raise FormatError(path, f"its first column is {keys['first column'][:40]}, not X")
    x, y = keys.get("x units", ""), keys.get("y units", "").lower()
    if y and "reflectance" not in y:
        notes.append(f"the values are {y[:60]}, not reflectance.")
    name = f"{keys.get('name', '')} {keys.get('sample no.', '')}"
    found = one_spectrum(path, name, table[:, 0], unit_of(x), table[:, 1], notes, percent="percent" in y)
    return replace(found, classes=classes_in([keys.get("class") or keys.get("type", "")]))
