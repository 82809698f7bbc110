"""A two-dimensional variable for each band, as users of xarray write them."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import numpy as np

from hsunmix.formats.hdf5 import cf as hdf5_cf
from hsunmix.formats.hdf5.axes import plane
from hsunmix.formats.hdf5.file import Unfit, attribute, number, text
from hsunmix.formats.hdf5.found import Found, Piece
from hsunmix.formats.hdf5.values import absence, gain_offset, unsigned, unused
from hsunmix.formats.pixels.absence import Absence
from hsunmix.formats.spectra.band_vectors import PLAUSIBLE_NM, BandAxis
from hsunmix.formats.spectra.wavelengths import nanometres

__all__ = ["find"]

MIN_LAYERS = 3  # two may be anything
_WAVELENGTHS = (
    "wavelength", "Wavelength", "radiation_wavelength", "center_wavelength", "central_wavelength",
    "wavelength_nm", "wavelength_um", "band_wavelength",
)  # fmt: skip
_UNITS = ("wavelength_units", "wavelength_unit", "radiation_wavelength_unit", "radiation_wavelength_units")
_NUMBER = re.compile(r"(\d+(?:[._]\d+)?)(?!.*\d)")


def find(file: Any, every: dict[str, Any]) -> Found | None:
    """Return the largest group of variables that are alike and are told apart by a wavelength or a number.

    Raises
    ------
    Unfit
        What they say of their values differs in a way that one cube can't hold.
    """
    groups: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for name, dataset in every.items():
        if dataset.dtype.kind not in "iuf" or min(dataset.shape, default=0) < 1 or not plane(dataset):
            continue
        parent, leaf = name.rpartition("/")[::2]
        told = _centre(dataset) is not None
        if not told and (dataset.is_scale or not _NUMBER.search(leaf)):
            continue
        stem = "" if told else _NUMBER.sub("#", leaf)
        groups[parent, stem, dataset.shape, dataset.dtype.str, unsigned(dataset)].append(name)
    alike = max(groups.values(), key=len, default=[])
    if len(alike) < MIN_LAYERS:
        return None
    left = [name for names in groups.values() for name in names if names is not alike]
    others = [name for name in left if _centre(every[name]) is not None]
    found = _found(file, every, alike)
    if others:
        found.notes.append(f"of another size, type or place, and left aside: {', '.join(others)[:200]}.")
    return found


def _centre(dataset: Any) -> float | None:
    return number(attribute(dataset, *_WAVELENGTHS))


def _found(file: Any, every: dict[str, Any], names: list[str]) -> Found:
    notes: list[str] = []
    centres = [_centre(every[name]) for name in names]
    numbers = [float(_NUMBER.search(name)[1].replace("_", ".")) if c is None else c  # type: ignore[index]
               for name, c in zip(names, centres, strict=True)]  # fmt: skip
    if len(set(numbers)) < len(numbers):
        raise Unfit("holds variables for each band, and two of them have the same wavelength or number")
    order = np.argsort(numbers)
    names = [names[k] for k in order]
    datasets = [every[name] for name in names]
    axis = _axis(datasets, np.array(numbers)[order], None not in centres, notes)
    notes.insert(0, f"{len(names)} variables were taken as the bands, {names[0]} … {names[-1]}.")
    scales, empties = [], []
    for dataset in datasets:
        said: list[str] = []
        scales.append(gain_offset(dataset, 1, said))
        empties.append(absence(dataset, 1, scales[-1], said))
        unused(dataset, said)
        notes.extend(note for note in said if note not in notes)
    empty = _together(empties)
    gain, offset = (np.array([scale[k] for scale in scales], dtype=np.float64) for k in (0, 1))
    return Found(
        tuple(Piece(dataset, plane(dataset)) for dataset in datasets),
        axis,
        nodata=empty.nodata,
        gain=_one(gain),
        offset=_one(offset),
        georeference=hdf5_cf.place(file, every, datasets[0], plane(datasets[0]), notes),
        absence=None if empty.plain else empty,
        unsigned=unsigned(datasets[0]),
        names=tuple(name.rpartition("/")[2] for name in names),
        notes=notes,
    )


def _one(values: Any) -> Any:
    return float(values[0]) if (values == values[0]).all() else values


def _axis(datasets: list[Any], numbers: Any, told: bool, notes: list[str]) -> BandAxis:
    """Return the wavelengths, of the variables' attributes or else out of their names."""
    unit = text(attribute(datasets[0], *_UNITS))
    if not told:
        if not (numbers.min() >= PLAUSIBLE_NM[0] and numbers.max() <= PLAUSIBLE_NM[1]):
            return BandAxis()
        counts = (np.diff(numbers) == 1).all()
        if counts:
            return BandAxis()
    nm = nanometres(numbers, unit, notes)
    if nm is not None and not told:
        notes.append("the wavelengths were read from the variables' names.")
    return BandAxis(nm, unit=unit)


def _together(each: list[Absence]) -> Absence:
    """Return what means no data in all of the bands, as of one dataset."""
    count = max(len(one.values) for one in each)
    if any(len(one.values) != count for one in each):
        raise Unfit("holds variables for each band, of which only some name a value for no data")
    values = tuple(_one(np.array([one.values[k] for one in each])) for k in range(count))
    low, high = (_one(np.array([getattr(one, side) for one in each])) for side in ("low", "high"))
    return Absence(values, low, high)
