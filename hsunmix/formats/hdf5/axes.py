"""Which axis of a dataset holds what: lines ``y``, samples ``x``, bands ``b``; ``.`` where it is one long."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import takewhile
from typing import Any

import numpy as np

from hsunmix.formats.hdf5.file import Unfit, attribute, by_columns, is_small, text, vectors
from hsunmix.formats.spectra.band_vectors import BandAxis, BandVector, understand

__all__ = ["axes_of", "long_axes", "plane"]

_AXES = {2: "yxb", 0: "byx", 1: "ybx"}
_MATLAB_AXES = {0: "bxy", 1: "xby", 2: "xyb"}  # MATLAB and Octave write the axes in reverse
_DOWN = {
    "y", "lat", "latitude", "line", "lines", "row", "rows", "northing", "downtrack", "along_track",
    "alongtrack", "nj", "j", "yc", "ydim", "y_dim", "height", "scan", "scans", "scanline",
    "number_of_lines", "number_of_scans",
    "grid_yt", "south_north",
}  # fmt: skip
_ACROSS = {
    "x", "lon", "long", "longitude", "sample", "samples", "column", "columns", "col", "cols", "easting",
    "crosstrack", "across_track", "acrosstrack", "cross_track", "ni", "i", "xc", "xdim", "x_dim", "width",
    "pixel", "pixels", "ground_pixel", "pixels_per_line", "ccd_pixels", "grid_xt", "west_east",
}  # fmt: skip
_SPECTRAL = ("wave", "wl", "lambda", "band", "spectral", "channel", "frequenc")
_BY_STANDARD = {
    "projection_y_coordinate": "y", "latitude": "y", "grid_latitude": "y",
    "projection_x_coordinate": "x", "longitude": "x", "grid_longitude": "x",
    "radiation_wavelength": "b", "radiation_frequency": "b",
    "sensor_band_central_radiation_wavelength": "b",
}  # fmt: skip


def long_axes(dataset: Any) -> int:
    """Return how many of its axes are longer than one."""
    return sum(n > 1 for n in dataset.shape)


def axes_of(file: Any, dataset: Any, given: str | None, notes: list[str]) -> tuple[str, BandAxis, bool]:
    """Return the axes, what is known of the bands, and whether nothing speaks for the axes.

    Parameters
    ----------
    file : h5py.File
    dataset : h5py.Dataset
        With three axes, or more of which some are one long.
    given : str or None
        The axes as the user has them.
    notes : list of str

    Raises
    ------
    Unfit
        It has more than three axes that are longer than one.
    """
    letters = [_letter(dataset, k) for k in range(dataset.ndim)]
    named, said = _by_names(dataset, letters), vectors(file, dataset)
    if given is not None:
        axes = _with_dots(dataset, given, named)
        return axes, _bands(said, dataset, axes, notes), False
    if named:
        notes.append(f"the axes were taken as {_plain(named)}, by the names of the dimensions.")
        return named, _bands(said, dataset, named, notes), False
    tried = _MATLAB_AXES if by_columns(dataset) else _AXES
    fitting = []
    for short in tried.values():
        axes, told = _with_dots(dataset, short, ""), list[str]()
        bands = _bands(said, dataset, axes, told)
        if bands.wavelengths is not None:
            fitting.append((axes, bands, told))
    if not fitting:
        axes = _with_dots(dataset, next(iter(tried.values())), "")
        notes.append(
            f"the file does not say which axis is which: {_plain(axes)} was assumed "
            "(y lines, x samples, b bands)."
        )
        return axes, _bands(said, dataset, axes, notes), True
    axes, bands, told = fitting[0]
    notes.extend(told)
    others = " or ".join(_plain(other) for other, *_ in fitting[1:])
    notes.append(
        f"the axes were taken as {_plain(axes)}, by the number of wavelengths"
        + (f"; {others} would fit as well." if others else ".")
    )
    return axes, bands, bool(others)


def plane(dataset: Any) -> str:
    """Return the axes of a dataset that is one band by the names of its dimensions; else nothing.

    One with two axes that have no such names is ``yx``; one with more has others that are one long.
    """
    letters = [_letter(dataset, k) for k in range(dataset.ndim)]
    if letters.count("y") != 1 or letters.count("x") != 1:
        return "yx" if dataset.ndim == 2 else ""
    others = [dataset.shape[k] for k, letter in enumerate(letters) if letter not in ("x", "y")]
    spectral = "b" in letters  # a cube of one band
    return (
        ""
        if spectral or any(n > 1 for n in others)
        else "".join(c if c in ("x", "y") else "." for c in letters)
    )


def _plain(axes: str) -> str:
    return axes.replace(".", "")


def _letter(dataset: Any, k: int) -> str:
    """Return what an axis is, by its coordinate's standard name or by its own; nothing else."""
    scales = list(dataset.dims[k].values())
    for scale in scales:
        said = _BY_STANDARD.get(text(attribute(scale, "standard_name")).lower())
        said = said or {"x": "x", "y": "y"}.get(text(attribute(scale, "axis")).lower())
        if said:
            return said
    name = ((scales[0].name or "").split("/")[-1] if scales else dataset.dims[k].label).lower()
    if name in _DOWN:
        return "y"
    if name in _ACROSS:
        return "x"
    return "b" if name.startswith(_SPECTRAL) else ""


def _by_names(dataset: Any, letters: list[str]) -> str:
    """Return the axes where lines and samples are named; nothing where the names say too little."""
    if letters.count("y") != 1 or letters.count("x") != 1:
        return ""
    others = [k for k, letter in enumerate(letters) if letter not in ("x", "y")]
    long = [k for k in others if dataset.shape[k] > 1]
    if len(long) > 1:
        told = " × ".join(f"{_name(dataset, k)} ({dataset.shape[k]})" for k in long)
        raise Unfit(f"{dataset.name} has, beside lines and samples, {told}: save one of them at a time")
    spectral = [k for k in others if letters[k] == "b"]
    band = (long or spectral or others)[-1]
    return "".join(letter if letter in ("x", "y") else "b" if k == band else "."
                   for k, letter in enumerate(letters))  # fmt: skip


def _name(dataset: Any, k: int) -> str:
    scales = list(dataset.dims[k].values())
    return (scales[0].name or "").split("/")[-1] if scales else dataset.dims[k].label or f"axis {k + 1}"


def _with_dots(dataset: Any, axes: str, named: str) -> str:
    """Return three axes as those of a dataset that has more of them, which are one long."""
    left = dataset.ndim - 3
    if not left:
        return axes
    if named and _plain(named) == axes:
        return named
    letters, out = iter(axes), ""
    for n in dataset.shape:
        dot = n == 1 and left > 0
        left -= dot
        out += "." if dot else next(letters, "")
    if left or len(out) != dataset.ndim:
        raise Unfit(f"{dataset.name} has {long_axes(dataset)} axes that are longer than one, a cube has 3")
    return out


def _bands(every: list[BandVector], dataset: Any, axes: str, notes: list[str]) -> BandAxis:
    """Understand the vectors of the file: first the coordinate of the bands, those of other axes never."""
    count = dataset.shape[axes.index("b")] if "b" in axes else 1
    mine = _coordinates(dataset, axes, "b")
    others = {vector.name for axis in "yx." for vector in _coordinates(dataset, axes, axis)}
    names = {vector.name for vector in mine}
    found = [v for v in every if v.name not in others and v.name not in names]
    near = [replace(vector, near=_nearness(vector.name, str(dataset.name))) for vector in found]
    return understand([*mine, *near], count, notes, turn=True)


def _nearness(name: str, cube: str) -> int:
    """Return how much the name of a vector has in common with the cube's: groups first, then words."""
    groups = [re.split(r"[/.]", place.strip("/"))[:-1] for place in (name, cube)]
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*groups, strict=False)))
    words = [set(re.split(r"[\W_]+", place.rpartition("/")[2].lower())) for place in (name, cube)]
    return 10 * shared + len((words[0] & words[1]) - {""})


def _coordinates(dataset: Any, axes: str, axis: str) -> list[BandVector]:
    """Return the coordinates of an axis."""
    found = []
    for k, letter in enumerate(axes):
        for scale in dataset.dims[k].values() if letter == axis else ():
            if is_small(scale) and scale.ndim == 1 and scale.size > 1:
                unit = text(attribute(scale, "Units", "units", "unit"))
                values = np.ravel(scale[()])
                if "but not a netCDF variable" in text(attribute(scale, "NAME")):
                    continue
                found.append(BandVector(str(scale.name).lstrip("/"), values, unit, axis=axis == "b"))
    return found
