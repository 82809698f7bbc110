"""Arrays, masked arrays, lists, and whatever turns into an array, as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.georeference import Georeference

__all__ = ["mask", "numbers", "spectra", "weights"]

_WORDS = {
    "b": "true and false", "c": "complex numbers", "M": "dates", "m": "durations", "U": "text", "S": "text",
    "O": "Python objects", "V": "records",
}  # fmt: skip
_ADVICE = {
    "b": "; a mask is given as mask=",
    "c": "; take their magnitude or their real part",
    "O": "; convert them with astype(float)",
}

SPECTRA = ("the endmembers", "init")  # what a library may be given for


def numbers(values: Any, what: str = "the data", masked: float = np.nan, allow: str = "") -> NDArray[Any]:
    """Return real numbers in the machine's byte order; nothing is copied without need.

    Parameters
    ----------
    values : array-like
    what : str
        For the message.
    masked : float
        What stands in the place of a masked value.
    allow : str
        Other kinds of dtype that are accepted.

    Raises
    ------
    InputError
        These are no numbers.
    """
    if isinstance(values, str | bytes) or hasattr(values, "__fspath__"):
        opener = "open_library" if what in SPECTRA else "open_cube"
        raise InputError(
            f"{what}: {str(values)[:100]!r} is a name; open the file with hsunmix.{opener} first"
        )
    if hasattr(values, "toarray") and not hasattr(values, "__array__"):
        raise InputError(f"{what}: a sparse matrix has to be made a full one first, with .toarray()")
    if values is None:
        raise InputError(f"{what}: numbers are needed, not None")
    if isinstance(values, list | tuple) and any(isinstance(part, np.ma.MaskedArray) for part in values):
        values = _stacked(values, what)
    mask = np.ma.getmask(values) if isinstance(values, np.ma.MaskedArray) else np.ma.nomask
    try:
        array = np.asarray(values.data if isinstance(values, np.ma.MaskedArray) else values)
    except Exception as error:  # what a foreign object's own conversion raises, nobody knows
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{what}: {type(values).__name__} can't be made an array: {reason}") from error
    if array.dtype.kind not in "fiu" + allow:
        kind = _WORDS.get(array.dtype.kind, str(array.dtype))
        advice = _ADVICE.get(array.dtype.kind, "")
        raise InputError(f"{what}: real numbers are needed, not {kind} ({array.dtype}){advice}")
    if array.dtype.kind == "f" and array.dtype.itemsize not in (4, 8):
        array = array.astype(np.float32 if array.dtype.itemsize < 4 else np.float64)
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    if np.any(mask):
        wide = array.dtype.kind != "f" and array.dtype.itemsize > 2
        array = array.astype(np.float64 if wide else np.result_type(array.dtype, np.float32), copy=True)
        array[mask] = masked
    return array


def _stacked(parts: Any, what: str) -> np.ma.MaskedArray[Any, Any]:
    """Bands or spectra in a list, with their masks, which NumPy would drop."""
    try:
        return np.ma.stack(parts)
    except ValueError as error:
        raise InputError(f"{what}: a list of arrays can't be made one: {error}") from error


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
    from hsunmix.model.foreign import given
    from hsunmix.model.foreign._bands import along

    found = given(values, what)
    if found.values.ndim not in (1, 2):
        raise InputError(
            f"{what}: spectra are bands × endmembers, not an array of shape {found.values.shape}"
        )
    if 0 in found.values.shape:
        raise InputError(f"{what}: an array of shape {found.values.shape} holds no spectra")
    ordered = along(found, centres, what)
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
        from hsunmix.model.foreign._xarray import check_place

        check_place(values, place, "the mask")
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
    from hsunmix.model.foreign import given
    from hsunmix.model.foreign._bands import along

    library = type(values).__module__.partition(".")[0]
    if _is_labelled(values):
        from hsunmix.model.foreign._xarray import check_place

        check_place(values, place, "weights")
    if _is_labelled(values) and _is_plain_image(values):
        return numbers(_upright(values), "weights", allow="b")
    if library in ("xarray", "pandas", "spectral"):
        return along(given(_counted(values), "weights"), centres, "weights")
    return numbers(values, "weights", masked=0, allow="b")


def _counted(values: Any) -> Any:
    """Ones and zeros for labelled values that are true and false."""
    kinds = {str(dtype) for dtype in np.ravel(getattr(values, "dtypes", getattr(values, "dtype", "")))}
    return values.astype(np.uint8) if kinds <= {"bool", "boolean"} else values


def _is_plain_image(values: Any) -> bool:
    """Whether an array with labels has the dimensions of an image, and no bands."""
    from hsunmix.model.foreign._xarray import LINES, SAMPLES

    dims = [str(dim).lower() for dim in getattr(values, "dims", ())]
    return len(dims) == 2 and all(dim in (*LINES, *SAMPLES) for dim in dims)


def _is_labelled(values: Any) -> bool:
    """Whether it is an array of xarray."""
    return type(values).__module__.partition(".")[0] == "xarray" and hasattr(values, "dims")


def _upright(values: Any) -> Any:
    """Values with the lines first, where an array with labels says which these are."""
    if _is_labelled(values):
        from hsunmix.model.foreign._xarray import upright

        return upright(values)
    return values
