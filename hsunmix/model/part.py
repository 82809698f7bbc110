"""Which part of a scene a result is of, in the words of ``--mask`` and ``--bands``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FileError, HsunmixError
from hsunmix.model.band_ranges import numbered
from hsunmix.model.cube import Cube
from hsunmix.model.unmixing import Unmixing

__all__ = ["Part", "condition_of", "part_of", "part_of_cube"]


@dataclass(frozen=True, eq=False)
class Part:
    """The part of a scene that a result is of.

    Attributes
    ----------
    masks : tuple of str, or array of bool, (lines, samples)
        Each in the words of one ``--mask``; an array where words can't say it.
    bands : str
        In the words of ``--bands``; empty for those of the file.
    """

    masks: tuple[str, ...] | NDArray[np.bool_] = ()
    bands: str = ""

    def same(self, other: Part) -> bool:
        """Whether two results are of the same part."""
        a, b = self.masks, other.masks
        if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
            both = isinstance(a, np.ndarray) and isinstance(b, np.ndarray)
            return self.bands == other.bands and both and np.array_equal(np.asarray(a), np.asarray(b))
        return self.bands == other.bands and a == b


def part_of(
    result: Unmixing, cube: Cube, used: NDArray[np.bool_] | None = None, *, masks_hold: bool = True
) -> Part:
    """Say which part of the scene a result is of.

    Parameters
    ----------
    result : Unmixing
        Of an image.
    cube : Cube
    used : array of bool, (lines, samples), or None
        Pixels that are used now; None where nobody has looked: the result is taken for one of them.
    masks_hold : bool
        Whether what made the cube's selection would make it again.
    """
    try:
        of_now = np.array_equal(result.used_bands, cube.good_bands)
    except FileError:  # it can't be read any more, so that nobody knows which bands are dead
        of_now = False
    bands = cube.band_text if of_now else numbered(result.used_bands)
    of_result = np.isfinite(result.rmse)
    if used is not None and not np.array_equal(of_result, used):
        return Part(of_result, bands)
    return part_of_cube(cube, bands, masks_hold=masks_hold)


def part_of_cube(cube: Cube, bands: str, *, masks_hold: bool = True) -> Part:
    """Say which pixels of a scene are chosen; see ``part_of``."""
    if cube.selection is None:
        return Part((), bands)
    if not masks_hold:
        return Part(cube.selection, bands)
    one = condition_of(cube)
    if one:
        return Part((one,), bands)
    words = cube.masks and all(_is_mask(cube, text) for text in cube.masks)
    return Part(cube.masks if words else cube.selection, bands)


def condition_of(cube: Cube) -> str:
    """Return the one condition that makes a cube's selection; empty where files take part in it."""
    text = cube.selection_text
    return text if text and not Path(text).is_file() and _is_condition(cube.as_opened, text) else ""


def _is_mask(cube: Cube, text: str) -> bool:
    return Path(text).is_file() or _is_condition(cube.as_opened, text)


def _is_condition(cube: Cube, text: str) -> bool:
    from hsunmix.model.band_maths import compiled

    try:
        return compiled(cube, text).is_condition
    except HsunmixError:
        return False
