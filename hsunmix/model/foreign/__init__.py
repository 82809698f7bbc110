"""Whatever Python holds numbers in, taken by what it means: the one door for arrays.

A kind of object that says more than its numbers do has a file here, named after the library that it comes
from. It is found by the module of the object's type, so that the library need not be imported, nor
installed. The file's ``read`` turns the object into a ``Given``, or returns None for what it doesn't know.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from hsunmix.model.foreign._cubes import image, matrix
from hsunmix.model.foreign._given import Given
from hsunmix.model.foreign._numbers import mask, numbers, spectra, weights

__all__ = ["Given", "given", "image", "is_image", "mask", "matrix", "numbers", "spectra", "weights"]

KINDS = ("pandas", "spectral", "xarray")


def is_image(values: Any) -> bool:
    """Whether an object says by itself that it is an image of three axes, and which axis is which."""
    libraries = {kind.__module__.partition(".")[0] for kind in type(values).__mro__}
    return bool(libraries & {"spectral", "xarray"}) and len(getattr(values, "shape", ())) == 3


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
            found = import_module(f"{__name__}._{library}").read(values)
            if found is not None:
                return found  # type: ignore[no-any-return]
    return Given(numbers(values, what))
