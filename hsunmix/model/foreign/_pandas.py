"""Data frames: numeric labels on one side are wavelengths, and that side the bands."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.foreign._given import Given, in_nanometres
from hsunmix.model.foreign._numbers import numbers

__all__ = ["read"]


def read(frame: Any) -> Given | None:
    """Take a frame, or a series as one spectrum.

    Columns named by numbers, such as 450.2, are bands, and each row a pixel; an index of numbers says that
    the rows are bands. A frame that was counted through on both sides is a matrix bands × pixels.

    Raises
    ------
    InputError
        Some column is no number, or both sides could be wavelengths.
    """
    kind = type(frame).__name__
    notes: list[str] = []
    if kind == "Series":
        centres = _centres(frame.index)
        values = numbers(frame.to_numpy(dtype=np.float64, na_value=np.nan), "the series")
        return Given(
            values, None if centres is None else in_nanometres(centres, "", notes), notes=tuple(notes)
        )
    if kind != "DataFrame":
        return None
    odd = [str(name) for name, dtype in frame.dtypes.items() if getattr(dtype, "kind", "O") not in "fiu"]
    if odd:
        raise InputError(
            f"the frame's column {odd[0]!r} holds no numbers; leave it out, as in frame.drop(columns={odd})"
        )
    values = numbers(frame.to_numpy(dtype=np.float64, na_value=np.nan), "the frame")
    across, down = _centres(frame.columns), _centres(frame.index)
    if across is not None and down is not None:
        raise InputError(
            "the frame has numbers for labels of its rows and of its columns: say which are bands by giving "
            "frame.to_numpy() as bands × pixels"
        )
    if across is not None:
        return Given(values.T, in_nanometres(across, "", notes), notes=tuple(notes))
    nm = None if down is None else in_nanometres(down, "", notes)
    return Given(values, nm, notes=tuple(notes))


def _centres(labels: Any) -> NDArray[np.float64] | None:
    """Labels that are wavelengths: positive numbers that rise or fall, and don't just count."""
    try:
        centres = np.array([float(label) for label in labels])
    except (TypeError, ValueError):
        return None
    steps = np.diff(centres)
    counted = len(centres) and centres[0] in (0, 1) and (steps == 1).all()
    if not len(centres) or counted or not (centres > 0).all() or not ((steps > 0).all() or (steps < 0).all()):
        return None
    return centres
