"""How kernels are compiled."""

from __future__ import annotations

# A division by zero gives inf here as in NumPy: the other model's checks double the compilation.
KERNEL = {"nogil": True, "cache": True, "error_model": "numpy"}
FAST = {"reassoc", "contract", "nsz"}
