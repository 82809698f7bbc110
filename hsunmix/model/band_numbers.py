"""Numbers of bands in texts: a choice by numbers, and texts of the time when they were counted from 0."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

__all__ = ["choice_from_1", "expression_from_1", "numbered"]

_NUMBER = re.compile(r"\d+")
_IN_BRACKETS = re.compile(r"(\b(?:band|b)\s*\[)([^\[\]]*)(\])", re.ASCII)


def numbered(used: NDArray[np.bool_]) -> str:
    """Return a choice of bands, see ``band_choice``, by their numbers from 1: ``all,#1-10,#13-20``."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], used.astype(np.int8), [0]))))
    return "all," + ",".join(f"#{a + 1}-{b}" for a, b in edges.reshape(-1, 2))


def expression_from_1(text: str, *, has_wavelengths: bool) -> str:
    """Return band maths, see ``band_maths``, with the numbers of its bands counted from 1.

    Parameters
    ----------
    text : str
        Counted from 0.
    has_wavelengths : bool
        Whether ``b[860]`` is a wavelength there; otherwise it is a number as ``band[12]`` is.
    """

    def raised(found: re.Match[str]) -> str:
        if has_wavelengths and not found[1].startswith("band"):
            return found[0]
        return found[1] + _raised(found[2]) + found[3]

    return _IN_BRACKETS.sub(raised, text)


def choice_from_1(text: str, *, has_wavelengths: bool) -> str:
    """Return a choice of bands, see ``band_choice``, with the numbers of its bands counted from 1."""
    items = text.split(",")
    return ",".join(_raised(item) if "#" in item or not has_wavelengths else item for item in items)


def _raised(text: str) -> str:
    return _NUMBER.sub(lambda found: str(int(found[0]) + 1), text)
