"""Mean abundances, computed once per result, in the worker that made it."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.unmixing import Unmixing

__all__ = ["means", "remember"]

_known: WeakKeyDictionary[Unmixing, NDArray[np.float64]] = WeakKeyDictionary()


def means(result: Unmixing) -> NDArray[np.float64]:
    """Return the mean abundances, (r,); a second call for the same result costs nothing."""
    found = _known.get(result)
    if found is None:
        found = _known[result] = result.mean_abundances
    return found


def remember(result: Unmixing, values: NDArray[np.float64]) -> None:
    """Take these for a result's mean abundances, where they follow from those of another one."""
    _known[result] = values
