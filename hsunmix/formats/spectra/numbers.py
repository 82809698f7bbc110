"""Numbers as people and programs write them: with a decimal point or comma, in groups, or as a gap."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

__all__ = [
    "COMMA_NOTE",
    "HALVES",
    "MixedNumbersError",
    "has_commas",
    "is_gap",
    "is_number",
    "may_be_halves",
    "number",
]

HALVES = "its commas may be decimal or stand between columns: separate the columns with semicolons"
COMMA_NOTE = "the numbers are written with decimal commas."
_GAPS = frozenset(
    ("", "na", "n/a", "#n/a", "#na", "nan", "-nan", "null", "none", "nd", "-", "--", "?", "#div/0!")
)
_EXPONENT = r"(?:[eEdD][+-]?\d{1,4})?"
_POINT = re.compile(rf"[+-]?(?:\d+\.?\d*|\.\d+){_EXPONENT}")
_COMMA = re.compile(rf"[+-]?(?:\d+,?\d*|,\d+){_EXPONENT}")
_BLANKS = "\u00a0\u2007\u2009\u202f '\u2019"  # between groups of three digits
_GROUPED_POINT = re.compile(rf"[+-]?\d{{1,3}}(?:[,{_BLANKS}]\d{{3}})+\.\d+")
_GROUPED_COMMA = re.compile(rf"[+-]?\d{{1,3}}(?:[.{_BLANKS}]\d{{3}})+,\d+")
_GROUPED_WHOLE = re.compile(rf"[+-]?[1-9]\d{{0,2}}(?:[{_BLANKS}]\d{{3}})+")
_PERHAPS_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:[,.]\d{3})+")


class MixedNumbersError(ValueError):
    """Numbers of which nobody can say what a comma means."""


def is_gap(cell: str) -> bool:
    """Whether a cell says that there is no value."""
    return cell.strip().lower() in _GAPS


def is_number(cell: str) -> bool:
    """Whether a cell is a number, in whichever way it is written; a gap is none."""
    text = cell.strip()
    return any(
        form.fullmatch(text) for form in (_POINT, _COMMA, _GROUPED_POINT, _GROUPED_COMMA, _GROUPED_WHOLE)
    )


def has_commas(cells: Iterable[str]) -> bool:
    """Whether these numbers have decimal commas.

    Raises
    ------
    MixedNumbersError
        Some have commas and others points; or each comma may as well stand between thousands.
    """
    commas, points = set(), False
    for cell in cells:
        if "," in cell:
            commas.add(cell.strip())
        elif "." in cell:
            points = True
    if not commas:
        return False
    after = {cell for cell in commas if _GROUPED_COMMA.fullmatch(cell)}
    before = {cell for cell in commas if _GROUPED_POINT.fullmatch(cell)}
    rest = commas - after - before
    certain = after or any(not _PERHAPS_GROUPED.fullmatch(cell) for cell in rest)
    if before and not certain:
        return False
    if before or (points and not after):
        raise MixedNumbersError("some of its numbers have a decimal point and some a decimal comma")
    if not certain:
        raise MixedNumbersError(f"its commas, as in {min(commas)}, may be decimal or stand between thousands")
    return True


def may_be_halves(rows: Iterable[Sequence[str]]) -> bool:
    """Whether cells between commas may be halves of numbers with decimal commas: whole, and three or more."""
    return all(len(row) > 2 and all(cell.strip().lstrip("+-").isdigit() for cell in row) for row in rows)


def number(cell: str, commas: bool = False) -> float | None:
    """Return the value of a cell, NaN for a gap; None where it is no number."""
    if not commas:
        try:
            return float(cell) if "_" not in cell else None  # Python takes 1_0 for ten
        except ValueError:
            pass
    text = cell.strip()
    if is_gap(text):
        return math.nan
    if (_COMMA if commas else _POINT).fullmatch(text):
        plain = text.replace(",", ".")
    elif (_GROUPED_COMMA if commas else _GROUPED_POINT).fullmatch(text):
        group, decimal = (".", ",") if commas else (",", ".")
        plain = text.replace(group, "").replace(decimal, ".")
    elif _GROUPED_WHOLE.fullmatch(text) or (commas and _PERHAPS_GROUPED.fullmatch(text) and "." in text):
        plain = text.replace(".", "")
    elif text.lower() in ("inf", "+inf", "-inf", "infinity"):
        return math.nan
    else:
        return None
    return float(re.sub(rf"[{_BLANKS}]", "", plain).replace("D", "e").replace("d", "e"))
