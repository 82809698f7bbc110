"""Mean abundances, computed once per result, in the worker that made it."""

from __future__ import annotations

import weakref

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.unmixing import Unmixing

__all__ = ["means", "remember"]

# By the abundances themselves: a result that is marked, or given another note, shares them.
_known: dict[int, NDArray[np.float64]] = {}


def means(result: Unmixing) -> NDArray[np.float64]:
    """Return the mean abundances, (r,); a second call for the same abundances costs nothing."""
    found = _known.get(id(result.abundances))
    if found is None:
        found = result.mean_abundances
        remember(result, found)
    return found


def remember(result: Unmixing, values: NDArray[np.float64]) -> None:
    """Take these for a result's mean abundances, where they follow from those of another one."""
    key = id(result.abundances)
    if key not in _known:
        weakref.finalize(result.abundances, _known.pop, key, None)
    _known[key] = values
