"""What is given beside a scene: spectra, a mask, weights, in the order of its bands and where it lies."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.foreign import xarray
from hsunmix.model.foreign._given import Given
from hsunmix.model.foreign._numbers import given, numbers
from hsunmix.model.georeference import Georeference

__all__ = ["mask", "spectra", "weights"]

NEAR = 0.1  # of the distance to the next band: so far apart, centres are still those of one band
CLOSE = 1e-3  # of a wavelength, where the scene has one band only

Array = NDArray[np.float64]


def spectra(
    values: Any, what: str = "the endmembers", centres: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return spectra, (bands, r), as float64; one given as a vector is a column.

    Parameters
    ----------
    values : array-like
        A frame, or an array with labels, may say at which wavelengths they lie.
    what : str
        For the message.
    centres : array, (bands,), optional
        The scene's wavelengths in nanometres: spectra with their own are put in the order of its bands.

    Raises
    ------
    InputError
        These are no numbers, have another number of axes, or lie at other wavelengths.
    """
    found = given(values, what)
    if found.values.ndim not in (1, 2):
        raise InputError(
            f"{what}: spectra are bands × endmembers, not an array of shape {found.values.shape}"
        )
    if 0 in found.values.shape:
        raise InputError(f"{what}: an array of shape {found.values.shape} holds no spectra")
    ordered = _along(found, centres, what)
    return np.asarray(ordered if ordered.ndim == 2 else ordered[:, np.newaxis], dtype=np.float64)


def mask(values: Any, place: Georeference | None = None) -> NDArray[Any]:
    """Return a mask, (lines, samples), as numbers; what is masked itself isn't wanted.

    Parameters
    ----------
    values : array-like
    place : Georeference, optional
        The scene's: a mask with coordinates of its own has to lie there.

    Raises
    ------
    InputError
        These are no numbers, nor true and false; or they lie elsewhere.
    """
    if _is_labelled(values):
        xarray.check_place(values, place, "the mask")
    return numbers(_upright(values), "the mask", masked=0, allow="b")


def weights(
    values: Any, centres: NDArray[np.float64] | None = None, place: Georeference | None = None
) -> NDArray[Any]:
    """Return weights as numbers; a masked one is zero: its value is missing.

    Parameters
    ----------
    values : array-like
    centres : array, (bands,), optional
        The scene's wavelengths: weights with their own are put in the order of its bands.
    place : Georeference, optional
        The scene's: weights with coordinates of their own have to lie there.

    Raises
    ------
    InputError
        These are no numbers, or lie at other wavelengths.
    """
    library = type(values).__module__.partition(".")[0]
    if _is_labelled(values):
        xarray.check_place(values, place, "weights")
    if _is_labelled(values) and _is_plain_image(values):
        return numbers(_upright(values), "weights", allow="b")
    if library in ("xarray", "pandas", "spectral"):
        return _along(given(_counted(values), "weights"), centres, "weights")
    return numbers(values, "weights", masked=0, allow="b")


def _counted(values: Any) -> Any:
    """Ones and zeros for labelled values that are true and false."""
    kinds = {str(dtype) for dtype in np.ravel(getattr(values, "dtypes", getattr(values, "dtype", "")))}
    return values.astype(np.uint8) if kinds <= {"bool", "boolean"} else values


def _is_plain_image(values: Any) -> bool:
    """Whether an array with labels has the dimensions of an image, and no bands."""
    dims = [str(dim).lower() for dim in getattr(values, "dims", ())]
    return len(dims) == 2 and all(dim in (*xarray.LINES, *xarray.SAMPLES) for dim in dims)


def _is_labelled(values: Any) -> bool:
    """Whether it is an array of xarray."""
    return type(values).__module__.partition(".")[0] == "xarray" and hasattr(values, "dims")


def _upright(values: Any) -> Any:
    """Values with the lines first, where an array with labels says which these are."""
    if _is_labelled(values):
        return xarray.upright(values)
    return values


def _along(found: Given, centres: Array | None, what: str) -> NDArray[Any]:
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
