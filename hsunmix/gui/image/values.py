"""Maps as numbers, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.gui.widgets.pictured import rows_of

__all__ = ["values_of"]

MAX_CELLS = 1 << 20  # with those of the headings: their text takes about half a second


def values_of(found: Sequence[tuple[str, NDArray[Any]]], window: tuple[int, int, int, int]) -> str:
    """Return maps as a table of the pixels in a window: line, sample, and a column each.

    Raises
    ------
    InputError
        There are more numbers than the window may wait for.
    """
    top, bottom, left, right = window
    if not found:
        return ""
    rows = 1 + (bottom - top) * (right - left)
    cells = rows * (2 + len(found))
    if cells > MAX_CELLS:
        raise InputError(
            f"{cells:,} numbers are too many to copy; up to {MAX_CELLS:,} are not. "
            "Zoom in, or write the maps by File ▸ Export."
        )
    lines, samples = np.mgrid[top:bottom, left:right]
    columns = [lines.ravel(), samples.ravel(), *(v[top:bottom, left:right].ravel() for _, v in found)]
    headings = ["line", "sample", *(name for name, _ in found)]
    return rows_of(headings, zip(*(column.tolist() for column in columns), strict=True))
