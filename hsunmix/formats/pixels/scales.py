"""What is said of scales that seem to be meant the other way round, and of what was not applied."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

__all__ = ["doubt", "is_telling", "unapplied"]

HUGE = 100.0  # who stores whole numbers multiplies them by less than one, to have fractions
_FILLS = frozenset(
    ("fillvalue", "missingvalue", "nodata", "nodatavalue", "dataignorevalue", "missingdata", "novalue")
)
_SCALE = re.compile(
    r"(?:.*(?:_|\b))?(?:scale|scales|scaling|scale_?factors?|scaling_?factors?|gains?|add_offset|offsets?)"
    r"(?:_values?)?",
    re.IGNORECASE,
)
_INDEX = re.compile(r"major|minor|frame|header|byte|band_?offset|utc|time", re.IGNORECASE)
MAX_NOTES = 6


def doubt(
    name: str,
    factor: float | NDArray[np.float64],
    notes: list[str],
    *,
    whole: bool,
    divides: bool = False,
) -> None:
    """Say where a factor makes values so much larger that its reciprocal may be meant.

    Parameters
    ----------
    name : str
        As the file calls it.
    factor : float or array
        As the file has it.
    notes : list of str
    whole : bool
        Whether the stored values are whole numbers.
    divides : bool
        Whether values are divided by it.
    """
    number = float(np.median(np.abs(factor)))
    if number == 0 or not np.isfinite(number):
        return
    if (divides and number < 1) or (not divides and whole and number >= HUGE):
        done, other = ("divided", "multiplied") if divides else ("multiplied", "divided")
        notes.append(
            f"the stored values were {done} by {name} = {number:g}, as its definition says; if they are to "
            f"be {other} by it, the file should say {1 / number:g}."
        )


def is_telling(name: str) -> bool:
    """Whether something is named like a scale, or like a value for no data."""
    return _is_fill(name) or (_SCALE.fullmatch(name) is not None and not _INDEX.search(name))


def _is_fill(name: str) -> bool:
    return re.sub(r"[\W_]+", "", name).lower() in _FILLS


def unapplied(items: Iterable[tuple[str, object]], notes: list[str], *, has_fill: bool) -> None:
    """Tell of what is named like a scale, or like a value for no data, where that name has no meaning here.

    Parameters
    ----------
    items : iterable of (str, object)
        Names and what they hold.
    notes : list of str
    has_fill : bool
        Whether a value for no data is known already.
    """
    said: list[str] = []
    for name, value in items:
        if not is_telling(name):
            continue
        numbers = _numbers(value)
        if numbers is None or not numbers.size:
            continue
        shown = f" ({numbers[0]:g})" if numbers.size == 1 else ""
        is_fill = _is_fill(name)
        if is_fill and not has_fill and np.isfinite(numbers).all():
            said.append(
                f"its {name}{shown} was not taken for no data: where it means that, give it as nodata."
            )
        elif not is_fill and not ((numbers == 0).all() or (numbers == 1).all()):
            said.append(f"its {name}{shown} was not applied: the values are as they are stored.")
    notes += [note for note in dict.fromkeys(said) if note not in notes][:MAX_NOTES]


def _numbers(value: object) -> NDArray[np.float64] | None:
    try:
        if isinstance(value, bytes | str):
            text = value.decode("latin-1") if isinstance(value, bytes) else value
            value = [float(word) for word in re.split(r"[\s,;]+", text.strip("{}[] \n\t"))]
        return np.ravel(np.asarray(value, dtype=np.float64))
    except (TypeError, ValueError):
        return None
