"""The place of a netCDF variable, as the CF conventions tell it: coordinates and a grid mapping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats._hdf5_file import attribute, is_small, text
from hsunmix.formats._hdf5_look import Look
from hsunmix.formats._hdf5_terms import gdal_transform
from hsunmix.model.georeference import Georeference

__all__ = ["place"]

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
    crs = ""
    if names:
        crs = look.text(f"{names[0]}@crs_wkt") or look.text(f"{names[0]}@spatial_ref")
        found = gdal_transform(f"{names[0]}@GeoTransform", "")(look, notes)
        if found is not None:
            return Georeference(found.transform, crs)
    x, y = (_coordinate(dataset, axes, axis) for axis in "xy")
    if x is None or y is None:
        return None
    (left, width), (top, height) = x[0], y[0]
    if not crs and x[1].startswith("degree") and y[1].startswith("degree"):
        crs = "EPSG:4326"
    return Georeference((width, 0.0, left - width / 2, 0.0, height, top - height / 2), crs)


def _coordinate(dataset: Any, axes: str, axis: str) -> tuple[tuple[float, float], str] | None:
    """Return first value and step of an evenly spaced coordinate, and its unit."""
    scales = [
        scale for scale in dataset.dims[axes.index(axis)].values() if is_small(scale) and scale.ndim == 1
    ]
    if not scales or not attribute(scales[0], "standard_name", "units"):
        return None  # numbers of lines and samples are no place
    values: NDArray[np.float64] = np.asarray(scales[0][()], dtype=np.float64)
    steps = np.diff(values)
    if len(values) < 2 or not np.isfinite(values).all() or not steps[0]:
        return None
    step = float(steps.mean())
    if np.abs(steps - step).max() > EVEN * abs(step):
        return None
    return (float(values[0]), step), text(attribute(scales[0], "units"))
