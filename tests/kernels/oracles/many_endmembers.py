"""Constrained least squares; ``active_set`` has the oracle, which is the same for all solvers."""

from tests.kernels.oracles.active_set import constrained

__all__ = ["constrained"]
