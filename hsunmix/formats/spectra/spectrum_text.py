"""What readers of single spectra share: lines of text, columns of numbers, one spectrum as a library."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FormatError
from hsunmix.formats.spectra.numbers import (
    COMMA_NOTE,
    HALVES,
    MixedNumbersError,
    has_commas,
    is_gap,
    is_number,
    may_be_halves,
    number,
)
from hsunmix.formats.spectra.text import read_lines
from hsunmix.formats.spectra.wavelengths import nanometres, unit_of
from hsunmix.model.spectra import Spectra

__all__ = ["is_percent", "one_spectrum", "read_lines", "states_percent", "tables", "unit_of", "with_gaps"]

MIN_ROWS = 3  # rows; fewer numbers below each other may be part of a header
GAP = 1e30  # the USGS write −1.23e34 where a spectrum has no value
NO_VALUE = -9999.0  # and others this
# Others again; they count only where they lie far below every other value.
PERHAPS_NONE = (-99.0, -999.0, -99999.0, -32767.0, -32768.0)
_STATED = r"units?\W+(?:\w+\W+)?(?:%|percent)|refl\w*\s+in\s+(?:%|percent)"
_PERCENT = re.compile(
    r"[(\[]\s*(?:%|percent\w*)\s*[)\]]|(?:%|percent\w*)\s*(?:r(?:efl\w*)?|t(?:rans\w*)?)\b|"
    rf"\br(?:efl\w*)?\.?[\s_]*(?:%|percent)|^\s*(?:%|percent\w*)\s*$|{_STATED}",
    re.IGNORECASE,
)
Vector = NDArray[np.float64]


def tables(
    path: Path, lines: Sequence[str], notes: list[str], columns: int = 2
) -> tuple[list[str], NDArray[np.float64], list[str]]:
    """Split text into the lines before its numbers, the numbers, (rows, columns), and the lines after.

    Parameters
    ----------
    path : Path
        For what is raised.
    lines : sequence of str
    notes : list of str
        What had to be assumed is appended here.
    columns : int
        The fewest that make a table; further lines have as many as its first.

    Raises
    ------
    FormatError
        There are no such lines, others stand between them, or their commas may mean two things.
    """
    for delimiter in (";", "|", " ", ","):
        split = str.split if delimiter == " " else _at(delimiter)
        first, rows, after = _block(path, lines, split, columns)
        if len(rows) >= MIN_ROWS:
            break
    else:
        raise FormatError(path, "holds no rows of numbers: no spectrum")
    if delimiter == "," and may_be_halves(rows):
        raise FormatError(path, HALVES)
    try:
        commas = has_commas(cell for row in rows for cell in row)
    except MixedNumbersError as error:
        raise FormatError(path, str(error)) from None
    if commas:
        notes.append(COMMA_NOTE)
    numbers = np.array([[number(cell, commas) for cell in row] for row in rows], dtype=np.float64)
    return list(lines[:first]), numbers, after


def _at(delimiter: str) -> Callable[[str], list[str]]:
    """Return what splits a line; nothing need stand behind the last delimiter."""
    return lambda line: line.strip().removesuffix(delimiter).split(delimiter)


def _block(
    path: Path, lines: Sequence[str], split: Callable[[str], list[str]], columns: int
) -> tuple[int, list[list[str]], list[str]]:
    """Find rows of numbers below each other, and what follows them."""
    rows: list[list[str]] = []
    first = 0
    for place, line in enumerate(lines):
        if not line.strip():
            continue
        row = split(line)
        if _is_row(row) and len(row) >= columns and (not rows or len(row) == len(rows[0])):
            first = first if rows else place
            rows.append(row)
        elif len(rows) >= MIN_ROWS:
            after = [text.strip() for text in lines[place:] if text.strip()]
            if any(is_number(split(text)[0]) for text in after):
                raise FormatError(path, f"line {place + 1} is no row of {len(rows[0])} numbers")
            return first, rows, after
        else:
            rows = []
    return first, rows, []


def _is_row(cells: list[str]) -> bool:
    found = [is_number(cell) for cell in cells]
    return any(found) and all(
        good or (is_gap(cell) and bool(cell.strip())) for good, cell in zip(found, cells, strict=True)
    )


def is_percent(text: str) -> bool:
    """Whether a heading says that its numbers are percent: not as in "50 % vegetation"."""
    return _PERCENT.search(text) is not None


def states_percent(text: str) -> bool:
    """Whether a title says it of all numbers below: not as in "99 % reflectance panel"."""
    return re.search(_STATED, text, re.IGNORECASE) is not None


def with_gaps(values: NDArray[np.float64], notes: list[str]) -> NDArray[np.float64]:
    """Return values with NaN where the file has what stands for none."""
    missing = values == NO_VALUE
    if missing.any():
        notes.append(f"{int(missing.sum())} values of -9999 are taken as gaps.")
    perhaps = np.isin(values, PERHAPS_NONE)
    if perhaps.any():
        found = values[perhaps]
        others = values[np.isfinite(values) & ~perhaps & ~missing & (np.abs(values) < GAP)]
        if others.min(initial=0.0) > found.max() / 10:
            told = ", ".join(f"{value:g}" for value in np.unique(found))
            notes.append(
                f"{len(found)} values of {told} are taken as gaps: they lie far below all other values."
            )
            missing |= perhaps
    return np.where((np.abs(values) < GAP) & ~missing, values, np.nan)  # NaN and inf too


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
        Numbers beyond 1e30 are gaps, and -9999.
    notes : list of str
    percent : bool
        Whether the values are percent.
    """
    values = with_gaps(values, notes)
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
