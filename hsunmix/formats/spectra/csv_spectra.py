"""Spectra as a table of text: a column of wavelengths and a column per spectrum, or a row per spectrum."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FormatError
from hsunmix.formats.spectra import table_axis as axis
from hsunmix.formats.spectra.classes import by_class, class_heading, classes_in
from hsunmix.formats.spectra.spectrum_text import is_percent, with_gaps
from hsunmix.formats.spectra.table import Table, first_headings, read_table
from hsunmix.formats.spectra.table_axis import Across
from hsunmix.formats.spectra.text import decoded, is_text, read_lines
from hsunmix.formats.spectra.wavelengths import nanometres, unit_of, widths
from hsunmix.model.cells import text_of_cell
from hsunmix.model.spectra import Spectra

TITLE = "CSV"
SUFFIXES = (".csv", ".txt", ".tsv")
MAX_BYTES = 64 << 20
OURS = "wavelength_nm"  # the heading of the product
_SIGN = re.compile(r"[(\[]\s*(?:%|percent\w*)\s*[)\]]|%|\bpercent\w*", re.IGNORECASE)
Vector = NDArray[np.float64]


def sniff(path: Path, head: bytes) -> bool:
    """Whether it is named like a table, and is text; ``.txt`` must look like a table too."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES or not is_text(head):
        return False
    if suffix != ".txt":
        return True
    try:
        lines = decoded(head).splitlines()
    except ValueError:
        return False
    delimiter, headings = first_headings(lines[:-1] if len(lines) > 2 else lines)  # the last may be cut off
    if delimiter == " ":
        return len(headings) > 2 and axis.named_axis(headings[0])
    return bool(delimiter)


def open_spectra(path: Path) -> Spectra:
    """Read a table in either direction.

    A column holds wavelengths and each other one a spectrum; or the headings of a run of columns are
    wavelengths (``450``, ``X450``, ``450 nm``, ``Wave_450`` …), each row is a spectrum, and the columns
    beside the run say what it is. Empty cells, ``NA`` and the like are gaps.

    Raises
    ------
    FormatError
        It is no such table, or may be read in both directions.
    """
    notes: list[str] = []
    table = read_table(path, read_lines(path, MAX_BYTES), notes)
    column, run = axis.down(table), axis.across(table)
    if not table.headings and len(table.rows) > 1:
        turned = replace(table, headings=table.rows[0], rows=table.rows[1:])
        run = axis.across(turned) if table.width > 2 else None
        table = turned if run is not None and column is None else table
    if column is not None and run is not None and (not table.headings or _may_be_both(table, column)):
        raise FormatError(
            path,
            "may be read in two directions: both its headings and a column are like wavelengths; give the "
            "spectra names that are no numbers",
        )
    if run is not None and not _ours(table):
        return _rows(table, run, notes)
    if column is not None:
        if not column[1] and table.headings and not axis.has_no_name(table.headings[column[0]]):
            notes.append(f"the column {table.headings[column[0]]!r} was taken for the wavelengths.")
        return _columns(table, column[0], notes)
    return _without_wavelengths(table, notes)


def _ours(table: Table) -> bool:
    return table.headings[:1] == [OURS]


def _may_be_both(table: Table, column: tuple[int, bool]) -> bool:
    place, named = column
    values = table.numbers(place)
    heading = table.headings[place]
    real = values is not None and axis.possible(values, unit_of(heading))
    return real and not _ours(table) and (named or axis.has_no_name(heading))


def _columns(table: Table, place: int, notes: list[str]) -> Spectra:
    """Read a spectrum from each column but that of wavelengths."""
    headings = table.headings or [""] * table.width
    centres = table.numbers(place)
    assert centres is not None
    falling = len(centres) > 1 and bool((np.diff(centres) < 0).all())
    order = slice(None, None, -1) if falling else slice(None)
    unit = next(
        (u for text in (headings[place], table.units[place], *table.before) if (u := unit_of(text))), ""
    )
    said: list[str] = []
    nm = nanometres(centres[order], unit, said)
    if nm is None:
        reason = said[-1].removesuffix(": ignored.") if said else "they count the bands"
        raise FormatError(
            table.path,
            f"its column of wavelengths ({headings[place] or 'the first'}) can't be used: {reason}; each "
            "spectrum needs a column or a row of its own",
        )
    notes += said
    if len(nm) > 1 and nm[0] > nm[-1]:  # frequencies
        nm, order = nm[::-1], slice(None, None, -1) if order == slice(None) else slice(None)
    picked: dict[int, Vector] = {}
    aside, fwhm = [], None
    for k in (k for k in range(table.width) if k != place):
        values = table.numbers(k)
        if values is not None and headings[k].lower().strip().startswith("fwhm") and fwhm is None:
            fwhm = widths(values[order], centres[order], nm, notes)
        elif values is not None and axis.is_axis(table, k):
            _require_same(table, f"{headings[k]} {table.units[k]}".strip(), values[order], nm)
            aside.append(k)
        elif values is None or axis.is_about_bands(table, k) or axis.counts_bands(headings[k], values):
            aside.append(k)
        else:
            picked[k] = values
    _refuse_words(table, headings, aside)
    if not picked:
        raise FormatError(table.path, "is no table of spectra: beside the wavelengths it has no numbers")
    _say_aside([f"{headings[k]} {table.units[k]}".strip() or f"column {k + 1}" for k in aside], notes)
    values = np.array(list(picked.values()))[:, order]
    percent = [_is_percent(table, k) for k in picked]
    names = [headings[k] or _name_of_pair(table, k) for k in picked]
    return _library(table, values, names, nm, fwhm, percent, notes, _of_columns(table, place, picked))


def _of_columns(table: Table, place: int, columns: Iterable[int]) -> tuple[str, ...]:
    """Return the classes of some columns; the line that has them is so called in the column at ``place``."""
    line = class_heading([cells[place] for cells in table.lines])
    return () if line is None else classes_in([table.lines[line][k] for k in columns])


def _name_of_pair(table: Table, k: int) -> str:
    """Return a name that stands above the wavelengths of a pair of columns, as of cells that were merged."""
    return table.headings[k - 1] if k and table.headings and axis.is_axis(table, k - 1, below=True) else ""


def _is_percent(table: Table, k: int) -> bool:
    unit = table.units[k]
    heading = table.headings[k] if table.headings else ""
    return is_percent(unit.partition(" ")[0]) or is_percent(f"{heading} {unit}")


def _require_same(table: Table, heading: str, values: Vector, nm: Vector) -> None:
    """Refuse a second column of wavelengths, unless it holds the same ones, perhaps in another unit."""
    other = nanometres(values, unit_of(heading), [])
    if other is None or not np.allclose(other, nm, rtol=1e-3, atol=0):
        raise FormatError(
            table.path,
            f"has several columns of wavelengths ({heading}): put spectra of other bands in other files",
        )


def _rows(table: Table, run: Across, notes: list[str]) -> Spectra:
    """Read a spectrum from each row."""
    values = _matrix(table, run.columns)
    order = np.argsort(run.centres, kind="stable") if (np.diff(run.centres) < 0).all() else slice(None)
    nm = nanometres(run.centres[order], run.unit, notes)
    if run.worded:
        notes.append(f"the wavelengths were read from the headings ({run.worded!r} …).")
    if nm is not None and len(nm) > 1 and nm[0] > nm[-1]:
        nm, values = nm[::-1], values[:, ::-1]
    names, classes = _names_of_rows(table, run.columns, notes)
    return _library(table, values[:, order], names, nm, None, [], notes, classes)


def _without_wavelengths(table: Table, notes: list[str]) -> Spectra:
    """Read a table that counts its bands, as our own of a scene without wavelengths."""
    headings = table.headings
    counting = [k for k, heading in enumerate(headings) if axis.counts_bands(heading, table.numbers(k))]
    named = [headings[k] for k in counting if not axis.has_no_name(headings[k])]
    if named:
        notes.append(f"there are no wavelengths: {named[0]!r} counts the bands.")
        spectra = [k for k in range(table.width) if k not in counting]
        percent = [_is_percent(table, k) for k in spectra]
        values = _matrix(table, spectra).T
        classes = _of_columns(table, counting[0], spectra)
        return _library(table, values, [headings[k] for k in spectra], None, None, percent, notes, classes)
    columns = axis.numbered(table) if headings else []
    if columns:
        notes.append(f"there are no wavelengths: the headings ({headings[columns[0]]!r} …) count the bands.")
        values = _matrix(table, columns)
        names, classes = _names_of_rows(table, columns, notes)
        return _library(table, values, names, None, None, [], notes, classes)
    _matrix(
        table, [k for k in range(table.width) if k or not headings]
    )  # a cell that is no number, if one is to blame
    raise FormatError(
        table.path,
        "is no table of spectra: neither a column nor the headings hold wavelengths (in nm or µm, rising; "
        "numbers that may be years need their unit, as in 2001 nm)",
    )


def _names_of_rows(table: Table, run: list[int], notes: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Name the spectra, and say what they are of.

    Their names are the first column of words that is not that of their classes, else the first column
    beside the run; where there is none but that of the classes, these with numbers.
    """
    beside = [k for k in range(table.width) if k not in run]
    place = class_heading([table.headings[k] for k in beside])
    kinds = None if place is None else beside.pop(place)
    classes = () if kinds is None else classes_in(table.column(kinds))
    if not beside:
        return (by_class(classes) if classes else [""] * len(table.rows)), classes
    named = next((k for k in beside if table.numbers(k) is None), beside[0])
    _say_aside([table.headings[k] or f"column {k + 1}" for k in beside if k != named], notes)
    return table.column(named), classes


def _say_aside(names: list[str], notes: list[str]) -> None:
    if names:
        notes.append(f"columns that are no spectra were left aside: {', '.join(names)[:200]}.")


def _refuse_words(table: Table, headings: list[str], columns: list[int]) -> None:
    """Refuse a column of numbers in which a single cell is none; a column of words is something else."""
    for k in columns:
        cells = table.column(k)
        words = [place for place, cell in enumerate(cells) if table.value(cell) is None]
        if words and 2 * len(words) <= len(cells):
            raise FormatError(
                table.path,
                f"is no table of spectra: {cells[words[0]][:40]!r} in {headings[k]!r} is no number",
            )


def _matrix(table: Table, columns: list[int]) -> Vector:
    """Return (rows, columns) of numbers."""
    values = [[table.value(row[k]) for k in columns] for row in table.rows]
    for row, cells in zip(values, table.rows, strict=True):
        if None in row:
            word = cells[columns[row.index(None)]].strip()
            raise FormatError(table.path, f"is no table of spectra: {word[:40]!r} is no number")
    return np.array(values, dtype=np.float64)


def _library(
    table: Table,
    values: Vector,
    names: list[str],
    nm: Vector | None,
    fwhm: Vector | None,
    percent: list[bool],
    notes: list[str],
    classes: tuple[str, ...] = (),
) -> Spectra:
    values = with_gaps(values, notes)
    share = np.array(percent or [False] * len(values))
    if any(is_percent(line) for line in table.before):
        share[:] = True
    if share.any():
        values[share] /= 100.0
        which = (
            "" if share.all() else f" of {', '.join(n for n, s in zip(names, share, strict=True) if s)[:200]}"
        )
        notes.append(f"the values{which} are percent in the file: divided by 100.")
        # Else who writes the spectra and reads them again would divide once more.
        names = [_SIGN.sub(" ", name) if s else name for name, s in zip(names, share, strict=True)]
    names = [text_of_cell(" ".join(name.split())) or f"Spectrum {k + 1}" for k, name in enumerate(names)]
    return Spectra(values, tuple(names), nm, fwhm, path=str(table.path), notes=tuple(notes), classes=classes)
