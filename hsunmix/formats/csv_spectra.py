"""Spectra as a table of text: a column of wavelengths and a column per spectrum, or a row per spectrum."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FileError, FormatError
from hsunmix.formats._spectrum_text import GAP
from hsunmix.formats._wavelengths import nanometres
from hsunmix.model.spectra import Spectra

TITLE = "CSV"
SUFFIXES = (".csv", ".txt", ".tsv")
MAX_BYTES = 64 << 20
_UNIT = re.compile(r"(nm|nanomet\w*|um|\u00b5m|\u03bcm|micro\w*)\W*$", re.IGNORECASE)


def sniff(path: Path, head: bytes) -> bool:
    """Whether it is named like a table, and is text; ``.txt`` must look like a table too."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES or not head or b"\0" in head:
        return False
    return suffix != ".txt" or _looks_like_a_table(head.decode("latin-1"))


def _looks_like_a_table(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")][:2]
    if len(lines) < 2:
        return False
    delimiter = max(",;\t", key=lines[0].count)
    head, first = (line.split(delimiter) for line in lines)
    return 1 < len(head) == len(first) and _numbers([cell for cell in first[1:] if cell.strip()]) is not None


def open_spectra(path: Path) -> Spectra:
    """Read a table whose first line names its columns.

    The first column holds wavelengths and each other one a spectrum; or, where the first line
    holds numbers from its second entry on, these are the wavelengths and each row is a spectrum
    that begins with its name. Empty cells are gaps.

    Raises
    ------
    FormatError
        It is no such table.
    """
    header, rows = _table(path)
    notes: list[str] = []
    across = _numbers(header[1:])
    if across is not None:
        names, values = [row[0].strip() for row in rows], _matrix(path, [row[1:] for row in rows])
        centres = across
    else:
        names = [cell.strip() for cell in header[1:]]
        table = _matrix(path, rows)
        centres, values = table[:, 0], table[:, 1:].T
    values = np.where(np.abs(values) < GAP, values, np.nan)
    if len(centres) > 1 and (np.diff(centres) < 0).all():
        centres, values = centres[::-1], values[:, ::-1]
    unit = _UNIT.search(header[0].strip())
    nm = nanometres(centres, unit[1] if unit else "", notes)
    names = [name or f"Spectrum {k + 1}" for k, name in enumerate(names)]
    return Spectra(values, tuple(names), nm, path=str(path), notes=tuple(notes))


def _table(path: Path) -> tuple[list[str], list[list[str]]]:
    """Split the text into cells; every row as long as the header."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileError(path, error.strerror or str(error)) from None
    if len(raw) > MAX_BYTES:
        raise FormatError(path, f"is larger than {MAX_BYTES >> 20} MB: no table of spectra")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if len(lines) < 2:
        raise FormatError(path, "has no line of names and lines of numbers: no table of spectra")
    delimiter = max(",;\t", key=lines[0].count)
    try:
        header, *rows = csv.reader(lines, delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise FormatError(path, f"is no table of spectra: {error}") from None
    if len(header) < 2:
        raise FormatError(path, "has a single column: no table of spectra")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise FormatError(path, f"row {number} has {len(row)} cells, the first one {len(header)}")
    return header, rows


def _numbers(cells: list[str]) -> NDArray[np.float64] | None:
    try:
        return np.array([float(cell) for cell in cells])
    except ValueError:
        return None


def _matrix(path: Path, rows: list[list[str]]) -> NDArray[np.float64]:
    try:
        return np.array([[float(cell) if cell.strip() else np.nan for cell in row] for row in rows])
    except ValueError as error:
        raise FormatError(path, f"is no table of spectra: {error}") from None
