"""Wavelengths given by hand: a range in equal steps, a number for each band, or a file that has them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FileError, FormatError, ParameterError
from hsunmix.formats.opening.files import guarded, regular_file
from hsunmix.formats.spectra import table_axis as axis
from hsunmix.formats.spectra.numbers import number
from hsunmix.formats.spectra.table import read_table
from hsunmix.formats.spectra.text import COMMENT, read_lines
from hsunmix.formats.spectra.wavelengths import is_unit, nanometres, unit_of, widths
from hsunmix.model.cube import Cube
from hsunmix.model.spectra import Spectra

__all__ = ["given_axis", "text_of"]

NAME = "wavelengths"
FORMS = "give a file, FIRST-LAST such as 400-2500, or a number for each band"
_NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?"
_RANGE = re.compile(rf"\s*({_NUMBER})\s*(?:-|–|\.\.\.|…)\s*({_NUMBER})\s*(.*?)\s*")
_LIST = re.compile(rf"\s*({_NUMBER}(?:\s*,\s*{_NUMBER})*)\s*(.*?)\s*")
_WIDTH = re.compile(r"fwhm|width", re.IGNORECASE)
Vector = NDArray[np.float64]
Readers = Callable[[Path], Iterable[Callable[[], Cube | Spectra]]]


@dataclass(frozen=True, eq=False)
class Axis:
    """What a source says of bands.

    Attributes
    ----------
    wavelengths, fwhm : array of float64, (bands,), or None
        Nanometres.
    unit : str
    bad : array of bool, (bands,), or None
    """

    wavelengths: Vector
    fwhm: Vector | None = None
    unit: str = ""
    bad: NDArray[np.bool_] | None = None


def text_of(given: Any) -> str:
    """Return the text of wavelengths as Python gives them: text, a path, or numbers in nanometres."""
    if isinstance(given, str | os.PathLike):
        return os.fspath(given)
    try:
        numbers = np.asarray(given, dtype=np.float64).ravel().tolist()
    except (TypeError, ValueError):
        numbers = []
    if not numbers:
        raise ParameterError(NAME, f"{given!r:.60} are none: {FORMS}")
    return f"{', '.join(map(repr, numbers))} nm"


def given_axis(cube: Cube, text: str, readers: Readers) -> Cube:
    """Return a cube with the wavelengths that a text says.

    Parameters
    ----------
    cube : Cube
        As its file has it; its options have the text, and get one that holds from any folder.
    text : str
    readers : callable
        Gives the ways to read what a file says of its bands.

    Raises
    ------
    ParameterError
        They are no wavelengths, or not as many as the cube has bands.
    """
    own = "" if cube.wavelengths is None else "; those of the file are not used"
    numbers = _numbers(text, cube.bands)
    if numbers is not None:
        values, unit = numbers
        found, left = _fitting(Axis(_rising(values, unit, text), unit=unit or "Nanometers"), cube, "")
        nm = found.wavelengths
        said = f"the wavelengths were given: {nm[0]:.6g} to {nm[-1]:.6g} nm{left}{own}."
        return _with(cube, found, text, said)
    path = _found(cube, text)
    read, left = _fitting(_of_file(path, readers), cube, f"{path} has ")
    known = path.name if cube.path is not None and path.parent == cube.path.parent else str(path)
    return _with(cube, read, known, f"the wavelengths are those of {path.name}, as asked{left}{own}.")


def _with(cube: Cube, read: Axis, text: str, said: str) -> Cube:
    options = {**dict(cube.options), NAME: text}
    return replace(
        cube,
        wavelengths=read.wavelengths,
        fwhm=read.fwhm,
        wavelength_unit=read.unit,
        options=tuple(options.items()),
        notes=(*cube.notes, said),
    )


def _numbers(text: str, bands: int) -> tuple[Vector, str] | None:
    """Return the numbers of a range or a list, and their unit; None for anything else."""
    found = _RANGE.fullmatch(text)
    if found and (not found[3] or is_unit(found[3])):
        return np.linspace(float(found[1]), float(found[2]), bands), found[3]
    found = _LIST.fullmatch(text)
    if found is None or (found[2] and not is_unit(found[2])):
        return None
    values = np.array([float(word) for word in found[1].split(",")])
    return values, found[2]


def _rising(values: Vector, unit: str, text: str) -> Vector:
    said: list[str] = []
    nm = nanometres(values, unit, said)
    if unit and any("assumed" in note for note in said):
        raise ParameterError(NAME, f"{text[:60]!r} can't be: no sensor sees there")
    if nm is None or (len(nm) > 1 and nm[0] >= nm[-1]):
        why = said[-1].removesuffix(": ignored.") if nm is None and said else "they do not rise"
        raise ParameterError(NAME, f"{text[:60]!r} can't be: {why}")
    return nm


def _found(cube: Cube, text: str) -> Path:
    """Return the file that a text names: beside the cube, where it says, or of that name beside the cube.

    The last is for a scene that was moved together with it.
    """
    named = Path(text)
    places = [named]
    if cube.path is not None:
        places = [cube.path.parent / named, named, cube.path.parent / named.name]
    for place in places:
        try:
            if place.is_file():
                return regular_file(place)
        except (OSError, ValueError):  # a name that this system cannot have
            continue
    raise ParameterError(
        NAME, f"there is no file {text[:200]!r}, nor one of that name beside the scene: {FORMS}"
    )


def _of_file(path: Path, readers: Readers) -> Axis:
    """Read a header, a library, or a table of nothing but bands."""
    for read in readers(path):
        try:
            found = read()
        except FileError:
            continue
        if found.wavelengths is not None:
            unit, bad = getattr(found, "wavelength_unit", ""), getattr(found, "bad_bands", None)
            return Axis(found.wavelengths, found.fwhm, unit, bad)
    try:
        return guarded(path, lambda: _of_table(path))
    except FileError as error:
        reason = f"{path} has no wavelengths that hsunmix can read ({error.reason})"
        raise ParameterError(NAME, reason) from error


def _of_table(path: Path) -> Axis:
    """Read a table that says nothing but what its bands are; or a list, a number a line."""
    lines = [line for line in read_lines(path) if line.strip()]
    numbers = [number(line) for line in lines if not COMMENT.match(line)]
    listed = [value for value in numbers if value is not None]
    if len(listed) > 1 and numbers[-len(listed) :] == listed:
        unit = next((u for line in lines if number(line) is None and (u := unit_of(line))), "")
        said: list[str] = []
        if (nm := nanometres(listed, unit, said)) is None:
            raise FormatError(path, said[-1].removesuffix(": ignored.") if said else "they count the bands")
        return Axis(nm, unit=unit)
    table = read_table(path, lines, [])
    named = axis.down(table)
    columns = {k: values for k in range(table.width) if (values := table.numbers(k)) is not None}
    headings = [f"{h} {u}" for h, u in zip(table.headings or [""] * table.width, table.units, strict=True)]
    for k in [named[0]] if named else columns:
        unit = next((u for text in (headings[k], *table.before) if (u := unit_of(text))), "")
        nm = nanometres(columns[k], unit, [])
        if nm is None:
            continue
        width = next((columns[n] for n in columns if n != k and _WIDTH.search(headings[n])), None)
        return Axis(nm, None if width is None else widths(width, columns[k], nm, []), unit)
    raise FormatError(path, "no column of it holds wavelengths")


def _fitting(read: Axis, cube: Cube, whose: str) -> tuple[Axis, str]:
    """Return an axis of as many bands as a cube has, and what was done to get there.

    Of a sensor's whole list these are the bands that the scene's file says it keeps, or the good ones.
    """
    count, numbers, good = len(read.wavelengths), cube.band_numbers, None if read.bad is None else ~read.bad
    if count == cube.bands:
        return read, ""
    if numbers is not None and numbers[-1] <= count:
        return _some(read, numbers - 1), f", of {count} those of the bands that the scene keeps"
    if good is not None and int(good.sum()) == cube.bands:
        return _some(read, good), f", without the {int((~good).sum())} bands that it marks as bad"
    raise ParameterError(NAME, f"{whose}{_counted(count)}, the scene has {cube.bands} bands")


def _some(read: Axis, which: NDArray[np.generic]) -> Axis:
    """Return an axis of some of the bands."""
    return replace(
        read, wavelengths=read.wavelengths[which], fwhm=None if read.fwhm is None else read.fwhm[which]
    )


def _counted(count: int) -> str:
    return "1 wavelength" if count == 1 else f"{count} wavelengths"
