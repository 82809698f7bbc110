"""What a hierarchy of clusters does with pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.kernels.oracles.active_set import solve


def plane(z: NDArray, v: NDArray) -> NDArray:
    return z @ v.T


def shares(z: NDArray, b: NDArray, g: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Shares of the first of two, and how many are at most, and below, each hundredth."""
    h = np.array([solve(g, b @ row, False) for row in z])
    total = h.sum(axis=1)
    x = np.divide(h[:, 0], total, out=np.zeros(len(z)), where=total > 0)
    place = np.arange(101) * 0.01
    return x, (x[:, None] <= place).sum(axis=0), (x[:, None] < place).sum(axis=0)


def partition(x: NDArray, threshold: float) -> int:
    return int((x >= threshold).sum())


def own_cosines(x: NDArray, labels: NDArray, directions: NDArray) -> NDArray:
    """Of pixels x (bands, pixels)."""
    centred = x - x.mean(axis=0)
    lengths = np.linalg.norm(centred, axis=0)
    flat = lengths <= 1e-6 * np.linalg.norm(x, axis=0)
    along = (centred * directions[:, np.maximum(labels, 0)]).sum(axis=0)
    cosines = np.divide(along, lengths, out=np.full(len(labels), -1.0), where=~flat)
    return np.where(labels < 0, -2, cosines)


def best_of_each(labels: NDArray, values: NDArray, clusters: int) -> list[int]:
    """Places of the largest; −1 for a cluster without any."""
    places = [np.flatnonzero(labels == k) for k in range(clusters)]
    return [int(p[values[p].argmax()]) if len(p) else -1 for p in places]
