"""Find wavelengths, fwhm and bad bands among the vectors of a file that does not say which is which."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats.spectra.wavelengths import nanometres, widths

__all__ = ["PLAUSIBLE_NM", "BandAxis", "BandVector", "axes_by_bands", "named_wavelengths", "understand"]

_WAVELENGTH = re.compile(r"wave|^wl|lambda|(band|spectral)_?cent|wvl|frequenc", re.IGNORECASE)
_NOT_WAVELENGTH = re.compile(r"good|flag|mask|fwhm|width|index|error|unc", re.IGNORECASE)
_OF_VALUES = re.compile(r"scale|gain|offset|slope|intercept|fill|missing|valid|nodata", re.IGNORECASE)
_FWHM = re.compile(r"fwhm|bandwidth", re.IGNORECASE)
_BBL = re.compile(r"^(bbl|good_?(bands?|wavelengths?))$", re.IGNORECASE)
_CHOSEN = re.compile(r"sele?ct|band|channel", re.IGNORECASE)
MAX_NUMBER = 10_000  # bands of a sensor
_NO_UNIT = ("", "1", "count", "level")
MAX_NOTES = 3
PLAUSIBLE_NM = (150.0, 60_000.0)


@dataclass(frozen=True, eq=False)
class BandVector:
    """A numeric vector of a file.

    Attributes
    ----------
    name : str
        Its place in the file, with ``/`` or ``.`` between the levels.
    values : array, (n,)
        With more axes it fits no bands, and that is told where it is named like wavelengths.
    unit : str
        Where the file gives one.
    axis : bool
        Whether it is the coordinate of the axis of the bands, whatever its name.
    near : int
        How near its place in the file is to the cube's.
    """

    name: str
    values: NDArray[np.generic]
    unit: str = ""
    axis: bool = False
    near: int = 0

    @property
    def leaf(self) -> str:
        """The last part of its name."""
        return re.split(r"[/.]", self.name)[-1]

    @property
    def group(self) -> str:
        """All but the last part of its name."""
        return self.name[: -len(self.leaf)]


@dataclass(frozen=True, eq=False)
class BandAxis:
    """What the vectors say on the bands, in a cube's terms; ``falling`` where the file has the reverse.

    ``numbers`` are those that the bands have in the sensor, from 1, where the file keeps only some of them.
    """

    wavelengths: NDArray[np.float64] | None = None
    fwhm: NDArray[np.float64] | None = None
    bad_bands: NDArray[np.bool_] | None = None
    unit: str = ""
    falling: bool = False
    numbers: NDArray[np.int64] | None = None


def understand(
    vectors: Sequence[BandVector], bands: int, notes: list[str], *, turn: bool = False
) -> BandAxis:
    """Choose among the vectors of the right length.

    The coordinate of the bands' axis comes first, then a vector named like wavelengths, one with a unit
    before one without; else a vector of fractions that rise over a plausible range.

    Parameters
    ----------
    vectors : sequence of BandVector
    bands : int
    notes : list of str
    turn : bool
        Whether the caller can take bands from the last to the first. Then wavelengths that fall are turned,
        with all that is said of the bands, and ``falling`` says so.
    """
    able = [v for v in vectors if v.values.dtype.kind in "iufb"]
    fitting = [v for v in able if v.values.shape == (bands,)]
    bad, numbers = _bad_bands(fitting, notes), _numbers(fitting)
    for vector in sorted(fitting, key=lambda v: (not v.axis, not _named(v), -v.near, not v.unit)):
        known = _named(vector) or (vector.axis and _is_axis(vector))
        if not known and not (vector.unit in _NO_UNIT and _plausible(vector)):
            continue
        said: list[str] = []
        if turn and _falls(vector):
            turned = [replace(v, values=v.values[::-1]) for v in fitting]
            notes.append("the bands run from long to short wavelengths: they were put in order.")
            return replace(understand(turned, bands, notes), falling=True)
        nm = nanometres(vector.values, vector.unit, said)
        if nm is None:
            notes.extend(f"{vector.name}: {note}" for note in said if known)
            continue
        notes.append(f"the wavelengths are those of {vector.name}.")
        notes.extend(said)
        if not vector.axis:
            notes.extend(_rivals(vector, fitting, nm))
        return BandAxis(nm, _fwhm(fitting, vector, nm, notes), bad, vector.unit, numbers=numbers)
    for vector in [v for v in able if _named(v) and v.values.shape != (bands,)][:MAX_NOTES]:
        shape = " × ".join(map(str, vector.values.shape))
        notes.append(f"{vector.name} holds {shape} numbers, not one for each of the {bands} bands: not used.")
    return BandAxis(bad_bands=bad, numbers=numbers)


def _rivals(chosen: BandVector, fitting: Sequence[BandVector], nm: NDArray[np.float64]) -> list[str]:
    """Tell of other wavelengths that are as near and of the same number, but not the same."""
    names = []
    for vector in fitting:
        if vector is chosen or not _named(vector) or vector.near < chosen.near:
            continue
        other = nanometres(vector.values, vector.unit, [])
        if other is not None and not np.allclose(other, nm, rtol=1e-3):
            names.append(vector.name)
    return [f"{', '.join(names)[:200]} would fit as well."] if names else []


def _falls(vector: BandVector) -> bool:
    """Whether these are wavelengths, not frequencies, from long to short."""
    values = np.asarray(vector.values, dtype=np.float64)
    if not np.isfinite(values).all() or not (np.diff(values) < 0).all() or values.min() <= 0:
        return False
    return (
        nanometres(values, vector.unit, []) is None and nanometres(values[::-1], vector.unit, []) is not None
    )


def axes_by_bands(shape: Sequence[int], vectors: Sequence[BandVector], notes: list[str]) -> str:
    """Return the axes of an array: ``yxb``, unless only another axis is as long as there are wavelengths."""
    for axes in ("yxb", "byx", "ybx"):
        if understand(vectors, shape[axes.index("b")], []).wavelengths is not None:
            if axes != "yxb":
                notes.append(f"the axes were taken as {axes}, by the number of wavelengths.")
            return axes
    return "yxb"


def _is_axis(vector: BandVector) -> bool:
    """Whether the coordinate of an axis may be wavelengths, and doesn't only count the bands."""
    numbers = np.asarray(vector.values, dtype=np.float64)
    if vector.unit not in _NO_UNIT:
        return True
    counts = (np.diff(numbers) == 1).all() and numbers[0] < PLAUSIBLE_NM[0] * 2
    return not counts and bool(numbers.min() >= PLAUSIBLE_NM[0] and numbers.max() <= PLAUSIBLE_NM[1])


def named_wavelengths(leaf: str) -> bool:
    """Whether the last part of a name is that of wavelengths."""
    return bool(_WAVELENGTH.search(leaf) and not _NOT_WAVELENGTH.search(leaf))


def _named(vector: BandVector) -> bool:
    return named_wavelengths(vector.leaf)


def _plausible(vector: BandVector) -> bool:
    """Whether fractions without a name that says what they are rise over a plausible range."""
    if _NOT_WAVELENGTH.search(vector.leaf) or _OF_VALUES.search(vector.leaf):
        return False
    numbers = np.asarray(vector.values, dtype=np.float64)
    if numbers.size < 2 or not np.isfinite(numbers).all() or (numbers == np.round(numbers)).all():
        return False
    nm = numbers if numbers.min() > 100 else numbers * 1000
    return bool((np.diff(nm) > 0).all() and nm[0] >= PLAUSIBLE_NM[0] and nm[-1] <= PLAUSIBLE_NM[1])


def _fwhm(
    fitting: Sequence[BandVector], centres: BandVector, nm: NDArray[np.float64], notes: list[str]
) -> NDArray[np.float64] | None:
    """Return the widths that stand beside the chosen wavelengths, so that they share the unit."""
    for vector in fitting:
        if _FWHM.search(vector.leaf) and vector.group == centres.group:
            return widths(vector.values, centres.values, nm, notes)
    return None


def _numbers(fitting: Sequence[BandVector]) -> NDArray[np.int64] | None:
    """Return the numbers of bands that were chosen out of more, from 1."""
    for vector in fitting:
        values = np.asarray(vector.values, dtype=np.float64)
        counted = (values == np.round(values)).all() and (np.diff(values) > 0).all()
        some = values[0] >= 1 and len(values) < values[-1] <= MAX_NUMBER
        if _CHOSEN.search(vector.leaf) and counted and some:
            return values.astype(np.int64)
    return None


def _bad_bands(fitting: Sequence[BandVector], notes: list[str]) -> NDArray[np.bool_] | None:
    for vector in fitting:
        if not _BBL.match(vector.leaf):
            continue
        flags = np.asarray(vector.values, dtype=np.float64)
        bad: NDArray[np.bool_] = flags == 0
        if set(np.unique(flags)) <= {0.0, 1.0} and not bad.all():
            return bad
        notes.append(f"{vector.name} does not mark good bands with 1 and bad ones with 0: ignored.")
    return None
