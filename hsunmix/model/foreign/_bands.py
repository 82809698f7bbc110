"""Numbers that say at which wavelengths they lie, in the order of a scene's bands."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.foreign._given import Given

__all__ = ["along"]

NEAR = 0.1  # of the distance to the next band: so far apart, centres are still those of one band
CLOSE = 1e-3  # of a wavelength, where the scene has one band only

Array = NDArray[np.float64]


def along(found: Given, centres: Array | None, what: str) -> NDArray[Any]:
    """Return the physical values of what was given, in the order of a scene's bands.

    Parameters
    ----------
    found : Given
    centres : array, (bands,), or None
        The scene's, in nanometres. What doesn't say its own is taken as it is.
    what : str
        For the message.

    Raises
    ------
    InputError
        It lies at other wavelengths.
    """
    values, mine = found.physical(), found.wavelengths
    if mine is None or centres is None or not np.isfinite(centres).all() or _are_same(mine, centres):
        return values
    nearest = np.abs(mine[:, np.newaxis] - centres).argmin(axis=0)
    if len(np.unique(nearest)) == len(nearest) and _are_same(mine[nearest], centres):
        return values[..., nearest] if values.ndim == 3 else values[nearest]
    raise InputError(
        f"{what}: {_range(mine)}, and the scene {_range(centres)}: bring them to its wavelengths first, "
        "as numpy.interp does; without labels they are taken band by band"
    )


def _are_same(mine: Array, centres: Array) -> bool:
    if len(mine) != len(centres):
        return False
    steps = np.abs(np.diff(centres))
    steps = steps[steps > 0]
    most = NEAR * float(np.median(steps)) if len(steps) else CLOSE * float(centres.max())
    return bool((np.abs(mine - centres) <= most).all())


def _range(centres: Array) -> str:
    bands = "1 band" if len(centres) == 1 else f"{len(centres)} bands"
    return f"{bands} from {centres.min():.6g} to {centres.max():.6g} nm"
