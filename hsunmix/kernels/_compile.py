"""How kernels are compiled."""

from __future__ import annotations

import numba

from hsunmix.kernels._cache import KernelCache

__all__ = ["FAST", "KERNEL", "njit"]

# A division by zero gives inf here as in NumPy: the other model's checks double the compilation.
KERNEL = {"nogil": True, "error_model": "numpy"}
FAST = {"reassoc", "contract", "nsz"}


def njit(**options):
    """As Numba's, with our way to keep what was compiled."""

    def compiled(function):
        kernel = numba.njit(**options)(function)
        kernel._cache = KernelCache(function)
        return kernel

    return compiled
