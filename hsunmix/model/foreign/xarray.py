"""Labelled arrays: dimensions by their names, wavelengths, nodata and place by coordinates and attributes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.foreign._given import Given, in_nanometres
from hsunmix.model.foreign._numbers import numbers
from hsunmix.model.georeference import Georeference

__all__ = ["read"]

CENTRES = ("wavelength", "wavelengths", "wl", "wvl", "lambda", "central_wavelength", "center_wavelength")
BANDS = ("band", "bands", "channel", "channels", "spectral", "spectrum", "wavenumber", "b", *CENTRES)
LINES = ("y", "line", "lines", "row", "rows", "lat", "latitude", "northing", "downtrack", "along_track")
SAMPLES = (
    "x", "sample", "samples", "col", "column", "columns", "lon", "longitude", "easting", "crosstrack",
    "across_track",
)  # fmt: skip
GOOD = ("good_wavelengths", "good_bands", "bbl", "good_wavelength")
NODATA = ("_FillValue", "missing_value", "nodata", "data_ignore_value")


def read(array: Any) -> Given | None:
    """Take a DataArray: an image and its bands in any order, or a matrix of bands and anything else.

    Raises
    ------
    InputError
        It doesn't say which of its dimensions are the bands, or is a Dataset.
    """
    kind = type(array).__name__
    if kind == "Dataset":
        variables = ", ".join(str(name) for name in array.data_vars)
        raise InputError(f"a Dataset holds several arrays; give one of them: {variables}")
    if kind != "DataArray":
        return None
    dims = [str(dim) for dim in array.dims]
    band = _band_dimension(array, dims)
    order = _ordered(dims, band)
    values = numbers(array.transpose(*order).data, "the DataArray")
    notes: list[str] = []
    bands = array.sizes[band]
    gain, offset = _scale(array.attrs, bands)
    return Given(
        values,
        _wavelengths(array, band, notes),
        _bad(array, band),
        _names(array, bands),
        _nodata(array.attrs),
        gain,
        offset,
        _place(array, order) if len(order) == 3 else None,
        tuple(notes),
    )


def upright(array: Any) -> Any:
    """Values of an array of two dimensions, lines first where it says which these are."""
    dims = [str(dim).lower() for dim in array.dims]
    turned = len(dims) == 2 and (dims[0] in SAMPLES or dims[1] in LINES)
    return (array.T if turned else array).data


def check_place(array: Any, place: Georeference | None, what: str) -> None:
    """Refuse an array whose coordinates lie elsewhere than the scene; counted ones lie nowhere.

    Raises
    ------
    InputError
        It begins at another place, runs the other way or has pixels of another size.
    """
    names = {str(dim).lower(): str(dim) for dim in array.dims}
    order = [next((names[word] for word in words if word in names), "") for words in (LINES, SAMPLES)]
    if place is None or not all(order) or any(_is_counted(array, dim) for dim in order):
        return
    mine = _even(array, order)
    a, b, c, d, e, f = place.transform
    if mine is None or b or d:
        return
    dx, _, left, _, dy, top = mine
    same = np.isclose([dx, dy], [a, e], rtol=0.01).all()
    if not same or abs(left - c) > abs(a) / 2 or abs(top - f) > abs(e) / 2:
        raise InputError(
            f"{what}: its coordinates begin at x {left:.10g}, y {top:.10g} with steps of {dx:.6g} and "
            f"{dy:.6g}, the scene's at x {c:.10g}, y {f:.10g} with {a:.6g} and {e:.6g}: bring it onto the "
            "scene's pixels first, as with reindex_like"
        )


def _is_counted(array: Any, dim: str) -> bool:
    if dim not in array.coords:
        return True
    first = [begin + np.arange(array.sizes[dim]) for begin in (0, 0.5, 1)]
    return any(np.array_equal(array.coords[dim].values, counted) for counted in first)


def _band_dimension(array: Any, dims: list[str]) -> str:
    named = [dim for dim in dims if dim.lower() in BANDS]
    if len(named) != 1:  # a dimension that has wavelengths along it
        along = {
            str(c.dims[0]) for name, c in array.coords.items() if _is(name, CENTRES) and len(c.dims) == 1
        }
        named = [dim for dim in dims if dim in along] or named
    if len(named) != 1 and len(dims) == 3:
        rest = [dim for dim in dims if dim.lower() not in (*LINES, *SAMPLES)]
        named = rest if len(rest) == 1 else named
    if len(named) != 1 or len(dims) > 3:
        raise InputError(
            f"the DataArray has the dimensions {', '.join(dims)}: rename the one along which the bands lie "
            "to band or wavelength, as in array.rename(name='band'), and let there be two others at most"
        )
    return named[0]


def _ordered(dims: list[str], band: str) -> list[str]:
    """Dimensions as (lines, samples, bands), (bands, pixels) or (bands,)."""
    others = [dim for dim in dims if dim != band]
    if len(others) < 2:
        return [band, *others]
    if others[0].lower() in SAMPLES or others[1].lower() in LINES:
        others.reverse()
    return [*others, band]


def _is(name: Any, words: tuple[str, ...]) -> bool:
    return str(name).lower() in words


def _along(array: Any, band: str, words: tuple[str, ...]) -> Any:
    """Coordinate along the bands of one of these names; None where there is none."""
    for name, coordinate in array.coords.items():
        if _is(name, words) and tuple(coordinate.dims) == (band,):
            return coordinate
    return None


def _wavelengths(array: Any, band: str, notes: list[str]) -> NDArray[np.float64] | None:
    found = _along(array, band, (*CENTRES, "wavenumber"))
    if found is not None:
        unit = found.attrs.get("units", found.attrs.get("unit", array.attrs.get("wavelength_units", "")))
        unit = unit or ("wavenumber" if _is(found.name, ("wavenumber",)) else "")
        return in_nanometres(found.values, unit, notes)
    for name, listed in array.attrs.items():  # rasterio's engine puts them here
        if _is(name, CENTRES) and np.size(listed) == array.sizes[band]:
            return in_nanometres(listed, array.attrs.get("wavelength_units", ""), notes)
    return None


def _bad(array: Any, band: str) -> NDArray[np.bool_] | None:
    good = _along(array, band, GOOD)
    if good is None:
        return None
    bad = np.asarray(good.values == 0)
    return bad if bad.any() and not bad.all() else None


def _names(array: Any, bands: int) -> tuple[str, ...]:
    names = array.attrs.get("long_name", ())
    return (
        tuple(str(name) for name in names) if isinstance(names, tuple | list) and len(names) == bands else ()
    )


def _nodata(attributes: Any) -> float | None:
    for name in NODATA:
        if name in attributes and np.size(attributes[name]) == 1:
            return float(np.ravel(attributes[name])[0])
    listed = np.unique(np.ravel(attributes.get("nodatavals", ())))
    return float(listed[0]) if len(listed) == 1 and listed.dtype.kind in "fiu" else None


def _scale(attributes: Any, bands: int) -> tuple[float | NDArray[np.float64], float | NDArray[np.float64]]:
    """Gain and offset; what was opened with its scale applied has them in its encoding instead."""
    found: list[float | NDArray[np.float64]] = []
    for name, several, plain in (("scale_factor", "scales", 1.0), ("add_offset", "offsets", 0.0)):
        numbers_given = np.ravel(np.asarray(attributes.get(name, attributes.get(several, plain)), np.float64))
        if len(numbers_given) not in (1, bands) or not np.isfinite(numbers_given).all():
            raise InputError(f"the DataArray's {name} is no number, nor one for each band")
        found.append(float(numbers_given[0]) if len(numbers_given) == 1 else numbers_given)
    return found[0], found[1]


def _place(array: Any, order: list[str]) -> Georeference | None:
    """Where it lies on the map, as rioxarray writes it: a coordinate without dimensions, and x and y."""
    crs, transform = "", None
    for name in (array.attrs.get("grid_mapping"), "spatial_ref", "crs"):
        if name in array.coords and not array.coords[name].dims:
            attributes = array.coords[name].attrs
            crs = str(attributes.get("crs_wkt", attributes.get("spatial_ref", "")))
            words = str(attributes.get("GeoTransform", "")).split()
            if len(words) == 6:
                c, a, b, f, d, e = (float(word) for word in words)
                transform = (a, b, c, d, e, f)
            break
    if transform is None:
        transform = _even(array, order)
    try:
        return None if transform is None else Georeference(transform, crs)
    except ValueError:
        return None


def _even(array: Any, order: list[str]) -> tuple[float, float, float, float, float, float] | None:
    """Transform of evenly spaced coordinates of the centres of pixels."""
    ends = []
    for dim in order[:2]:
        if dim not in array.coords or dim.lower() not in (*LINES, *SAMPLES):
            return None
        centres = np.asarray(array.coords[dim].values)
        steps = np.diff(centres) if centres.dtype.kind in "fiu" else np.array([])
        if not len(steps) or steps[0] == 0 or not np.allclose(steps, steps[0], rtol=1e-3):
            return None
        step = float(centres[-1] - centres[0]) / len(steps)
        ends.append((step, float(centres[0]) - step / 2))
    (dy, top), (dx, left) = ends
    if order[0].lower() in ("line", "lines", "row", "rows", "downtrack", "along_track"):
        return None  # counted, not measured
    return dx, 0.0, left, 0.0, dy, top
