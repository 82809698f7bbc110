"""Every pixel to one endmember."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def assign(x: NDArray, wt: NDArray, lengths: NDArray) -> NDArray:
    c = wt @ x
    return np.where(np.arange(len(wt))[:, None] == c.argmax(axis=0), np.maximum(c, 0) / lengths[:, None], 0)
