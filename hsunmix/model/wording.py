"""Numbers as they are told: rounded to what they mean."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

__all__ = ["PRECISION", "counted", "of_each", "percent", "quantity", "seconds", "sentences"]

PRECISION = 1e-6  # of the largest value: what float32 can tell apart


def counted(number: int, what: str, many: str = "") -> str:
    """Return a number of things: "1 pixel", "3 pixels", "2 spectra"."""
    return f"{number} {what if number == 1 else many or what + 's'}"


def percent(share: float, digits: int | None = None) -> str:
    """Return a share in words: "12 %", "1.2 %", "0.12 %", "under 0.01 %"; "—" where it isn't known.

    Parameters
    ----------
    share : float
        One is 100 %.
    digits : int, optional
        So many behind the point; by default as many as its size is worth.
    """
    if not math.isfinite(share):
        return "—"
    value = 100 * share
    if value == 0:
        return "0 %"
    if abs(value) < 0.01:
        return "under 0.01 %"
    if digits is None:
        digits = 0 if abs(value) >= 10 else 1 if abs(value) >= 1 else 2
    return f"{value:.{digits}f} %"


def quantity(value: float, largest: float) -> str:
    """Return a value with four digits; "0" where it is nothing beside the largest of its kind."""
    if not math.isfinite(value):
        return "—"
    return "0" if abs(value) <= PRECISION * abs(largest) else f"{value:.4g}"


def seconds(value: float) -> str:
    """Return a time in words."""
    return "under 0.1 s" if value < 0.1 else f"{value:.1f} s" if value < 100 else f"{value:.0f} s"


def of_each(notes: Mapping[str, str]) -> str:
    """Return what is to be said of several things: once where it is the same of all, else by their names."""
    said = set(notes.values())
    if len(said) == 1:
        return said.pop()
    return " ".join(f"{name}: {note}" for name, note in notes.items() if note)


def sentences(notes: Iterable[str]) -> str:
    """Return notes as sentences: each with a capital, unless a name begins it, and a full stop."""
    return " ".join(map(_sentence, notes))


def _sentence(note: str) -> str:
    note = note.strip()
    first = note.split(" ", 1)[0].rstrip(",:;")
    if first.isalpha() and first.islower():
        note = note[0].upper() + note[1:]
    return note if note.endswith((".", "!", "?")) or not note else f"{note}."
