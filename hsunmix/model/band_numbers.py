"""Numbers of bands in texts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["numbered"]


def numbered(used: NDArray[np.bool_]) -> str:
    """Return a choice of bands, see ``band_choice``, by their numbers from 1: ``all,#1-10,#13-20``."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], used.astype(np.int8), [0]))))
    return "all," + ",".join(f"#{a + 1}-{b}" for a, b in edges.reshape(-1, 2))
