"""Any other spectrum as text: words, a column of wavelengths and one of values, words (RELAB …)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FormatError
from hsunmix.formats.spectra import table_axis as axis
from hsunmix.formats.spectra.spectrum_text import (
    is_percent,
    one_spectrum,
    read_lines,
    states_percent,
    tables,
    unit_of,
)
from hsunmix.formats.spectra.text import COMMENT, is_text
from hsunmix.model.spectra import Spectra

TITLE = "Text spectrum"
SUFFIXES = (".txt", ".tab", ".prn", ".xy", ".asc")
_REFLECTANCE = re.compile(r"refl|rfl|rho|tgt\W*ref", re.IGNORECASE)
_BETWEEN = (r"[;|\t]", r",", r"\s{2,}", r"\s+")  # what parts headings
_OTHERWISE = re.compile(r"(?:year|date|time|month|day|doy|lat\w*|lon\w*)s?\b", re.IGNORECASE)
_ORDINALS = ("first", "second", *(f"{k}th" for k in range(3, 100)))
Vector = NDArray[np.float64]


def sniff(path: Path, head: bytes) -> bool:
    """Whether it is named like text, and is text without a form of its own."""
    return path.suffix.lower() in SUFFIXES and is_text(head) and b"##JCAMP-DX" not in head.upper()


def open_spectra(path: Path) -> Spectra:
    """Read a column of wavelengths and one of values: those that headings name, else the first two.

    The first line of words, or the first behind the numbers, is the spectrum's name.

    Raises
    ------
    FormatError
        It has no rows of wavelength and value, or does not say which of its columns are these.
    """
    notes: list[str] = []
    head, table, after = tables(path, read_lines(path), notes)
    plain = [COMMENT.sub("", line, count=1).strip() for line in head]
    words = [line for line in plain if any(c.isalpha() for c in line)]
    columns = _headings([line for line in plain if line], table.shape[1])
    if columns:
        k, value = _named(path, columns)
    else:
        k, value = _unnamed(path, table)
    centres = table[:, k]
    unit = unit_of(columns[k]) if columns else ""
    unit = unit or next((unit for line in reversed(words) if (unit := unit_of(line))), "")
    if (centres <= 0).any():
        raise FormatError(path, f"its {_ORDINALS[k]} column holds numbers that are no wavelengths")
    aside = [i for i in range(table.shape[1]) if i not in (k, value)]
    if aside:
        told = ", ".join(columns[i] if columns else str(i + 1) for i in aside)[:200]
        notes.append(
            f"columns {told} were left aside." if len(aside) > 1 else f"column {told} was left aside."
        )
    name = words[0] if len(words) > 1 else ""
    if after and not name:
        name = after[0]
    elif after:
        notes.append(f"what stands behind the numbers was left aside ({after[0][:60]!r}).")
    said = columns[value] if columns else words[-1] if words else ""
    percent = is_percent(said) or any(map(states_percent, words))
    found = one_spectrum(path, name, centres, unit, table[:, value], notes, percent=percent)
    counted = (centres == np.arange(1, len(table) + 1)).all()
    if found.wavelengths is None and not counted:
        raise FormatError(
            path, f"its {_ORDINALS[k]} column holds numbers that are no wavelengths, or in no order"
        )
    return found


def _headings(lines: list[str], width: int) -> list[str]:
    """Return what heads each column: one or two lines of as many words as there are columns, joined.

    Nothing where none of these tells which column is which.
    """
    found: list[list[str]] = []
    for line in reversed(lines[-2:]):
        parts = (re.split(form, line.strip().removesuffix(";")) for form in _BETWEEN)
        cells = next(([cell.strip() for cell in cells] for cells in parts if len(cells) == width), [])
        if not cells or (found and not any(map(axis.named_axis, cells))):
            break
        found.insert(0, cells)
    columns = [" ".join(cells) for cells in zip(*found, strict=True)]
    # A title may have as many words as there are columns.
    told = any(map(axis.named_axis, columns)) or (columns and _OTHERWISE.match(columns[0]))
    return columns if told else []


def _named(path: Path, columns: list[str]) -> tuple[int, int]:
    """Return the columns of wavelengths and of values by their headings."""
    k = next((i for i, heading in enumerate(columns) if axis.named_axis(heading)), -1)
    if k < 0:
        raise FormatError(path, f"its column {columns[0]!r} holds no wavelengths, and no other one says so")
    values = [i for i, heading in enumerate(columns) if i != k and not axis.about_bands(heading)]
    reflectance = [i for i in values if _REFLECTANCE.search(columns[i])]
    first = [i for i in values if i > k] or values
    if not first:
        raise FormatError(path, "has no column of values beside that of wavelengths")
    return k, (reflectance or first)[0]


def _unnamed(path: Path, table: Vector) -> tuple[int, int]:
    """Return the first two columns, or the two behind one that counts the rows."""
    first, second = table[:, 0], table[:, 1]
    steps = table.shape[1] > 2 and bool((np.diff(first) == 1).all())
    if not steps or second.min() <= 100 or not axis.possible(second, ""):
        return 0, 1
    if first[0] in (0, 1):
        return 1, 2
    raise FormatError(
        path, "its first two columns may both be wavelengths: name its columns in a line above the numbers"
    )
