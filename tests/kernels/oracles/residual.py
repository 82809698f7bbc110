"""What a model leaves unexplained."""

from __future__ import annotations

from numpy.typing import NDArray


def squared_residuals(tiles: NDArray, w: NDArray, h: NDArray) -> NDArray:
    return ((tiles - w @ h) ** 2).sum(axis=1)
