"""A table of text as cells: its delimiter, the lines before it, its headings, how its numbers are written."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FormatError
from hsunmix.formats.spectra.classes import class_heading
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
from hsunmix.formats.spectra.text import COMMENT

__all__ = ["Table", "first_headings", "read_table"]

MAX_HEADINGS = 30  # lines
SAMPLE = 60  # lines by which the delimiter is found
_SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Table:
    """Cells of a table.

    Attributes
    ----------
    path : Path
    before : list of str
        Lines before the table.
    headings : list of str
        Empty where it has none.
    units : list of str
        What further lines of headings say, together; empty strings where there are none.
    lines : list of list of str
        Those further lines, cell by cell.
    rows : list of list of str
        As long as the headings.
    commas : bool
        Whether the numbers have decimal commas.
    """

    path: Path
    before: list[str]
    headings: list[str]
    units: list[str]
    rows: list[list[str]]
    commas: bool = False
    lines: list[list[str]] = field(default_factory=list)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.rows[0])

    def column(self, k: int) -> list[str]:
        """Cells of a column."""
        return [row[k].strip() for row in self.rows]

    def value(self, cell: str) -> float | None:
        """Return what a cell holds: a number, NaN for a gap, None for words."""
        return number(cell, self.commas)

    def numbers(self, k: int) -> NDArray[np.float64] | None:
        """Return a column of numbers, NaN in gaps; None where a cell holds words."""
        found = [number(row[k], self.commas) for row in self.rows]
        return None if None in found else np.array(found, dtype=np.float64)


def first_headings(lines: Sequence[str]) -> tuple[str, list[str]]:
    """Return what parts the cells, and the headings, of text that begins like a table; else nothing.

    That is a line of headings, and below it lines of as many cells, or of one more.
    """
    kept = [line for line in lines if line.strip() and not COMMENT.match(line)]
    wide = next((d for d in "\t;|," if kept and kept[0].count(d) > SAMPLE), "")
    if wide:  # perhaps cut off within its headings
        return wide, kept[0].split(wide)
    delimiter = _delimiter(kept)
    if len(kept) < 2 or not delimiter:
        return "", []
    first, second = (_split(kept[k : k + 1], delimiter)[0] for k in (0, 1))
    words = any(char.isalpha() for cell in first if not is_number(cell) for char in cell)
    return (delimiter, first) if words and 1 < len(first) <= len(second) <= len(first) + 1 else ("", [])


def read_table(path: Path, lines: Sequence[str], notes: list[str]) -> Table:
    """Find the table in lines of text.

    Raises
    ------
    FormatError
        There is none, its rows differ in length, or its commas may mean two things.
    """
    told = _SEPARATOR_LINE.fullmatch(lines[0]) if lines else None
    kept = [line for line in lines[1 if told else 0 :] if line.strip()]
    comments = [COMMENT.sub("", line, count=1) for line in kept if COMMENT.match(line)]
    kept = [line for line in kept if not COMMENT.match(line)]
    delimiter = told[1] if told else _delimiter(kept)
    if delimiter != ";":
        kept = [line for line in kept if not line.lstrip().startswith(";")]
    if len(kept) < 2:
        raise FormatError(path, "has no line of names and lines of numbers: no table of spectra")
    try:
        cells = _split(kept, delimiter or ",")
    except csv.Error:
        raise FormatError(
            path, "is no table of spectra: a cell in quotation marks does not end where it should"
        ) from None
    before, rows = _even(path, cells)
    headings, further, body = _headings(rows)
    of_classes = class_heading([line[0] for line in further])
    if len(further) - (of_classes is not None) > 1:
        aside = ", ".join(line[0].strip() for k, line in enumerate(further) if k != of_classes)
        notes.append(f"lines between the names and the numbers were left aside: {aside[:200]}.")
    if not headings and comments:
        below = _split(comments[-1:], delimiter or ",")[0]
        headings = below if len(below) == len(rows[0]) else []
    unnamed = not headings or not headings[0].strip()
    if body and delimiter == "," and unnamed and may_be_halves(body):
        raise FormatError(path, HALVES)
    if not body:
        raise FormatError(path, "has no line of names and lines of numbers: no table of spectra")
    kept_columns = [k for k in range(len(body[0])) if any(row[k].strip() for row in rows)]
    pick = [[row[k].strip() for k in kept_columns] for row in ([headings] if headings else [])]
    body = [[row[k] for k in kept_columns] for row in body]
    try:
        cells_with = [cell for row in (*body, *pick) for cell in row if "," in cell or "." in cell]
        commas = any("," in c for c in cells_with) and has_commas(c for c in cells_with if is_number(c))
    except MixedNumbersError as error:
        raise FormatError(path, str(error)) from None
    if commas:
        notes.append(COMMA_NOTE)
    said = [" ".join(" ".join(row).split()) for row in before] + comments
    more = [[line[k].strip() for k in kept_columns] for line in further]
    units = [" ".join(line[k] for line in more).strip() for k in range(len(kept_columns))]
    return Table(path, said, pick[0] if pick else [], units, body, commas, more)


def _delimiter(lines: Sequence[str]) -> str:
    """Return what parts most lines into as many cells, of which one column holds numbers; or nothing."""
    sample = list(lines[:SAMPLE])
    if sum(_blank_apart(line) for line in sample) >= len(sample) - 1 > 0:
        return " "
    for choice in ("\t", ";", "|", ",", " "):
        try:
            rows = _split(sample, choice)
        except csv.Error:
            continue
        (width, often), *_ = Counter(map(len, rows)).most_common(1) or [(0, 0)]
        body = [row for row in rows if len(row) == width]
        even = width > 1 and 2 * often >= len(rows)
        if even and any(_ends_in_numbers([row[k] for row in body]) for k in range(width)):
            return choice
    return ""


def _ends_in_numbers(cells: list[str]) -> bool:
    """Whether a column is numbers, but for headings and what stands below them, as units do."""
    first = next((k for k, cell in enumerate(cells) if is_number(cell)), len(cells))
    below = cells[first:]
    return bool(below) and first <= MAX_HEADINGS and all(is_number(c) or is_gap(c) for c in below)


def _blank_apart(line: str) -> bool:
    """Whether a line is numbers with decimal commas, perhaps behind a name, with blanks between them."""
    first, *rest = line.split()
    if not rest or set(";|\t") & set(line) or ("," in first and not is_number(first)) or first.endswith(","):
        return False
    return "," in line and all(map(is_number, rest))


def _split(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    if delimiter == " ":
        lines = [" ".join(line.split()) for line in lines]
    return list(csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True))


def _even(path: Path, cells: list[list[str]]) -> tuple[list[list[str]], list[list[str]]]:
    """Part the lines before a table from its rows, all of one length."""
    (width, _), *_ = Counter(len(row) for row in cells).most_common(1)
    if width < 2:
        raise FormatError(path, "has a single column: no table of spectra")
    first = next(k for k, row in enumerate(cells) if len(_cut(row, width)) == width)
    above = cells[first - 1] if first else []
    if len(above) == width - 1:
        if not any("".join(row[width - 1 :]).strip() for row in cells[first:]):
            width, first = width - 1, first - 1  # each row ends with a delimiter
        elif _names_all_but_the_first(above, cells[first]):
            cells, first = [*cells[: first - 1], ["", *above], *cells[first:]], first - 1
    rows = [_cut(row, width) for row in cells[first:]]
    for place, row in enumerate(rows, start=first + 1):
        if len(row) != width:
            raise FormatError(path, f"row {place} has {len(row)} cells, the first one {width}")
    return cells[:first], rows


def _names_all_but_the_first(above: list[str], row: list[str]) -> bool:
    """Whether headings lack one, as R writes them: above the names of the rows."""
    found = [is_number(cell) for cell in above]
    return (not any(found) and _has_number(row)) or (all(found) and not is_number(row[0]))


def _cut(row: list[str], width: int) -> list[str]:
    """Leave out what stands behind the last column, if it is nothing."""
    return row if any(cell.strip() for cell in row[width:]) else row[:width]


def _has_number(row: list[str]) -> bool:
    return any(is_number(cell) for cell in row)


def _headings(rows: list[list[str]]) -> tuple[list[str], list[list[str]], list[list[str]]]:
    """Part headings, and further lines of them, from the rows."""
    first = rows[0]
    if all(is_number(cell) for cell in first):
        return [], [], rows
    # Further lines have units, classes …: words or nothing above a column of numbers.
    start = next((k for k, row in enumerate(rows) if is_number(row[0])), 0)
    below = rows[start:]
    if 1 < start <= MAX_HEADINGS and len(below) > 1 and all(is_number(row[0]) for row in below):
        return first, rows[1:start], below
    return first, [], rows[1:]
