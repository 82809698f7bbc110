"""Before and after the exact solvers: spectra of unit length, and what is done when a promise is broken."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError

__all__ = ["at_once", "refuse_broken", "unit_spectra"]

Array = NDArray[np.float64]

WORK = 2_000_000  # pixels · r²


def unit_spectra(w: Array) -> tuple[Array, Array]:
    """Return the spectra of w (bands, r) as rows of length one, (r, bands), and their lengths, (r,).

    So a solver's tolerances mean the same for every endmember. Zeros stay, and count as of length one.
    """
    largest = np.abs(w).max(axis=0)
    largest[largest == 0] = 1
    length = np.linalg.norm(w / largest, axis=0)  # squares of the values themselves might vanish or overflow
    length[length == 0] = 1
    return np.ascontiguousarray((w / largest / length).T), largest * length


def at_once(r: int) -> int:
    """Pixels that are solved for r spectra in less than a tenth of a second, even if none goes quickly."""
    return max(1, WORK // r**2)


def refuse_broken(pixels: int) -> None:
    """Raise InputError if some pixels' abundances aren't what the solver promises.

    The solver has then tried all its ways: only numbers that float32 or their squares can't hold are left.
    """
    if pixels:
        raise InputError(
            f"abundances of {pixels} pixels can't be computed: their values and those of the spectra differ "
            "by too many powers of ten; bring both to the same unit"
        )
