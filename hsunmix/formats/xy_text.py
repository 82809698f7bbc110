"""Any other spectrum as text: words, a column of wavelengths and one of values, words (RELAB …)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hsunmix.errors import FormatError
from hsunmix.formats._spectrum_text import is_percent, one_spectrum, read_lines, tables, unit_of
from hsunmix.formats._text import COMMENT, is_text
from hsunmix.model.spectra import Spectra

TITLE = "Text spectrum"
SUFFIXES = (".txt", ".tab", ".prn", ".xy", ".asc")


def sniff(path: Path, head: bytes) -> bool:
    """Whether it is named like text, and is text."""
    return path.suffix.lower() in SUFFIXES and is_text(head)


def open_spectra(path: Path) -> Spectra:
    """Read the first two columns; the first line of words, or the first behind them, is the name.

    Raises
    ------
    FormatError
        It has no rows of wavelength and value.
    """
    notes: list[str] = []
    head, table, after = tables(path, read_lines(path), notes)
    plain = [COMMENT.sub("", line, count=1).strip() for line in head]
    words = [line for line in plain if any(c.isalpha() for c in line)]
    axis = words[-1] if words else ""
    unit = next((unit for line in reversed(words) if (unit := unit_of(line))), "")
    if (table[:, 0] <= 0).any():
        raise FormatError(path, "its first column holds numbers that are no wavelengths")
    if table.shape[1] > 2:
        more = table.shape[1]
        notes.append("column 3 was left aside." if more == 3 else f"columns 3 to {more} were left aside.")
    name = words[0] if len(words) > 1 else ""
    if after and not name:
        name = after[0]
    elif after:
        notes.append(f"what stands behind the numbers was left aside ({after[0][:60]!r}).")
    found = one_spectrum(path, name, table[:, 0], unit, table[:, 1], notes, percent=is_percent(axis))
    counted = (table[:, 0] == np.arange(1, len(table) + 1)).all()
    if found.wavelengths is None and not counted:
        raise FormatError(path, "its first column holds numbers that are no wavelengths, or in no order")
    return found
