"""What stored values mean by the conventions of netCDF: scale, offset, and those that mean no data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats.hdf5.file import Unfit, attribute, text
from hsunmix.formats.pixels.absence import Absence
from hsunmix.formats.pixels.scales import doubt, is_telling, unapplied

__all__ = ["PerBand", "absence", "gain_offset", "per_band", "spread", "taken", "unsigned", "unused"]

PerBand = float | NDArray[np.float64]

FILLS = ("_FillValue", "missing_value", "Data_Ignore_Value", "nodata", "NoData", "no_data", "fill_value")
_SCALING = re.compile(r"scale|gain|offset|slope|intercept|multiplier|divisor", re.IGNORECASE)
MAX_BESIDE = 1000
MAX_DEPTH = 20
_USED = ("scale_factor", "add_offset")


def per_band(dataset: Any, name: str, bands: int) -> PerBand | None:
    """Return an attribute as one number, or as one for each band; None where it is missing or no number.

    Raises
    ------
    Unfit
        It is a list of another length: nobody knows which band is meant by which.
    """
    value = attribute(dataset, name)
    return None if value is None else spread(value, name, bands)


def spread(value: Any, name: str, bands: int) -> PerBand | None:
    """As ``per_band``, of an attribute's value."""
    if value is None:
        return None
    try:
        numbers = np.ravel(np.asarray(value, dtype=np.float64))
    except (TypeError, ValueError):
        return None
    if numbers.size == 1 or (numbers.size > 1 and (numbers == numbers[0]).all()):
        return float(numbers[0])
    if numbers.size != bands:
        raise Unfit(f"{name.rpartition('@')[2]} has {numbers.size} numbers, and there are {bands} bands")
    return numbers


def gain_offset(dataset: Any, bands: int, notes: list[str]) -> tuple[PerBand, PerBand]:
    """Return what the values are to be multiplied with, and what is added then.

    Raises
    ------
    Unfit
        Scale or offset is a list that does not fit the bands, or has impossible numbers.
    """
    found = []
    for name, neutral in (("scale_factor", 1.0), ("add_offset", 0.0)):
        value = per_band(dataset, name, bands)
        if value is None:
            if attribute(dataset, name) is not None:
                notes.append(f"{name} is no number: ignored.")
            value = neutral
        wrong = ~np.isfinite(value) | ((np.asarray(value) == 0) & (name == "scale_factor"))
        if np.ndim(value) and wrong.any():
            raise Unfit(f"{name} is not possible for {int(wrong.sum())} of the bands (0 or no number)")
        if wrong.any():
            notes.append(f"{name} = {value:g} is not possible: ignored.")
            value = neutral
        found.append(value)
    doubt("scale_factor", found[0], notes, whole=dataset.dtype.kind in "iu")
    return found[0], found[1]


def absence(dataset: Any, bands: int, scale: tuple[PerBand, PerBand], notes: list[str]) -> Absence:
    """Return which stored values mean no data: fill values, and what lies outside the valid range."""
    values: list[PerBand] = []
    for name in FILLS:
        value = attribute(dataset, name)
        try:
            numbers = np.ravel(np.asarray([] if value is None else value, dtype=np.float64))
        except (TypeError, ValueError):
            notes.append(f"{name} is no number: ignored.")
            continue
        if 1 < numbers.size != bands:  # several numbers for all bands, as missing_value may have
            values.extend(float(n) for n in numbers)
        elif numbers.size:
            found = spread(numbers, name, bands)
            values += [] if found is None else [found]
    distinct: list[PerBand] = []
    for value in values:
        known = any(np.array_equal(value, other) for other in distinct)
        if not known and not (np.ndim(value) == 0 and np.isnan(value)):
            distinct.append(value)
    low, high = _valid(dataset, bands, scale)
    if unsigned(dataset):
        whole = 1 << 8 * dataset.dtype.itemsize
        distinct = [np.mod(value, whole) for value in distinct]
        low, high = (np.where(np.isfinite(v), np.mod(v, whole), v)[()] for v in (low, high))
    if dataset.dtype.kind in "iu":  # limits that no stored value can pass are none
        limits = np.iinfo(f"u{dataset.dtype.itemsize}" if unsigned(dataset) else dataset.dtype)
        low = -np.inf if np.less_equal(low, limits.min).all() else low
        high = np.inf if np.greater_equal(high, limits.max).all() else high
    if np.isfinite(np.concatenate([np.ravel(low), np.ravel(high)])).any():
        notes.append(f"stored values outside {_told(low)} … {_told(high)} are no data, as the file says.")
    return Absence(tuple(distinct), low, high)


def _valid(dataset: Any, bands: int, scale: tuple[PerBand, PerBand]) -> tuple[PerBand, PerBand]:
    """Return the least and the largest stored value that is valid."""
    whole = attribute(dataset, "valid_range")
    pair = np.ravel(whole) if whole is not None and np.size(whole) == 2 else (None, None)
    said = [
        pair[k] if pair[k] is not None else attribute(dataset, name)
        for k, name in enumerate(("valid_min", "valid_max"))
    ]
    limits: list[PerBand] = []
    for value, name, neutral in zip(said, ("valid_min", "valid_max"), (-np.inf, np.inf), strict=True):
        limit = None if value is None else spread(value, name, bands)
        limits.append(neutral if limit is None or np.isnan(limit).any() else limit)
    if not np.isfinite(np.concatenate([np.ravel(limit) for limit in limits])).any():
        return -np.inf, np.inf
    low, high = limits
    kinds = {np.asarray(value).dtype.kind for value in said if value is not None}
    if dataset.dtype.kind in "iu" and kinds == {"f"} and attribute(dataset, "scale_factor") is not None:
        gain, offset = scale  # of the type of what is unpacked, so they are limits of that
        low, high = ((limit - offset) / gain for limit in limits)
        if np.ndim(gain) or np.less(gain, 0):
            low, high = np.minimum(low, high), np.maximum(low, high)
        low, high = low - 1e-6 * np.abs(low), high + 1e-6 * np.abs(high)
    return low, high


def _told(limit: PerBand) -> str:
    return "the bands' limits" if np.ndim(limit) else f"{float(limit):g}".replace("inf", "∞")


def taken(value: PerBand, order: NDArray[np.intp]) -> PerBand:
    """Return what belongs to bands that are taken in an order of their own."""
    return value[order] if isinstance(value, np.ndarray) and value.ndim else value


def unsigned(dataset: Any) -> bool:
    """Whether numbers without a sign are stored as if they had one, which classic netCDF has no type for."""
    return dataset.dtype.kind == "i" and text(attribute(dataset, "_Unsigned")).lower() == "true"


def unused(dataset: Any, notes: list[str]) -> None:
    """Tell of attributes that seem to be a scale but have no meaning that is known."""
    for name in dataset.attrs:
        if name in _USED or not _SCALING.search(name):
            continue
        value = attribute(dataset, name)
        try:
            numbers = np.ravel(np.asarray(value, dtype=np.float64))
        except (TypeError, ValueError):
            continue
        neutral = (numbers == 0).all() or (numbers == 1).all()
        if numbers.size and not neutral:
            shown = f" ({numbers[0]:g})" if numbers.size == 1 else ""
            notes.append(f"its attribute {name}{shown} was not applied: the values are as they are stored.")
    unapplied(_around(dataset), notes, has_fill=any(attribute(dataset, name) is not None for name in FILLS))


def _around(dataset: Any) -> Iterator[tuple[str, object]]:
    """Give what the groups around a dataset hold: their attributes, and single numbers beside it."""
    import h5py

    group = dataset.parent
    for name in islice(group, MAX_BESIDE):
        if is_telling(name) and isinstance(group.get(name, getlink=True), h5py.HardLink):
            beside = group.get(name)
            if isinstance(beside, h5py.Dataset) and beside.size == 1 and beside.dtype.kind in "iuf":
                yield name, beside[()]
    for _ in range(MAX_DEPTH):
        yield from ((name, attribute(group, name)) for name in group.attrs)
        if group.name in (None, "/"):
            return
        group = group.parent
