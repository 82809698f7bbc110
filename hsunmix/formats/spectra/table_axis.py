"""Where a table of spectra has its wavelengths: in a column, or in the headings of a run of columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats.spectra.band_names import may_be_years
from hsunmix.formats.spectra.table import Table
from hsunmix.formats.spectra.wavelengths import is_unit, nanometres, unit_of

__all__ = [
    "Across",
    "about_bands",
    "across",
    "counts_bands",
    "down",
    "has_no_name",
    "is_about_bands",
    "is_axis",
    "named_axis",
    "numbered",
    "possible",
]

_NAMED = re.compile(
    r"wave|^photon|^energy\b|^wl\b|^wl_|wvl|^lambda|^\u03bb|cent(er|re)\b|frequenc|wellenl|longueur d|"
    r"longitud de onda|lunghezza d",
    re.IGNORECASE,
)
_WITH_NUMBER = re.compile(r"\d{2}|\d\.\d")
_INDEX = re.compile(
    r"|unnamed: ?\d+|index|#|n[ro]\.?|number|rownames|row([ _]?(id|names?))?|ch(an(nels?)?)?\W?|"
    r"bands?([ _]?(no|nr|number|id|index))?",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"fwhm|^\W*sd\W*$|std\b|st\.?dev|stdev|standard[ _]dev|sigma|error|uncert|bandwidth", re.IGNORECASE
)
_IDENTITY = re.compile(
    r"f?id|.*[ _]id|names?|samples?|spectrum|spectra|plot|class|label|key|species|material|target|index|#|"
    r"n[ro]\.?|number|date|year|lat\w*|lon\w*",
    re.IGNORECASE,
)
_NO_NAME = re.compile(r"|x|unnamed: ?\d+", re.IGNORECASE)
_HEADING = re.compile(
    r"(?P<before>[^\d]*?)[\s_.\-]*(?P<number>\d+(?:[.,]\d+)?|[.,]\d+)[\s_.\-]*(?P<after>[^\d]*)"
)
_BEFORE = (
    "",
    "x",
    "r",
    "b",
    "band",
    "wave",
    "wavelength",
    "wvl",
    "wl",
    "w",
    "lambda",
    "\u03bb",
    "spc",
    "nir",
)
_REFLECTANCES = ("refl", "reflectance", "rfl", "rrs", "rho", "rad", "radiance")
MANY = 10  # columns whose headings begin alike, in words that nobody knows
Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Across:
    """A run of columns whose headings hold the wavelengths.

    Attributes
    ----------
    columns : list of int
    centres : array, (bands,)
    unit : str
    worded : str
        A heading, where they are more than numbers.
    """

    columns: list[int]
    centres: Vector
    unit: str
    worded: str = ""


def possible(centres: Vector, unit: str) -> bool:
    """Whether numbers can be wavelengths, in either direction."""
    if len(centres) < 2:
        return False
    falling = bool((np.diff(centres) < 0).all())
    return nanometres(centres[::-1] if falling else centres, unit, []) is not None


def named_axis(heading: str) -> bool:
    """Whether a heading is that of wavelengths, and not of one of them."""
    outside = re.sub(r"[(\[].*", "", heading).strip()
    if _WITH_NUMBER.search(outside) or about_bands(heading):
        return False
    only_unit = unit_of(heading) not in ("", "m", "cm", "mm") and (len(outside) < 2 or is_unit(heading))
    return only_unit or _NAMED.search(heading) is not None


def has_no_name(heading: str) -> bool:
    """Whether a heading says nothing."""
    return _NO_NAME.fullmatch(heading.strip()) is not None


def about_bands(heading: str) -> bool:
    """Whether a column says something on the bands or the values, and is no spectrum."""
    return _ABOUT.search(heading) is not None


def counts_bands(heading: str, values: Vector | None) -> bool:
    """Whether a column only counts: by its heading, and from 0 or 1 on."""
    if values is None or not _INDEX.fullmatch(heading.strip()):
        return False
    return any((values == np.arange(start, start + len(values))).all() for start in (0, 1))


def is_axis(table: Table, k: int, *, below: bool = False) -> bool:
    """Whether a column is called one of wavelengths: in its heading or below that, or only below."""
    named = bool(table.headings) and named_axis(table.headings[k])
    return not named and named_axis(table.units[k]) if below else named or named_axis(table.units[k])


def is_about_bands(table: Table, k: int) -> bool:
    """As ``about_bands``, also where a line below the heading says so."""
    return bool(table.headings) and (about_bands(table.headings[k]) or about_bands(table.units[k]))


def down(table: Table) -> tuple[int, bool] | None:
    """Return the column of wavelengths, and whether its heading says so; None where there is none."""
    for k in range(len(table.headings)):
        if is_axis(table, k) and (values := table.numbers(k)) is not None and np.isfinite(values).all():
            return k, True
    for k in range(table.width - 1):
        values = table.numbers(k)
        if values is None:
            return None
        if table.headings and counts_bands(table.headings[k], values):
            continue
        return (k, False) if _unnamed_axis(table, k, values) else None
    return None


def _unnamed_axis(table: Table, k: int, values: Vector) -> bool:
    """Whether a column can be that of wavelengths though its heading does not say so."""
    if not possible(values, "") or may_be_years(values):
        return False
    if not table.headings:
        return k == 0
    heading = table.headings[k]
    if k == 0 and has_no_name(heading):
        return True
    # Reflectances that rise look like micrometres, and numbers of plots like nanometres.
    return bool(values.min() > 100) and _IDENTITY.fullmatch(heading.strip()) is None


def across(table: Table) -> Across | None:
    """Return the columns whose headings hold the wavelengths; None where there are none."""
    groups: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for k, heading in enumerate(table.headings):
        found = _HEADING.fullmatch(heading.strip())
        value = table.value(found["number"]) if found else None
        if found and value is not None:
            groups.setdefault((_letters(found["before"]), _letters(found["after"])), []).append((k, value))
    for (before, after), members in sorted(groups.items(), key=lambda g: -len(g[1])):
        unit = unit_of(after) or (unit_of(before) if before else "")
        if after and not unit_of(after):
            continue
        if not (unit or before in _BEFORE or before in _REFLECTANCES or len(members) >= MANY):
            continue
        columns = [k for k, _ in members]
        centres = np.array([value for _, value in members])
        unit = unit or _unit_beside(table, columns)
        bare = not (unit or before or after)
        if bare and centres.max() < 100 and not _are_headings(table, columns):
            continue  # a spectrum's name and its values look like that
        if bare and may_be_years(centres):
            continue
        if possible(centres, unit):
            return Across(columns, centres, unit, table.headings[columns[0]] if before or after else "")
    return None


def _are_headings(table: Table, columns: Sequence[int]) -> bool:
    """Whether a heading beside a run of numbers says that this is a line of headings."""
    others = [heading.strip() for k, heading in enumerate(table.headings) if k not in columns]
    return any(has_no_name(h) or named_axis(h) or _IDENTITY.fullmatch(h) for h in others)


def numbered(table: Table) -> list[int]:
    """Return the columns whose headings count the bands, as 1, 2, 3 or B1, B2, B3 do."""
    found = [(k, _HEADING.fullmatch(heading.strip())) for k, heading in enumerate(table.headings)]
    members = [
        (k, m["number"])
        for k, m in found
        if m and not m["after"] and _letters(m["before"]) in ("", "b", "band", "x", "v")
    ]
    for start in (0, 1):
        if len(members) > 2 and [m for _, m in members] == [str(start + i) for i in range(len(members))]:
            return [k for k, _ in members]
    return []


def _unit_beside(table: Table, columns: Sequence[int]) -> str:
    """Find a unit in what heads the columns before the run."""
    others = [heading for k, heading in enumerate(table.headings) if k not in columns]
    return next((unit for text in (*others[:1], *table.before) if (unit := unit_of(text))), "")


def _letters(text: str) -> str:
    return re.sub(r"[\s_.\-()\[\]:]+", "", text).lower()
