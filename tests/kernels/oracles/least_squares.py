"""Constrained least squares; ``active_set`` has the oracle, which is the same for all solvers."""

from __future__ import annotations

from numpy.typing import NDArray

from tests.kernels.oracles.active_set import constrained

__all__ = ["constrained", "table_size", "unconstrained"]


def table_size(r: int) -> int:
    """Return the largest power of two of maps that 8 MB hold, from 16 up, and no more than there are sets."""
    sizes = [16, *(s for s in (1 << k for k in range(5, 40)) if s * r * r * 8 <= 8 << 20)]
    return min(sizes[-1], 2**r)


def unconstrained(inverse: NDArray, x: NDArray) -> NDArray:
    return inverse @ x
