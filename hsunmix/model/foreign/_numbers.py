"""Arrays, masked arrays, lists, and whatever turns into an array, as numbers."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.foreign._given import Given

__all__ = ["given", "numbers"]

_WORDS = {
    "b": "true and false", "c": "complex numbers", "M": "dates", "m": "durations", "U": "text", "S": "text",
    "O": "Python objects", "V": "records",
}  # fmt: skip
_ADVICE = {
    "b": "; a mask is given as mask=",
    "c": "; take their magnitude or their real part",
    "O": "; convert them with astype(float)",
}

KINDS = ("pandas", "spectral", "xarray")  # libraries whose objects say more than their numbers
SPECTRA = ("the endmembers", "init")  # what a library may be given for


def given(values: Any, what: str = "the data") -> Given:
    """Take an object by its own meaning, or else as an array.

    Raises
    ------
    InputError
        It holds no real numbers, or doesn't say what is needed.
    """
    for kind in type(values).__mro__:
        library = kind.__module__.partition(".")[0]
        if library in KINDS:
            found = import_module(f"{__package__}.{library}").read(values)
            if found is not None:
                return found  # type: ignore[no-any-return]
    return Given(numbers(values, what))


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
