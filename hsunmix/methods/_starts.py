"""What is given to a method besides the scene: honoured, mended with a word, or refused by name."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import norms_squared, residuals
from hsunmix.engine.scene import Scene
from hsunmix.errors import InputError, ParameterError
from hsunmix.methods import Abundances, Method, Start, get
from hsunmix.methods._layout import laid_out
from hsunmix.methods._request import Request
from hsunmix.model.unmixing import Step

__all__ = ["check_rank", "check_seed", "spectra_of", "started"]

Array = NDArray[np.float64]

FAR = 1e3  # times as long, or as short, as a pixel: float32 has no room for what follows from it
SAME = 1e-10  # squared sine below which two spectra are one


def check_rank(scene: Scene, rank: int) -> None:
    """Refuse a number of endmembers that the scene doesn't allow."""
    most = min(scene.n_pixels, scene.n_bands)
    if isinstance(rank, bool) or not isinstance(rank, int | np.integer):
        raise ParameterError("rank", f"{rank!r} is no whole number")
    if not 1 <= rank <= most:
        here = f"{_counted(scene.n_pixels, 'usable pixel')} and {_counted(scene.n_bands, 'usable band')}"
        possible = "only 1 is" if most == 1 else f"1 to {most} are"
        raise ParameterError(
            "rank", f"{rank} endmembers are not possible; this scene has {here}, so {possible}"
        )


def check_seed(seed: int) -> None:
    """Refuse what is no seed."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ParameterError("seed", f"{seed!r} is not allowed: it is a whole number, 0 or above")


def spectra_of(scene: Scene, given: Any) -> Array:
    """Return spectra that were given, (bands, r) in the cube's units, as (bands used, r) in the scene's.

    A vector is one spectrum; masked values are gaps.

    Raises
    ------
    InputError
        They are no numbers, of another number of bands, or have gaps in a band that is used.
    """
    try:
        values = np.ma.asarray(given)
        if values.dtype.kind not in "fiub":
            raise InputError(f"spectra are real numbers, not {values.dtype}")
        spectra = np.ma.filled(values.astype(np.float64), np.nan)
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"spectra are an array of numbers, (bands, endmembers): {error}") from error
    return scene.used_spectra(spectra[:, None] if spectra.ndim == 1 else spectra)


def started(
    scene: Scene, request: Request, method: Method
) -> Generator[Step | None, None, tuple[Start, str]]:
    """Return what the method starts from, and what had to be done to it."""
    check_seed(request.seed)
    spectra = None if request.endmembers is None else spectra_of(scene, request.endmembers)
    locked, said = _locked(request.locked, request.rank), ""
    if spectra is None and locked:
        raise InputError("locked endmembers need spectra to start from: give them as init")
    if spectra is not None:
        if spectra.shape[1] != request.rank:
            raise InputError(
                f"init holds {_counted(spectra.shape[1], 'spectrum', 'spectra')}, but "
                f"{_counted(request.rank, 'endmember')} asked for: both numbers must be the same"
            )
        if method.starts_from_spectra:
            spectra, said = yield from _mended(scene, spectra, locked)
        elif not locked:
            raise InputError(
                f"{method.id} starts from no spectra: lock those that must stay, "
                "or choose a factorization that does, such as hals"
            )
        elif len(locked) < request.rank:
            said = f"{method.id} starts from no spectra: of those given only the locked ones count."
    weights = None
    if request.weights is not None:
        if all(p.name != "weights_are" for p in method.parameters):
            raise InputError(f"{method.id} takes no weights; weighted does")
        weights = laid_out(scene, np.asarray(request.weights))
    return Start(int(request.seed), spectra, locked, weights), said


def _locked(given: Any, rank: int) -> tuple[int, ...]:
    """Return the locked columns, ascending."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise InputError(f"locked holds columns of init, such as (0, 2), not {given!r}")
    columns = list(given)
    for k in columns:
        if isinstance(k, bool | np.bool_) or not isinstance(k, int | np.integer):
            raise InputError(f"locked holds columns of init, such as (0, 2), not {k!r}")
        if not 0 <= k < rank:
            raise InputError(f"no endmember {k} to lock: there are {rank}, counted from 0")
    return tuple(sorted({int(k) for k in columns}))


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
        worst = scene.columns(np.array([int(rest.argmax())]))[:, 0]
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


def _left(scene: Scene, w: Array) -> Generator[Step | None, None, Array]:
    """What spectra leave of every pixel, squared, with exact nonnegative abundances."""
    nnls = get("nnls", "abundance")
    found: Abundances = yield from nnls.run(scene, w, nnls.params())
    return (yield from residuals(scene, w, found.tiles))


def _counted(number: int, what: str, many: str = "") -> str:
    return f"{number} {what if number == 1 else many or what + 's'}"
