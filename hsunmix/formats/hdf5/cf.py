"""The place of a netCDF variable, as the CF conventions tell it: coordinates and a grid mapping."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats.hdf5.file import attribute, is_small, text
from hsunmix.formats.hdf5.look import Look
from hsunmix.formats.hdf5.terms import gdal_transform
from hsunmix.model.georeference import Georeference

__all__ = ["place"]

_DEGREES = re.compile(r"(?:lat|lon)(?:itude|gitude)?s?$", re.IGNORECASE)
EVEN = 1e-3  # of a step; coordinates stored as float32 are not quite evenly spaced


def place(
    file: Any, every: Mapping[str, Any], dataset: Any, axes: str, notes: list[str]
) -> Georeference | None:
    """Return where a dataset lies: by a GeoTransform, else by the coordinates of its dimensions.

    Parameters
    ----------
    file : h5py.File
    every : mapping of str to h5py.Dataset
    dataset : h5py.Dataset
    axes : str
    notes : list of str
    """
    look = Look(file, every, dataset, axes)
    mapping = text(attribute(dataset, "grid_mapping")).split(":")[0].strip()
    names = [name for name in (f"./{mapping}", mapping) if mapping and look.dataset(name) is not None]
    crs, given = "", None
    if names:
        crs = look.text(f"{names[0]}@crs_wkt") or look.text(f"{names[0]}@spatial_ref")
        given = gdal_transform(f"{names[0]}@GeoTransform", "")(look, notes)
    x, y = (_coordinate(dataset, axes, axis) for axis in "xy")
    if given is not None and not _turned(given, x, y):
        return Georeference(given.transform, crs)
    if x is None or y is None:
        return None
    width, height = x.step, y.step
    if width is None and height is None:
        notes.append("its coordinates are those of one pixel, or not evenly spaced: it was not placed.")
        return None
    if (width is None and len(x.values) > 1) or (height is None and len(y.values) > 1):
        notes.append("its coordinates are not evenly spaced: it was not placed on the map.")
        return None
    if width is None or height is None:
        notes.append("it has one line or one sample only: its pixels were taken for squares.")
        width = width or abs(height or 0.0)
        height = height or -width
    if not crs and x.unit.startswith("degree") and y.unit.startswith("degree"):
        crs = "EPSG:4326"
    left, top = float(x.values[0]) - width / 2, float(y.values[0]) - height / 2
    return Georeference((width, 0.0, left, 0.0, height, top), crs)


@dataclass(frozen=True, eq=False)
class _Coordinate:
    """A dimension's values, their unit, and their step where they are evenly spaced."""

    values: NDArray[np.float64]
    unit: str
    step: float | None


def _turned(given: Georeference, x: _Coordinate | None, y: _Coordinate | None) -> bool:
    """Whether the coordinates run the other way than a transform: GDAL may store lines from below."""
    width, height = given.transform[0], given.transform[4]
    pairs = ((width, x), (height, y))
    return x is not None and y is not None and any(
        axis is not None and axis.step is not None and axis.step * size < 0 for size, axis in pairs
    )  # fmt: skip


def _coordinate(dataset: Any, axes: str, axis: str) -> _Coordinate | None:
    """Return the coordinate of an axis; None where it has none, or only numbers of lines or samples."""
    scales = [
        scale for scale in dataset.dims[axes.index(axis)].values() if is_small(scale) and scale.ndim == 1
    ]
    if not scales or scales[0].dtype.kind not in "iuf":
        return None
    values: NDArray[np.float64] = np.asarray(scales[0][()], dtype=np.float64)
    unit = text(attribute(scales[0], "units"))
    steps = np.diff(values)
    if not attribute(scales[0], "standard_name", "units"):
        if not steps.any() or ((steps == 1).all() and values[0] in (0, 0.5, 1)):
            return None
        unit = "degrees" if _DEGREES.match(scales[0].name.rpartition("/")[2]) else ""
    if not len(steps) or not np.isfinite(values).all() or not steps[0]:
        return _Coordinate(values, unit, None) if len(values) else None
    step = float(steps.mean())
    even = np.abs(steps - step).max() <= EVEN * abs(step)
    return _Coordinate(values, unit, step if even else None)
