"""Arrays, masked arrays, lists, and whatever turns into an array, as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError

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
        raise InputError(
            f"{what}: {str(values)[:100]!r} is a name; open the file with hsunmix.open_cube first"
        )
    if hasattr(values, "toarray") and not hasattr(values, "__array__"):
        raise InputError(f"{what}: a sparse matrix has to be made a full one first, with .toarray()")
    if values is None:
        raise InputError(f"{what}: numbers are needed, not None")
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


def spectra(values: Any, what: str = "the endmembers") -> NDArray[np.float64]:
    """Return spectra, (bands, r), as float64; one given as a vector is a column.

    Raises
    ------
    InputError
        These are no numbers, or have another number of axes.
    """
    from hsunmix.model.foreign import given

    found = given(values).physical() if not isinstance(values, np.ma.MaskedArray) else numbers(values, what)
    if found.ndim == 1:
        found = found[:, np.newaxis]
    if found.ndim != 2:
        raise InputError(f"{what}: spectra are bands × endmembers, not an array of shape {found.shape}")
    if 0 in found.shape:
        raise InputError(f"{what}: an array of shape {found.shape} holds no spectra")
    return np.asarray(found, dtype=np.float64)


def mask(values: Any) -> NDArray[Any]:
    """Return a mask, (lines, samples), as numbers; what is masked itself isn't wanted.

    Raises
    ------
    InputError
        These are no numbers, nor true and false.
    """
    if type(values).__module__.partition(".")[0] == "xarray" and hasattr(values, "dims"):
        from hsunmix.model.foreign._xarray import upright

        values = upright(values)
    return numbers(values, "the mask", masked=0, allow="b")


def weights(values: Any) -> NDArray[Any]:
    """Return weights as numbers; a masked one is zero: its value is missing.

    Raises
    ------
    InputError
        These are no numbers.
    """
    from hsunmix.model.foreign import given

    if type(values).__module__.partition(".")[0] in ("xarray", "pandas", "spectral"):
        return given(values).physical()
    return numbers(values, "weights", masked=0, allow="b")
