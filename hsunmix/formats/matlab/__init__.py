"""MATLAB files up to version 7, in the forms of the unmixing benchmarks.

A 3-D array (lines, samples, bands), or a matrix bands × pixels whose pixels run down the columns
of the image, with ``nRow`` and ``nCol`` beside it. Version 7.3 files are HDF5: see ``hdf5``.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from hsunmix.errors import FormatError, ParameterError
from hsunmix.formats.envi.map import from_map_info
from hsunmix.formats.matlab.contents import Contents
from hsunmix.formats.matlab.library import open_spectra
from hsunmix.formats.matlab.matrix import image_of
from hsunmix.formats.opening.header_lines import header_lines
from hsunmix.formats.opening.options import Options
from hsunmix.formats.pixels.scales import is_telling, unapplied
from hsunmix.formats.spectra.band_vectors import axes_by_bands, understand
from hsunmix.model.cube import ArrayPixels, Cube
from hsunmix.model.georeference import Georeference
from hsunmix.model.layout import Layout

__all__ = ["DECODED_BY", "OPTIONS", "SUFFIXES", "TITLE", "open_cube", "open_spectra", "sniff"]

TITLE = "MATLAB"
SUFFIXES = (".mat",)
DECODED_BY = ("scipy.io",)
OPTIONS = ("lines", "samples", "dataset", "axes")


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the content decides
    """Whether this is a MATLAB file of version 5, 6 or 7."""
    return head.startswith(b"MATLAB 5")


def open_cube(path: Path, options: Options) -> Cube:
    """Open the largest numeric variable, or the one that ``options.dataset`` names.

    Raises
    ------
    FormatError
        There is no cube in it.
    ShapeUnknownError
        It is a matrix, and neither the file nor the options say its lines.
    ParameterError
        The options don't fit the variable.
    """
    contents = Contents.of(path)
    name, notes = _choose(contents, options)
    layout = Layout()
    if len(contents.shapes[name]) == 3:
        if options.axes is None:
            axes = axes_by_bands(contents.shapes[name], list(contents.vectors()), notes)
            options = structs.replace(options, axes=axes)
        values = _from_array(contents.array(name), options)
        cubes = tuple(n for n, shape in contents.shapes.items() if len(shape) == 3 and min(shape) > 0)
        layout = Layout(options.axes or "yxb", True, name, cubes)
    else:
        values = image_of(contents, name, options, notes)
    lines, samples, bands = values.shape
    axis = understand(list(contents.vectors()), bands, notes)
    top = contents.scalar("maxValue")
    if top is not None:
        notes.append(f"maxValue is {top}: the values are kept as they are, not divided by it.")
    singles = ((n, contents.array(n)) for n, s in contents.shapes.items() if s == (1, 1) and is_telling(n))
    unapplied(singles, notes, has_fill=False)
    if contents.skipped:
        notes.append(f"skipped, as they hold no numbers: {', '.join(contents.skipped)[:200]}.")
    return Cube(
        ArrayPixels(values),
        wavelengths=axis.wavelengths,
        fwhm=axis.fwhm,
        bad_bands=axis.bad_bands,
        band_numbers=axis.numbers,
        wavelength_unit=axis.unit,
        georeference=_georeference(contents, lines, samples, notes),
        path=path,
        layout=layout,
        notes=tuple(notes),
        header=header_lines(contents.said()),
    )


def _choose(contents: Contents, options: Options) -> tuple[str, list[str]]:
    """Choose the variable, and say which others it might have been."""
    able = {n: s for n, s in contents.shapes.items() if _may_be_cube(s)}
    if options.dataset is not None:
        if options.dataset not in able:
            raise ParameterError("dataset", f"no cube of this name (there are: {', '.join(able) or 'none'})")
        return options.dataset, []
    if not able:
        raise FormatError(contents.path, "holds no matrix bands × pixels and no 3-D array")
    name = max(able, key=lambda n: int(np.prod(able[n], dtype=object)))
    others = [n for n in able if n != name and len(able[n]) == 3]
    note = [f"{name!r} was opened; the file also holds {', '.join(others)[:200]}."] if others else []
    return name, note


def _may_be_cube(shape: tuple[int, ...]) -> bool:
    return (len(shape) == 3 and min(shape) > 0) or (len(shape) == 2 and min(shape) > 1)


def _from_array(array: NDArray[np.generic], options: Options) -> NDArray[np.generic]:
    axes = options.axes or "yxb"
    values = array.transpose([axes.index(axis) for axis in "yxb"])
    for name, given, found in (
        ("lines", options.lines, values.shape[0]),
        ("samples", options.samples, values.shape[1]),
    ):
        if given is not None and given != found:
            raise ParameterError(name, f"the cube has {found}")
    return values


def _georeference(contents: Contents, lines: int, samples: int, notes: list[str]) -> Georeference | None:
    """Use the map info in a struct, as ENVI readers leave it, if it is for an image of this size."""
    for name, fields in contents.fields.items():
        text = fields.get("map_info")
        if not isinstance(text, str):
            continue
        size = [int(np.ravel(fields[k])[0]) if k in fields else 0 for k in ("lines", "samples")]
        if size != [lines, samples]:
            notes.append(f"{name}.map_info is for an image of {size[0]} × {size[1]} pixels: not used.")
            continue
        words = [" ".join(word.split()) for word in re.sub(r"[{}]", "", text).split(",")]
        try:
            return from_map_info(words, str(fields.get("coordinate_system_string", "")), notes)
        except (ValueError, IndexError):
            notes.append(f"{name}.map_info can't be used: ignored.")
    return None
