"""Part of a scene: a cube with a mask and a choice of bands, out of what the analyst writes."""

from __future__ import annotations

import math
import os
from collections.abc import Generator, Sequence
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError, MissingFileError
from hsunmix.formats import open_mask, vector_suffixes
from hsunmix.model.band_choice import chosen_bands
from hsunmix.model.band_maths import compiled, evaluation
from hsunmix.model.cube import Cube
from hsunmix.model.foreign import mask as as_numbers
from hsunmix.model.progress import Step
from hsunmix.session.region_files import read_regions

__all__ = ["Mask", "subset"]

Mask = str | PathLike[str] | NDArray[np.generic]


def subset(cube: Cube, masks: Sequence[Mask] = (), bands: str = "") -> Generator[Step | None, None, Cube]:
    """Restrict a cube to the pixels that every mask wants, and to some bands.

    Parameters
    ----------
    cube : Cube
        What it is restricted to already stays.
    masks : sequence
        Conditions of ``band_maths``, files (a raster of one band, an array, polygons of a GIS), or
        arrays (lines, samples).
    bands : str
        See ``band_choice.chosen_bands``; empty for no change. Conditions may ask for any band.

    Raises
    ------
    InputError
        A condition or a choice is not understood, or nothing is left.
    FileError
        A file can't be read, or is no mask of this cube.
    """
    if not isinstance(bands or "", str):
        raise InputError(f"bands: text is needed, such as '400-1300' or '#10-120', not {bands!r:.80}")
    selection, texts = cube.selection, list(cube.masks)
    known = selection is None or bool(texts)
    for mask in masks:
        wanted, text = yield from _wanted(cube, mask)
        selection = wanted if selection is None else selection & wanted
        texts.append(text)
        known = known and bool(text)
    if selection is not None and not selection.any():
        raise InputError(f"the mask leaves no pixel: {' and '.join(filter(None, texts)) or 'all are masked'}")
    if bands:
        cube = cube.with_bad_bands(~chosen_bands(cube, bands), bands)
    # Words that say a part of the mask only would make another one.
    return cube.with_selection(selection, *(texts if known else ())) if masks else cube


def _wanted(cube: Cube, mask: Mask) -> Generator[Step | None, None, tuple[NDArray[np.bool_], str]]:
    """Return what one mask wants, and its text; a file's is absolute, so that it is found from anywhere."""
    if not isinstance(mask, str | PathLike):
        mask = as_numbers(mask, cube.georeference)
        if mask.shape != cube.shape[:2]:
            is_, wanted = ("×".join(map(str, shape)) for shape in (mask.shape, cube.shape[:2]))
            raise InputError(f"the mask is {is_}, and the cube {wanted} (lines × samples)")
        return np.asarray(np.isfinite(mask) & (mask != 0)), ""
    text = os.fspath(mask)
    if _is_file(mask):
        text = os.path.abspath(text)  # noqa: PTH100 - resolve() would follow links
        if Path(text).suffix.lower() in vector_suffixes():
            inside = np.zeros(cube.shape[:2], dtype=bool)
            for region in read_regions(text, cube, most=math.inf):
                top, left, bottom, right = window = region.window(cube.lines, cube.samples)
                inside[top:bottom, left:right] |= region.part(*window)
            return inside, text
        return open_mask(text, cube), text
    if not compiled(cube, text).is_condition:
        raise InputError(
            f"the mask {text!r} is a number for each pixel; compare it, for example {text} > 0.3"
        )
    image = yield from evaluation(cube, text)
    return np.asarray(image, dtype=bool), text


def _is_file(mask: str | PathLike[str]) -> bool:
    """Whether a mask names a file rather than being a condition.

    Raises
    ------
    MissingFileError
        It can only be the name of a file, and there is none.
    """
    path = Path(mask)
    try:
        there = path.exists()
    except (OSError, ValueError):
        there = False
    named = not isinstance(mask, str) or (path.suffix[1:].isalpha() and not set("[]<>=") & set(path.name))
    if named and not there:
        raise MissingFileError(path, "there is no such mask")
    return there
