"""Any other spectrum as text: words first, then a column of wavelengths and one of values (RELAB …)."""

from __future__ import annotations

from pathlib import Path

from hsunmix.errors import FormatError
from hsunmix.formats._spectrum_text import one_spectrum, read_lines, tables, unit_of
from hsunmix.model.spectra import Spectra

TITLE = "Text spectrum"
SUFFIXES = (".txt", ".tab", ".prn", ".xy")


def sniff(path: Path, head: bytes) -> bool:
    """Whether it is named like text, and is text."""
    return path.suffix.lower() in SUFFIXES and bool(head) and b"\0" not in head


def open_spectra(path: Path) -> Spectra:
    """Read the first two columns; the first line of words is the spectrum's name.

    Raises
    ------
    FormatError
        It has no rows of wavelength and value.
    """
    head, table = tables(path, read_lines(path))
    words = [line.strip() for line in head if line.strip()]
    axis = words[-1] if words else ""
    unit = next((unit for line in reversed(words) if (unit := unit_of(line))), "")
    if (table[:, 0] <= 0).any():
        raise FormatError(path, "its first column holds numbers that are no wavelengths")
    notes = [f"columns 3 to {table.shape[1]} were left aside."] if table.shape[1] > 2 else []
    name = words[0] if len(words) > 1 else ""
    return one_spectrum(path, name, table[:, 0], unit, table[:, 1], notes, percent="%" in axis)
