"""Data frames: numeric labels on one side are wavelengths, and that side the bands."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.foreign._given import Given, in_nanometres
from hsunmix.model.foreign._numbers import numbers

__all__ = ["read"]

_BAND = re.compile(r"(?:b|bands?|ch|channels?)[\s_.-]*\d+", re.IGNORECASE)


def read(frame: Any) -> Given | None:
    """Take a frame, or a series as one spectrum.

    Columns named by numbers, such as 450.2, or by bands, such as B12, are bands, and each row a pixel; an
    index of numbers says that the rows are bands, unless these are whole ones and the columns say it too.
    A frame that was counted through on both sides is a matrix bands × pixels.

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
            values,
            None if centres is None else in_nanometres(centres, _unit(centres), notes),
            notes=tuple(notes),
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
    if across is not None and down is not None:  # pandas' own labels of rows are whole numbers
        counts = frame.columns.dtype.kind in "iu", frame.index.dtype.kind in "iu"
        if counts[0] == counts[1]:
            raise InputError(
                "the frame has numbers for labels of its rows and of its columns: say which are bands by "
                "giving frame.to_numpy() as bands × pixels"
            )
        across, down = (None, down) if counts[0] else (across, None)
    if down is not None and _are_bands(frame.columns):
        return Given(values.T)
    if across is not None:
        _say_which(frame.columns, across, "columns", notes)
        return Given(values.T, in_nanometres(across, _unit(across), notes), notes=tuple(notes))
    if down is None:
        return Given(values)
    _say_which(frame.index, down, "rows", notes)
    return Given(values, in_nanometres(down, _unit(down), notes), notes=tuple(notes))


def _unit(centres: NDArray[np.float64]) -> str:
    """Labels have no room for a unit: what can be nanometres is."""
    return "nm" if centres.max() > 100 else ""


def _are_bands(labels: Any) -> bool:
    """Whether all labels are names of bands, such as B12 or band_3."""
    return all(isinstance(label, str) and _BAND.fullmatch(label.strip()) for label in labels)


def _say_which(labels: Any, centres: NDArray[np.float64], side: str, notes: list[str]) -> None:
    """Note what was taken for bands where the labels might as well number pixels."""
    if labels.dtype.kind in "iu" or not _are_in_order(centres):
        notes.append(
            f"The frame's {side}, labelled {labels[0]} to {labels[-1]}, were taken as bands at these "
            "wavelengths. If they are pixels, give frame.to_numpy() as bands × pixels."
        )


def _centres(labels: Any) -> NDArray[np.float64] | None:
    """Labels that are wavelengths: positive numbers, no two alike, that don't just count.

    Whole ones have to rise or fall besides: rows of a frame that was sorted keep their numbers.
    """
    try:
        centres = np.array([float(label) for label in labels])
    except (TypeError, ValueError):
        return None
    if not len(centres) or not (centres > 0).all() or len(np.unique(centres)) < len(centres):
        return None
    counted = centres[0] == 1 and (np.diff(centres) == 1).all()
    return None if counted or (labels.dtype.kind in "iu" and not _are_in_order(centres)) else centres


def _are_in_order(centres: NDArray[np.float64]) -> bool:
    steps = np.diff(centres)
    return bool((steps > 0).all() or (steps < 0).all())
