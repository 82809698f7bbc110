"""What readers of single spectra share: lines of text, columns of numbers, one spectrum as a library."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FileError, FormatError
from hsunmix.formats._wavelengths import nanometres
from hsunmix.model.spectra import Spectra

__all__ = ["one_spectrum", "read_lines", "tables", "unit_of"]

MAX_BYTES = 16 << 20
FEWEST = 3  # rows; fewer numbers below each other may be part of a header
GAP = 1e30  # the USGS write −1.23e34 where a spectrum has no value
BLANKS = re.compile(r"[\s,;]+")
UNIT = re.compile(
    r"\b(nm|nanomet\w*|um|\u00b5m|\u03bcm|microns?|micromet\w*|wavenumbers?|cm-1|angstroms?)(?![a-z])",
    re.IGNORECASE,
)
Vector = NDArray[np.float64]


def read_lines(path: Path) -> list[str]:
    """Read a file of text, in UTF-8 or else Latin-1.

    Raises
    ------
    FormatError
        It is too large, or no text.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileError(path, error.strerror or str(error)) from None
    if len(raw) > MAX_BYTES:
        raise FormatError(path, f"is larger than {MAX_BYTES >> 20} MB: no text of a spectrum")
    if b"\0" in raw:
        raise FormatError(path, "is no text")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return text.splitlines()


def tables(path: Path, lines: Sequence[str], columns: int = 2) -> tuple[list[str], NDArray[np.float64]]:
    """Split text into the lines before its numbers, and the numbers, (rows, columns).

    Parameters
    ----------
    path : Path
        For what is raised.
    lines : sequence of str
    columns : int
        The fewest that make a table; further lines have as many as its first.

    Raises
    ------
    FormatError
        There are no such lines, or they are followed by others.
    """
    rows: list[list[float]] = []
    first = 0
    for number, line in enumerate(lines):
        row = _numbers(line)
        if row is not None and len(row) >= columns and (not rows or len(row) == len(rows[0])):
            if not rows:
                first = number
            rows.append(row)
        elif line.strip():
            if len(rows) >= FEWEST:
                raise FormatError(path, f"line {number + 1} is no row of {len(rows[0])} numbers")
            rows = []
    if len(rows) < FEWEST:
        raise FormatError(path, "holds no rows of numbers: no spectrum")
    return list(lines[:first]), np.array(rows)


def _numbers(line: str) -> list[float] | None:
    words = BLANKS.split(line.strip())
    try:
        return [float(word) for word in words]
    except ValueError:
        return None


def unit_of(text: str) -> str:
    """Return the unit of wavelength that a text mentions, or nothing."""
    found = UNIT.search(text)
    return found[1].lower() if found else ""


def one_spectrum(
    path: Path,
    name: str,
    centres: Vector | None,
    unit: str,
    values: Vector,
    notes: list[str],
    *,
    percent: bool = False,
) -> Spectra:
    """Make a library of one spectrum: nanometres that rise, fractions, NaN in gaps.

    Parameters
    ----------
    path : Path
    name : str
        What the file calls it; the file's own name where that is empty.
    centres : array, (bands,), or None
    unit : str
        Of the centres, as the file has it.
    values : array, (bands,)
        Numbers beyond 1e30 are gaps.
    notes : list of str
    percent : bool
        Whether the values are percent.
    """
    values = np.where(np.abs(values) < GAP, values, np.nan)  # NaN and inf too
    if percent:
        values = values / 100.0
        notes.append("the values are percent in the file: divided by 100.")
    nm = None
    if centres is not None:
        turn = len(centres) > 1 and bool((np.diff(centres) < 0).all())
        centres, values = (centres[::-1], values[::-1]) if turn else (centres, values)
        nm = nanometres(centres, unit, notes)
        if nm is not None and len(nm) > 1 and nm[0] > nm[-1]:  # frequencies
            nm, values = nm[::-1], values[::-1]
    title = " ".join(name.split()) or path.stem
    return Spectra(values[np.newaxis], (title,), nm, path=str(path), notes=tuple(notes))
