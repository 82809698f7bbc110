"""Maps as numbers, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.gui.widgets.pictured import rows_of

__all__ = ["values_of"]

MAX_ROWS = 1 << 20  # of a spreadsheet


def values_of(found: Sequence[tuple[str, NDArray[Any]]], window: tuple[int, int, int, int]) -> str:
    """Return maps as a table of the pixels in a window: line, sample, and a column each.

    Raises
    ------
    InputError
        There are more rows than spreadsheets take.
    """
    top, bottom, left, right = window
    lines, samples = np.mgrid[top:bottom, left:right]
    if lines.size > MAX_ROWS:
        raise InputError(
            f"{lines.size:,} pixels are more than a spreadsheet takes. "
            "Zoom in, or write the maps by File ▸ Export."
        )
    columns = [lines.ravel(), samples.ravel(), *(v[top:bottom, left:right].ravel() for _, v in found)]
    headings = ["line", "sample", *(name for name, _ in found)]
    return rows_of(headings, zip(*(column.tolist() for column in columns), strict=True)) if found else ""
