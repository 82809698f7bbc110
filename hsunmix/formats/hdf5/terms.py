"""The terms in which products say their scale and their place on the Earth."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from hsunmix.formats.envi.map import from_map_info
from hsunmix.formats.hdf5.file import Unfit
from hsunmix.formats.hdf5.look import Look
from hsunmix.formats.hdf5.values import PerBand, gain_offset, spread
from hsunmix.model.georeference import Georeference

__all__ = ["between", "corners", "divided_by", "eos_grid", "gdal_transform", "map_info", "packed", "unscaled"]

Scale = Callable[[Look, list[str]], tuple[PerBand, PerBand]]
Place = Callable[[Look, list[str]], Georeference | None]


def packed(look: Look, notes: list[str]) -> tuple[PerBand, PerBand]:
    """Return gain and offset by the conventions of netCDF: scale_factor and add_offset."""
    return gain_offset(look.cube, look.size("b"), notes)


def unscaled(look: Look, notes: list[str]) -> tuple[PerBand, PerBand]:  # noqa: ARG001 - as the others
    """Stored values are physical ones."""
    return 1.0, 0.0


def divided_by(reference: str, less: str = "") -> Scale:
    """Physical value = stored value / the number that is referred to, less another one."""

    def scale(look: Look, notes: list[str]) -> tuple[PerBand, PerBand]:
        divisor = spread(look.value(reference), reference, look.size("b"))
        if divisor is not None and np.any(np.less_equal(divisor, 0) | ~np.isfinite(divisor)):
            if np.ndim(divisor):
                raise Unfit(f"{reference} is not possible for some of the bands")
            notes.append(f"{reference.strip('@')} = {divisor:g} is not possible: ignored.")
            divisor = None
        offset = spread(look.value(less), less, look.size("b")) if less else 0.0
        return 1.0 / (1.0 if divisor is None else divisor), -(0.0 if offset is None else offset)

    return scale


def between(low: str, high: str, steps: int) -> Scale:
    """Physical values run from ``low`` at stored 0 to ``high`` at stored ``steps``."""

    def scale(look: Look, notes: list[str]) -> tuple[PerBand, PerBand]:
        ends = look.number(low), look.number(high)
        if ends[0] is None or ends[1] is None or ends[0] >= ends[1]:
            notes.append("the range of the values is not given: they are kept as they are stored.")
            return 1.0, 0.0
        return (ends[1] - ends[0]) / steps, ends[0]

    return scale


def map_info(info: str, epsg: str) -> Place:
    """Place by an ENVI ``map info`` and an EPSG code."""

    def place(look: Look, notes: list[str]) -> Georeference | None:
        words, code = [word.strip() for word in look.text(info).split(",")], look.text(epsg)
        if words == [""]:
            return None
        try:
            return from_map_info(words, f"EPSG:{code}" if code.isdigit() else "", notes)
        except ValueError as error:
            notes.append(f"{info.rpartition('/')[2]} can't be used ({error}): ignored.")
            return None

    return place


def gdal_transform(transform: str, crs: str) -> Place:
    """Place by GDAL's six numbers (x, width, rotation, y, rotation, −height), or a text of them."""

    def place(look: Look, notes: list[str]) -> Georeference | None:
        found = look.vector(transform, 6)
        numbers = look.text(transform).split() if found is None else found.tolist()
        if not numbers:
            return None
        try:
            c, a, b, f, d, e = (float(number) for number in numbers)
            return Georeference((a, b, c, d, e, f), look.text(crs) if crs else "")
        except ValueError:
            notes.append("the transform to the map can't be used: ignored.")
            return None

    return place


def corners(names: tuple[str, str, str, str], epsg: str, size: float) -> Place:
    """Place by easting and northing of the upper left and the lower right corner.

    They are the centres of the pixels there, or their outer corners: whichever makes pixels of
    about ``size``.
    """

    def place(look: Look, notes: list[str]) -> Georeference | None:
        lines, samples = look.size("y"), look.size("x")
        found = [look.number(name) for name in names]
        left, top, right, bottom = (0.0 if number is None else number for number in found)
        code = look.text(epsg)
        if None in found or min(lines, samples) < 2 or not code.isdigit():
            return None
        between = (right - left) / (samples - 1), (top - bottom) / (lines - 1)
        whole = (right - left) / samples, (top - bottom) / lines
        if abs(between[0] - size) <= abs(whole[0] - size):
            width, height = between
            left, top = left - width / 2, top + height / 2
        else:
            width, height = whole
        if width <= 0 or height <= 0:
            notes.append("the corners of the scene can't be used: ignored.")
            return None
        return Georeference((width, 0.0, left, 0.0, -height, top), f"EPSG:{code}")

    return place


def eos_grid(metadata: str, epsg: str) -> Place:
    """Place by the outer corners of a grid in HDF-EOS metadata; in UTM where there is no EPSG code."""

    def place(look: Look, notes: list[str]) -> Georeference | None:
        words = look.text(metadata)
        points = [
            re.search(rf"{name}=\(\s*([^,)]+),([^)]+)\)", words)
            for name in ("UpperLeftPointMtrs", "LowerRightMtrs")
        ]
        sizes = [re.search(rf"\b{name}=(\d+)", words) for name in ("XDim", "YDim")]
        zone = re.search(r"ZoneCode=(-?\d+)", words)
        code = look.text(epsg)
        if not code.isdigit() and zone and 1 <= abs(int(zone[1])) <= 60:
            code = str((32600 if int(zone[1]) > 0 else 32700) + abs(int(zone[1])))
        try:
            left, top, right, bottom = (float(p[k]) for p in points if p for k in (1, 2))
            samples, lines = (int(s[1]) for s in sizes if s)
            transform = ((right - left) / samples, 0.0, left, 0.0, (bottom - top) / lines, top)
            return Georeference(transform, f"EPSG:{code}" if code.isdigit() else "")
        except (ValueError, ZeroDivisionError):
            if words:
                notes.append("the grid's corners can't be used: ignored.")
            return None

    return place
