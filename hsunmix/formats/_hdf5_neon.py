"""NEON's airborne surface reflectance: SITE/Reflectance/Reflectance_Data."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats._band_vectors import BandAxis, BandVector, understand
from hsunmix.formats._envi_map import from_map_info
from hsunmix.formats._hdf5_file import attribute, number, text
from hsunmix.formats._hdf5_found import Found
from hsunmix.model.georeference import Georeference

__all__ = ["find"]


def find(every: dict[str, Any]) -> Found | None:
    """Recognise the layout among all the datasets of a file."""
    for name, dataset in every.items():
        if name.endswith("Reflectance/Reflectance_Data") and dataset.ndim == 3:
            root = name.removesuffix("Reflectance_Data")
            return _describe(
                dataset, {n.removeprefix(root): d for n, d in every.items() if n.startswith(root)}
            )
    return None


def _describe(dataset: Any, beside: dict[str, Any]) -> Found:
    notes = ["NEON surface reflectance."]
    scale = number(attribute(dataset, "Scale_Factor"))
    if scale is not None and scale <= 0:
        notes.append(f"Scale_Factor = {scale:g} is not possible: ignored.")
        scale = None
    return Found(
        dataset,
        "yxb",
        bands=_bands(dataset, beside, notes),
        nodata=number(attribute(dataset, "Data_Ignore_Value")),
        gain=1.0 if scale is None else 1.0 / scale,
        georeference=_georeference(beside, notes),
        notes=notes,
    )


def _bands(dataset: Any, beside: dict[str, Any], notes: list[str]) -> BandAxis:
    fields = []
    for leaf in ("Wavelength", "FWHM"):
        item = beside.get(f"Metadata/Spectral_Data/{leaf}")
        if item is not None and item.dtype.kind in "iuf" and item.size == dataset.shape[2]:
            fields.append(BandVector(leaf, np.ravel(item[()]), text(attribute(item, "Units"))))
    axis = understand(fields, dataset.shape[2], notes)
    return BandAxis(axis.wavelengths, axis.fwhm, _windows(dataset.parent, axis.wavelengths), axis.unit)


def _windows(group: Any, nm: NDArray[np.float64] | None) -> NDArray[np.bool_] | None:
    """Mark the bands inside the windows of water vapour that the product names."""
    if nm is None:
        return None
    bad = np.zeros(len(nm), dtype=bool)
    for name in ("Band_Window_1_Nanometers", "Band_Window_2_Nanometers"):
        limits = attribute(group, name)
        if limits is not None and np.size(limits) == 2:
            low, high = np.sort(np.ravel(limits).astype(np.float64))
            bad |= (nm >= low) & (nm <= high)
    return bad if bad.any() and not bad.all() else None


def _georeference(beside: dict[str, Any], notes: list[str]) -> Georeference | None:
    place = {name: beside.get(f"Metadata/Coordinate_System/{name}") for name in ("Map_Info", "EPSG Code")}
    info, code = (text(item[()]) if item is not None and item.size == 1 else "" for item in place.values())
    if not info:
        return None
    try:
        return from_map_info(
            [word.strip() for word in info.split(",")], f"EPSG:{code}" if code.isdigit() else "", notes
        )
    except ValueError as error:
        notes.append(f"Map_Info can't be used ({error}): ignored.")
        return None
