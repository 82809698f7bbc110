"""Neighbouring bands as ranges, and ranges in texts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["in_words", "numbered", "runs"]


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (first, last) of every run of True, both inclusive."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def numbered(used: NDArray[np.bool_]) -> str:
    """Return a choice of bands, see ``band_choice``, by their numbers from 1: ``all,#1-10,#13-20``."""
    return "all," + ",".join(f"#{a + 1}-{b + 1}" for a, b in runs(used))


def in_words(chosen: NDArray[np.bool_], wavelengths: NDArray[np.float64] | None = None, most: int = 6) -> str:
    """Name bands for a reader: "1426 to 1528 nm, 2400 nm", without wavelengths by numbers from 1: "4–9, 12".

    Parameters
    ----------
    chosen : array of bool, (bands,)
    wavelengths : array, (bands,), or None
        Nanometres.
    most : int
        So many ranges are named, more are an ellipsis.
    """
    parts = [_range(first, last, wavelengths) for first, last in runs(chosen)]
    return ", ".join(parts[:most]) + (", …" if len(parts) > most else "")


def _range(first: int, last: int, wavelengths: NDArray[np.float64] | None) -> str:
    if wavelengths is None:
        return f"{first + 1}" if first == last else f"{first + 1}–{last + 1}"
    low, high = sorted((wavelengths[first], wavelengths[last]))
    return f"{low:.0f} nm" if first == last else f"{low:.0f} to {high:.0f} nm"
