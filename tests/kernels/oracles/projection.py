"""Norms, and coordinates along directions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def squared_norms(tiles: NDArray) -> NDArray:
    return (tiles**2).sum(axis=1)


def project_out(tiles: NDArray, u: NDArray, norms: NDArray) -> NDArray:
    return np.maximum(norms - np.einsum("b,nbt->nt", u, tiles) ** 2, 0)


def coordinates(tiles: NDArray, basis: NDArray) -> NDArray:
    return np.einsum("kb,nbt->nkt", basis, tiles)
