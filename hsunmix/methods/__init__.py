"""The registry of methods, and what each kind of method promises.

A method is a file in one of the four folders. It has

``TITLE``, ``REFERENCE``
    What it is called, and where it comes from.
``Params``
    A frozen ``msgspec.Struct``: see ``hsunmix.parameters``.
``run(...)``
    A generator, see ``contract``, that returns its result:

    ============== =================== ================
    folder         run                 returns
    ============== =================== ================
    extraction     (problem, params)   Extraction
    abundance      (scene, w, params)  Abundances
    factorization  (problem, params)   Factorization
    rank           (scene, params)     RankEstimate
    ============== =================== ================

The first paragraph of the module's docstring is its summary in lists. What else the method does, and what
it may be given, its constants say: see ``contract.Traits``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Literal, overload

import msgspec

from hsunmix.errors import InputError
from hsunmix.methods.contract import (
    AbundanceRun,
    Abundances,
    Extraction,
    ExtractionRun,
    Factorization,
    FactorizationRun,
    PixelMap,
    Problem,
    RankEstimate,
    RankRun,
    Traits,
)  # fmt: skip
from hsunmix.model.progress import Step
from hsunmix.parameters import Parameter, describe
from hsunmix.registry import modules

__all__ = [
    "KINDS",
    "Abundances",
    "Extraction",
    "Factorization",
    "Method",
    "PixelMap",
    "Problem",
    "RankEstimate",
    "Traits",
    "find",
    "get",
    "methods",
]

KINDS = ("factorization", "extraction", "abundance", "rank")


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
    traits: Traits

    @property
    def name(self) -> str:
        """A name that no method of another kind has: its identifier, where that is taken ``auto-rank``."""
        before = KINDS[: KINDS.index(self.kind)]
        return f"{self.id}-{self.kind}" if any((kind, self.id) in methods() for kind in before) else self.id

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters' descriptions."""
        return describe(self.params)


@dataclass(frozen=True)
class FactorizationMethod(Method):
    """One that finds both factors."""

    run: FactorizationRun


@dataclass(frozen=True)
class ExtractionMethod(Method):
    """One that finds endmembers among the pixels."""

    run: ExtractionRun


@dataclass(frozen=True)
class AbundanceMethod(Method):
    """One that finds abundances of given spectra."""

    run: AbundanceRun


@dataclass(frozen=True)
class RankMethod(Method):
    """One that estimates the number of endmembers."""

    run: RankRun


CLASSES: dict[str, type[Method]] = {
    "factorization": FactorizationMethod,
    "extraction": ExtractionMethod,
    "abundance": AbundanceMethod,
    "rank": RankMethod,
}


@cache
def methods() -> dict[tuple[str, str], Method]:
    """Every method by kind and identifier, in the order of ``KINDS``; of each kind ``auto`` comes first."""
    found = {}
    for kind in KINDS:
        inside = modules(f"{__name__}.{kind}", "TITLE", "REFERENCE", "Params", "run")
        for name, module in sorted(inside, key=lambda item: item[0] != "auto"):
            first, _, details = (module.__doc__ or "").strip().partition("\n\n")
            found[kind, name] = CLASSES[kind](
                name, kind, module.TITLE, module.REFERENCE, " ".join(first.split()), details, module.Params,
                module.run, Traits.of(module, kind),
            )  # fmt: skip
    return found


@overload
def get(name: str, kind: Literal["factorization"], /) -> FactorizationMethod: ...
@overload
def get(name: str, kind: Literal["extraction"], /) -> ExtractionMethod: ...
@overload
def get(name: str, kind: Literal["abundance"], /) -> AbundanceMethod: ...
@overload
def get(name: str, kind: Literal["rank"], /) -> RankMethod: ...
@overload
def get(name: str, /, *kinds: str) -> Method: ...
def get(name: str, /, *kinds: str) -> Method:
    """Return a method by its identifier.

    Parameters
    ----------
    name : str
        As of ``find``.
    *kinds : str
        The kinds that are acceptable; all when none is given.

    Raises
    ------
    InputError
        There is no such method, or it is of another kind.
    """
    found = find(name, *kinds)
    if found is None:
        known = ", ".join(dict.fromkeys(m.id for m in methods().values() if not kinds or m.kind in kinds))
        raise InputError(f"{name!r} is no {' or '.join(kinds) or 'known'} method (known: {known})")
    return found


def find(name: str, /, *kinds: str) -> Method | None:
    """Return the first method of some kinds, of all when none is given, that has an identifier, or None.

    ``name-kind`` names one of that kind too, such as ``auto-rank``.
    """
    for kind in kinds or KINDS:
        method = methods().get((kind, name.removesuffix(f"-{kind}"))) or methods().get((kind, name))
        if method is not None:
            return method
    return None


class _CallableRegistry(ModuleType):
    """The package is called ``methods``, and so is the function of the public API."""

    def __call__(self) -> dict[str, Method]:
        """Return every method by a name of its own: see ``Method.name``."""
        return {method.name: method for method in methods().values()}


sys.modules[__name__].__class__ = _CallableRegistry
