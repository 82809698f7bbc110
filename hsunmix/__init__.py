"""Hyperspectral unmixing by nonnegative matrix factorization.

>>> import hsunmix
>>> cube = hsunmix.open_cube("scene.hdr")                   # doctest: +SKIP
>>> result = hsunmix.unmix(cube, rank=5)                    # doctest: +SKIP
>>> result.endmembers.shape, result.abundances.shape        # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hsunmix._version import __version__

if TYPE_CHECKING:
    from hsunmix import methods
    from hsunmix.api import abundances, estimate_rank, open_cube, open_library, prune, unmix
    from hsunmix.errors import HsunmixError
    from hsunmix.model.cube import Cube
    from hsunmix.model.unmixing import Unmixing

__all__ = [
    "Cube",
    "HsunmixError",
    "Unmixing",
    "__version__",
    "abundances",
    "estimate_rank",
    "methods",
    "open_cube",
    "open_library",
    "prune",
    "unmix",
]

_PLACES = {"Cube": "model.cube", "HsunmixError": "errors", "Unmixing": "model.unmixing"}


def __getattr__(name: str) -> Any:
    # Loaded when asked for: the window opens without any of it.
    if name == "methods":
        return import_module("hsunmix.methods")  # a package that can be called
    if name in __all__:
        value = getattr(import_module(f"hsunmix.{_PLACES.get(name, 'api')}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
