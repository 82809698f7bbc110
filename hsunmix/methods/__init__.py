"""The registry of methods, and what each kind of method promises.

A method is a file in one of the four folders. It has

``TITLE``, ``REFERENCE``
    What it is called, and where it comes from.
``Params``
    A frozen ``msgspec.Struct``: see ``hsunmix.parameters``.
``run(...)``
    A generator that yields ``Step`` or None (a place where it may be closed) at least every 0.2 s,
    and returns its result:

    ============== ===================================== =============================
    folder         run                                    returns
    ============== ===================================== =============================
    extraction     (scene, rank, params, start)           Extraction
    abundance      (scene, w, params)                     Abundances
    factorization  (scene, rank, params, start)           Factorization
    rank           (scene, params)                        RankEstimate
    ============== ===================================== =============================

The first paragraph of the module's docstring is its summary in lists. Traits say what becomes of
spectra that are given to it (``False`` where they are left out):

``STARTS_FROM_SPECTRA``
    It begins with ``start.endmembers`` and leaves the columns ``start.locked`` as they are.
``KEEPS_LOCKED``
    It begins with none, but the ones that are locked are among those that it returns, in their columns.

``NEEDS_LIBRARY``
    It chooses spectra from ``start.library``; it can't run without one.

Where a method has neither of the first two, the pipeline puts locked spectra in the places of the most
similar found ones.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.source import PerPixel
from hsunmix.errors import InputError
from hsunmix.model.library import Library
from hsunmix.model.progress import Step
from hsunmix.parameters import Parameter, describe
from hsunmix.registry import modules

__all__ = [
    "KINDS",
    "Abundances",
    "Extraction",
    "Factorization",
    "Method",
    "RankEstimate",
    "Start",
    "get",
    "methods",
]

KINDS = ("factorization", "extraction", "abundance", "rank")


@dataclass(frozen=True, eq=False)
class Start:
    """What a method starts from, besides the scene.

    Attributes
    ----------
    seed : int
        For everything random in the method.
    endmembers : array of float64, (used bands, r), or None
        Spectra to start from, in the scene's scaling.
    locked : tuple of int
        Columns of ``endmembers`` that must stay as they are.
    weights : PerPixel of float32, or None
        A number for each value, in the cube's units; for methods with a parameter ``weights_are``.
    library : Library or None
        Spectra to choose from, of the used bands and in the scene's scaling; for methods that need some.
    """

    seed: int = 0
    endmembers: NDArray[np.float64] | None = None
    locked: tuple[int, ...] = ()
    weights: PerPixel | None = None
    library: Library | None = None


@dataclass(frozen=True, eq=False)
class Extraction:
    """Endmembers found in the scene.

    Attributes
    ----------
    endmembers : array of float64, (used bands, r)
    columns : array of int64, (r,), or None
        Their columns in the scene (positions among the pixels used).
    note : str
    smoothed : bool
        Whether an endmember is a mean around its pixel rather than the pixel itself.
    """

    endmembers: NDArray[np.float64]
    columns: NDArray[np.int64] | None
    note: str = ""
    smoothed: bool = False


@dataclass(frozen=True, eq=False)
class Abundances:
    """Abundances of given endmembers: ``r`` numbers for each pixel, float32."""

    h: PerPixel
    note: str = ""


@dataclass(frozen=True, eq=False)
class Factorization:
    """Both factors.

    Attributes
    ----------
    endmembers : array of float64, (used bands, r)
    abundances : PerPixel of float32, or None
        ``r`` numbers for each pixel; None where they are still to be solved for.
    history : array of float64, (iterations, 2)
        Seconds, relative error.
    converged : bool or None
    columns, smoothed : as in Extraction
    fixed_scale : bool
        True where the spectra have a scale of their own (pixels), which must be kept.
    abundance : str
        The abundance method that made the abundances, if one did.
    abundance_note : str
        Why it was this one; not said where others take the place of these abundances.
    note : str
    """

    endmembers: NDArray[np.float64]
    abundances: PerPixel | None
    history: NDArray[np.float64]
    converged: bool | None = None
    columns: NDArray[np.int64] | None = None
    smoothed: bool = False
    fixed_scale: bool = False
    abundance: str = ""
    abundance_note: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class RankEstimate:
    """How many endmembers.

    Attributes
    ----------
    rank : int
        The number that is proposed.
    curve : array of float64, (k,)
        What the method looked at, for 1 … k endmembers (or 0 … k, by ``label``).
    label : str
        What the curve shows, with its unit.
    sentence : str
        The result and its limits, for an analyst.
    low, high : int or None
        Where the number is no more than a range: from where to where. ``rank`` lies in it.
    """

    rank: int
    curve: NDArray[np.float64]
    label: str
    sentence: str
    low: int | None = None
    high: int | None = None

    @property
    def text(self) -> str:
        """The number as it should be shown: ``5``, or ``4–8`` where it is a range."""
        low, high = self.low or self.rank, self.high or self.rank
        return str(self.rank) if low == high else f"{low}–{high}"


@dataclass(frozen=True)
class Method:
    """One entry of the registry."""

    id: str
    kind: str
    title: str
    reference: str
    summary: str
    details: str
    params: type[msgspec.Struct]
    run: Callable[..., Generator[Step | None, None, Any]]
    starts_from_spectra: bool = False
    keeps_locked: bool = False
    needs_library: bool = False

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters' descriptions."""
        return describe(self.params)


@cache
def methods() -> dict[str, Method]:
    """Every method by its identifier, in the order of ``KINDS``, ``auto`` first."""
    found = {}
    for kind in KINDS:
        for name, module in modules(f"{__name__}.{kind}"):
            first, _, details = (module.__doc__ or "").strip().partition("\n\n")
            summary = " ".join(first.split())
            # One idea may serve two kinds: fgnsr extracts, and its diagonal tells the rank.
            identifier = f"{name}-{kind}" if name in found else name
            starts = getattr(module, "STARTS_FROM_SPECTRA", False)
            found[identifier] = Method(
                identifier, kind, module.TITLE, module.REFERENCE, summary, details, module.Params, module.run,
                starts, starts or getattr(module, "KEEPS_LOCKED", False),
                getattr(module, "NEEDS_LIBRARY", False),
            )  # fmt: skip
    return dict(sorted(found.items(), key=lambda item: item[0] != "auto"))


def get(name: str, *kinds: str) -> Method:
    """Return a method by its identifier.

    Parameters
    ----------
    name : str
        For a kind whose methods are ``name-kind``, ``name`` is enough.
    *kinds : str
        The kinds that are acceptable; all when none is given.

    Raises
    ------
    InputError
        There is no such method, or it is of another kind.
    """
    known = [m.id for m in methods().values() if not kinds or m.kind in kinds]
    if name not in known:
        for kind in kinds:
            if f"{name}-{kind}" in known:
                return methods()[f"{name}-{kind}"]
        raise InputError(f"{name!r} is no {' or '.join(kinds) or 'known'} method (known: {', '.join(known)})")
    return methods()[name]


class _CallableRegistry(ModuleType):
    """The package is called ``methods``, and so is the function of the public API."""

    def __call__(self) -> dict[str, Method]:
        return dict(methods())


sys.modules[__name__].__class__ = _CallableRegistry
