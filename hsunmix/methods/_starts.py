"""What is given to a method besides the scene: honoured, mended with a word, or refused by name."""

from __future__ import annotations

from collections.abc import Collection, Generator
from dataclasses import replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import norms_squared, residuals
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import PerPixel
from hsunmix.errors import InputError, ParameterError
from hsunmix.methods import Extraction, Method, Problem, find, get
from hsunmix.methods._layout import laid_out
from hsunmix.methods._request import Request
from hsunmix.methods.factorization._initial import OTHERS
from hsunmix.methods.locked import put_in
from hsunmix.model.choice import Choice
from hsunmix.model.foreign import spectra
from hsunmix.model.library import Library, joined
from hsunmix.model.progress import Step
from hsunmix.parameters import columns, make, whole_number

__all__ = ["check_library", "checked", "init_of", "method_params", "start_of", "started"]

Array = NDArray[np.float64]

FAR = 1e3  # times as long, or as short, as a pixel: float32 has no room for what follows from it
SAME = 1e-10  # squared sine below which two spectra are one


def checked(scene: Scene, request: Request) -> Request:
    """Return a request with spectra as an array and locked columns ascending; refuse what can't be."""
    rank, seed = whole_number(request.rank, "rank"), whole_number(request.seed, "seed", 0)
    _check_rank(scene, rank)
    given = None if request.endmembers is None else spectra(request.endmembers, "init")
    locked = tuple(sorted(columns(request.locked)))
    if locked and locked[-1] >= rank:
        raise InputError(f"no endmember {locked[-1]} to lock: there are {rank}, counted from 0")
    return replace(request, rank=rank, seed=seed, endmembers=given, locked=locked)


def _check_rank(scene: Scene, rank: int) -> None:
    most = min(scene.n_pixels, scene.n_bands)
    if not 1 <= rank <= most:
        here = f"{_counted(scene.n_pixels, 'usable pixel')} and {_counted(scene.n_bands, 'usable band')}"
        possible = "only 1 is" if most == 1 else f"1 to {most} are"
        raise ParameterError(
            "rank", f"{rank} endmembers are not possible; this scene has {here}, so {possible}"
        )


def started(
    scene: Scene, request: Request, method: Method
) -> Generator[Step | None, None, tuple[Problem, str]]:
    """Return what a method is to solve, and what had to be done to what was given, for a checked request."""
    given = None if request.endmembers is None else scene.used_spectra(request.endmembers)
    locked, said = request.locked, ""
    if given is None and locked:
        raise InputError("locked endmembers need spectra to start from: give them as init")
    if given is not None:
        count = given.shape[1]
        if count != request.rank and not (count < request.rank and len(locked) == count):
            raise InputError(
                f"init holds {_counted(count, 'spectrum', 'spectra')}, but "
                f"{_counted(request.rank, 'endmember')} asked for: both numbers must be the same, "
                "or all spectra locked and fewer"
            )
        if method.traits.starts_from_spectra:
            given, found = yield from _completed(scene, given, request)
            given, mended = yield from _mended(scene, given, locked)
            said = " ".join(filter(None, [found, mended]))
        elif not locked:
            raise InputError(
                f"{method.id} starts from no spectra: lock those that must stay, "
                "or choose a factorization that does, such as hals"
            )
        elif len(locked) < count:
            said = f"{method.id} starts from no spectra: of those given only the locked ones count."
    weights = None
    if request.weights is not None:
        if not method.traits.takes_weights:
            raise InputError(f"{method.id} takes no weights; weighted does")
        weights = laid_out(scene, np.asarray(request.weights))
    library, own = _library(scene, request, method), init_of(method, request).parameters
    return Problem(scene, request.rank, request.seed, given, locked, weights, library, own), said


def method_params(method: Method, request: Request) -> msgspec.Struct:
    """Return a method's parameters; what it starts from is among them.

    Raises
    ------
    ParameterError
        One was refused, by name, or the start is given twice and not the same.
    """
    own, start = request.method.parameters, request.init.method
    if not start:
        return make(method.params, own)
    if own.get("init", start) != start:
        raise ParameterError("init", f"the start is both {start} and {own['init']}: leave one out")
    return make(method.params, {**own, "init": start})


def init_of(method: Method, request: Request) -> Choice:
    """Return what a method starts from, with the parameters of the extraction that makes it.

    Raises
    ------
    InputError
        Parameters of a start that no extraction makes; ParameterError names one that it doesn't have.
    """
    start = getattr(method_params(method, request), "init", "") if request.endmembers is None else ""
    given = request.init.parameters
    if given:
        if not (method.traits.starts_from_spectra and _is_extraction(start)):
            names = ", ".join(given)
            why = f"of an extraction to start from, but {method.id} starts from none here"
            raise InputError(f"{names}: {why}")
        make(get(start, "extraction").params, given)
    return Choice(start, dict(given))


def start_of(method: Method, own: Choice) -> str:
    """Return the extraction that a method's parameter ``init`` names; empty where it names none."""
    usual = next((p.default for p in method.parameters if p.name == "init"), "")
    start = own.parameters.get("init", usual)
    return str(start) if method.traits.starts_from_spectra and _is_extraction(start) else ""


def _is_extraction(start: str) -> bool:
    return start not in OTHERS and find(start, "extraction") is not None


def check_library(method: Method, libraries: Collection[object]) -> None:
    """Refuse libraries for a method that takes none, and none for one that needs them."""
    if libraries and not method.traits.takes_library:
        raise InputError(f"{method.id} takes no library")
    if method.traits.needs_library and not libraries:
        raise InputError(f"{method.id} chooses spectra from a library: give one (--library, or library=)")


def _library(scene: Scene, request: Request, method: Method) -> Library | None:
    """Return the libraries as one, of the bands that are used."""
    check_library(method, request.libraries)
    if not request.libraries:
        return None
    whole = request.libraries[0]
    if len(request.libraries) > 1:
        whole = joined(request.libraries)
    w = scene.used_spectra(whole.spectra)
    return replace(whole, values=w.T, wavelengths=None, fwhm=None)


def _completed(
    scene: Scene, given: Array, request: Request
) -> Generator[Step | None, None, tuple[Array, str]]:
    """Return as many spectra as there are to be endmembers: behind the locked ones, pixels found by SPA."""
    missing = request.rank - given.shape[1]
    if not missing:
        return given, ""
    spa = get("spa", "extraction")
    found: Extraction = yield from spa.run(Problem(scene, request.rank, request.seed), spa.params())
    width = max(found.endmembers.shape[1], given.shape[1])
    pixels = np.pad(found.endmembers, ((0, 0), (0, width - found.endmembers.shape[1])))
    spectra, places = put_in(pixels, given)
    rest = np.setdiff1d(np.arange(width), places)[:missing]
    whole = np.zeros((len(given), request.rank))  # what SPA doesn't find is mended as other empty starts
    whole[:, : given.shape[1]] = given
    whole[:, given.shape[1] : given.shape[1] + len(rest)] = spectra[:, rest]
    one = "The other one starts from a pixel" if missing == 1 else f"The other {missing} start from pixels"
    return whole, f"{one} found by SPA."


def _mended(
    scene: Scene, given: Array, locked: tuple[int, ...]
) -> Generator[Step | None, None, tuple[Array, str]]:
    """Return spectra that an iteration can start from; the locked ones stay.

    An iteration never finds its way from a spectrum without a value above zero, nor tells two equal ones
    apart: such ones are replaced by the pixels that the others explain worst. Brightness far from the
    scene's is brought near to it; for a factorization it means nothing.
    """
    norms = yield from norms_squared(scene)
    bright = float(np.sqrt(norms.sum() / scene.n_pixels))
    w = given.copy()
    free = np.setdiff1d(np.arange(w.shape[1]), locked)
    positive = np.maximum(w[:, free], 0)
    length = _lengths(positive)
    far = (length > 0) & ((length > FAR * bright) | (length < bright / FAR))
    if far.any():
        w[:, free[far]] *= bright / length[far]
    idle = [int(k) for k in free if _is_idle(w, int(k), free)]
    if not idle:
        return w, ""
    kept = np.setdiff1d(np.arange(w.shape[1]), idle)
    for k in idle:
        rest = norms if not w[:, kept].any() else (yield from _left(scene, w[:, kept]))
        worst = scene.columns(np.array([rest.argmax()]))[:, 0]
        w[:, k] = np.maximum(worst, 0)
        kept = np.append(kept, k)
    which = _counted(len(idle), "spectrum", "spectra")
    pixels = "pixel" if len(idle) == 1 else "pixels"
    return w, (
        f"{which} to start from held nothing above zero, or nothing that another didn't: "
        f"started anew with the {pixels} that the others explain worst."
    )


def _is_idle(w: Array, k: int, free: NDArray[np.intp]) -> bool:
    """Whether a spectrum has no value above zero, or the direction of a locked one or one before it."""
    mine = np.maximum(w[:, k], 0)
    length = float(_lengths(mine[:, None])[0])
    if length == 0:
        return True
    others = [j for j in range(w.shape[1]) if j != k and (j < k or j not in free)]
    lengths = _lengths(w[:, others])
    cosine = (mine / length) @ (w[:, others] / np.where(lengths > 0, lengths, 1))
    return bool((cosine > 0).any() and (1 - cosine[cosine > 0] ** 2 < SAME).any())


def _lengths(w: Array) -> Array:
    """Lengths of columns of any size: squares of very large and very small numbers don't exist."""
    largest = np.abs(w).max(axis=0, initial=0)
    return np.asarray(largest * np.linalg.norm(w / np.where(largest > 0, largest, 1), axis=0))


def _left(scene: Scene, w: Array) -> Generator[Step | None, None, PerPixel]:
    """What spectra leave of every pixel, squared, with exact nonnegative abundances."""
    nnls = get("nnls", "abundance")
    found = yield from nnls.run(scene, w, nnls.params())
    return (yield from residuals(scene, w, found.h))


def _counted(number: int, what: str, many: str = "") -> str:
    return f"{number} {what if number == 1 else many or what + 's'}"
