"""What is asked for, and what of it makes sense: the one place that refuses an input by its name.

What only the scene can tell, such as more endmembers than it has pixels, is refused in ``problem``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError, ParameterError
from hsunmix.methods import Method, find, get
from hsunmix.methods.factorization._initial import OTHERS
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.foreign import spectra
from hsunmix.model.library import Library, classes_of
from hsunmix.model.unmixing import Weights
from hsunmix.model.wording import counted
from hsunmix.parameters import columns, make, whole_number

__all__ = ["Plan", "Request", "plan", "start_of"]


@dataclass(frozen=True, eq=False)
class Request:
    """What is asked for.

    Attributes
    ----------
    method : Choice
        A factorization or an extraction method.
    rank : int or None
        None for as many as there are spectra.
    abundance : Choice
        An abundance method; none for the factorization's own way, and nnls after an extraction.
    seed : int
    init : Choice
        What the method starts from; none for what its parameter ``init`` says. Parameters without a method
        are those of that one.
    endmembers : array, (bands, r), or None
        Spectra to start from, in the cube's units; fewer than ``rank`` where all of them are locked.
    locked : sequence of int
        Columns of ``endmembers`` that must stay.
    weights : array, or None
        A number for each value, laid out as the cube, (lines, samples, bands), or as the matrix,
        (bands, pixels); or one for each pixel, (lines, samples); or one for each band.
    weights_from : Weights or None
        The file that they were read from.
    spectra_from : Library or None
        What ``endmembers`` are the spectra of; ``on`` makes them.
    libraries : tuple of Library
        For a method that chooses spectra from some.
    uncertainty : bool
        Whether the result says how sure it is.
    """

    method: Choice = field(default_factory=lambda: Choice("auto"))
    rank: int | None = 4
    abundance: Choice = field(default_factory=Choice)
    seed: int = 0
    init: Choice = field(default_factory=Choice)
    endmembers: NDArray[np.float64] | None = None
    locked: Sequence[int] = ()
    weights: NDArray[Any] | None = None
    weights_from: Weights | None = None
    spectra_from: Library | None = None
    libraries: tuple[Library, ...] = ()
    uncertainty: bool = False

    def on(self, cube: Cube, factor: float | None = None) -> Request:
        """Bring libraries to a cube's bands and units, where the request makes sense; see ``Library.on``.

        Parameters
        ----------
        cube : Cube
        factor : float, optional
            By what the spectra to start from are to be multiplied.

        Raises
        ------
        InputError
            They have no values where the cube has bands, or as of ``plan``.
        """
        plan(self)
        several = tuple(one.on(cube).usable(cube) for one in self.libraries)
        if self.spectra_from is None:
            return replace(self, libraries=several)
        given = self.spectra_from.on(cube, factor)
        return replace(self, libraries=several, spectra_from=given, endmembers=given.endmembers(cube))


@dataclass(frozen=True, eq=False)
class Plan:
    """What a request comes to.

    Attributes
    ----------
    request : Request
        As it is asked for, with spectra as numbers, and numbers as Python's own.
    rank : int
    locked : tuple of int
        Ascending.
    method : Method
    params : Struct
        The method's.
    abundance : Struct or None
        Parameters of the abundance method that was asked for, if one was.
    init : Choice
        What the method starts from; none where spectra are given.
    """

    request: Request
    method: Method
    rank: int
    locked: tuple[int, ...]
    params: msgspec.Struct
    abundance: msgspec.Struct | None
    init: Choice

    @property
    def of_library(self) -> bool:
        """Whether endmembers are a library's classes: there may be more of them than bands or pixels."""
        return self.method.traits.of_classes and bool(self.request.libraries)


def plan(request: Request) -> Plan:
    """Return what a request comes to; refuse by name what no scene could satisfy.

    Raises
    ------
    InputError
        There is no such method, or it can't do with what it is given.
    ParameterError
        A parameter was refused.
    """
    method = get(request.method.method, "factorization", "extraction")
    params = _params(method, request)
    abundance = _abundance(request.abundance)
    seed = whole_number(request.seed, "seed", 0)
    given = None if request.endmembers is None else spectra(request.endmembers, "init")
    locked = tuple(sorted(columns(request.locked)))
    request = replace(request, seed=seed, endmembers=given, locked=locked)
    rank = _rank(method, request)
    _check_start(method, request)
    if (request.weights is not None or request.weights_from is not None) and not method.traits.takes_weights:
        raise InputError(f"{method.id} takes no weights; weighted does")
    if request.libraries and not method.traits.takes_library:
        raise InputError(f"{method.id} takes no library")
    if method.traits.needs_library and not request.libraries:
        raise InputError(f"{method.id} chooses spectra from a library: give one (--library, or library=)")
    return Plan(request, method, rank, locked, params, abundance, _init(method, params, request))


def start_of(method: Method, own: Choice) -> str:
    """Return the extraction that a method's parameter ``init`` names; empty where it names none."""
    usual = next((p.default for p in method.parameters if p.name == "init"), "")
    start = own.parameters.get("init", usual)
    return str(start) if _is_extraction(start) else ""


def _params(method: Method, request: Request) -> msgspec.Struct:
    """Return a method's parameters; what it starts from is among them."""
    own, start = request.method.parameters, request.init.method
    if not start:
        return make(method.params, own)
    if own.get("init", start) != start:
        raise ParameterError("init", f"both {own['init']!r} and {start!r} are given: leave one out")
    return make(method.params, {**own, "init": start})


def _abundance(asked: Choice) -> msgspec.Struct | None:
    if asked.method:
        return make(get(asked.method, "abundance").params, asked.parameters)
    if asked.parameters:
        names = ", ".join(asked.parameters)
        raise InputError(f"{names}: parameters of an abundance method, but none was asked for")
    return None


def _rank(method: Method, request: Request) -> int:
    """Return how many endmembers: as many as are given, or more where all of these are locked.

    Where they are classes, there are as many as the library has.
    """
    if method.traits.of_classes and request.libraries:
        classes = len(set(classes_of(request.libraries)))
        if request.rank not in (None, classes):
            said = counted(classes, "class", "classes")
            raise ParameterError(
                "rank", f"the library has {said}, and {method.id} finds one endmember for each"
            )
        request = replace(request, rank=classes)
    count, label = _given(request)
    locked = request.locked
    if locked and not count:
        raise InputError("locked endmembers need spectra to start from: give them as init")
    if request.rank is None and not count:
        raise ParameterError("rank", "say how many endmembers to look for, such as rank=5")
    rank = count if request.rank is None else whole_number(request.rank, "rank")
    if rank < 1:
        raise ParameterError("rank", f"{rank} endmembers cannot be found: ask for 1 or more")
    if len(locked) > rank:
        raise InputError(
            f"{len(locked)} endmembers are locked, but only {rank} asked for: raise the number or unlock"
        )
    if locked and locked[-1] >= rank:
        raise InputError(f"no endmember {locked[-1]} to lock: there are {rank}, counted from 0")
    if count and count != rank and not (count < rank and len(locked) == count):
        raise InputError(
            f"{label} holds {counted(count, 'spectrum', 'spectra')}, but {counted(rank, 'endmember')} asked "
            "for: both numbers must be the same, or all spectra locked and fewer"
        )
    return rank


def _given(request: Request) -> tuple[int, str]:
    """Return how many spectra are given, and what they are called."""
    label = "init" if request.spectra_from is None else request.spectra_from.label
    if request.endmembers is not None:
        return request.endmembers.shape[1], label
    return (0, "") if request.spectra_from is None else (len(request.spectra_from), label)


def _check_start(method: Method, request: Request) -> None:
    """Refuse spectra for a method that could only ignore them, and a start beside them."""
    count, label = _given(request)
    if not count:
        return
    start = request.init.method or request.method.parameters.get("init", "")
    if start:
        raise InputError(f"the start is both {label} and {start}: leave one out")
    if not (method.traits.starts_from_spectra or request.locked):
        raise InputError(
            f"{method.id} starts from no spectra: lock those that must stay, "
            "or choose a factorization that does, such as hals"
        )


def _init(method: Method, params: msgspec.Struct, request: Request) -> Choice:
    """Return what a method starts from, with the parameters of the extraction that makes it."""
    count, label = _given(request)
    start = "" if count else getattr(params, "init", "")
    own = request.init.parameters
    if own and not _is_extraction(start):
        why = f"but the start is {label}" if count else f"but {method.id} starts from none here"
        raise InputError(f"{', '.join(own)}: of an extraction to start from, {why}")
    if own:
        make(get(start, "extraction").params, own)
    return Choice(start, dict(own))


def _is_extraction(start: str) -> bool:
    return start not in OTHERS and find(start, "extraction") is not None
